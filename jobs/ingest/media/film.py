"""Audio and video, read by FFmpeg's libraries (PyAV): container, codecs, lengths, and whether the file goes to its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from jobs.ingest.media import frames
from jobs.ingest.media.kinds import begins_as_film
from jobs.ingest.media.told import Fault, Told, moment

# advanced_editlist: what an edit leaves out is passed over too, so that frames can be counted against the file's own count.
# A play list (hls, concat) makes FFmpeg open other files and addresses: neither such formats nor other protocols are read.
OPTIONS = {"format_whitelist": "mov,matroska,mp3,wav,flac,ogg,aac,avi,mpegts,mpeg,flv,asf,amr", "protocol_whitelist": "file", "advanced_editlist": "0"}
SHORT, SHARE = 0.5, 0.01  # seconds, and share of the length: what a whole file may lack against what it says of itself
TELLING = ("mp4", "matroska", "wav", "flac", "avi", "asf")  # containers that say how long they are; others are only estimated
NAMES = {"mov": "mp4"}
av.logging.set_level(av.logging.PANIC)  # it writes addresses and bytes of what it mends to the terminal


@dataclass
class Seen:
    """What passed of each stream, by its number: packets, key frames, and the end of the last one in seconds."""

    packets: dict[int, int] = field(default_factory=dict)
    keys: dict[int, int] = field(default_factory=dict)
    end: dict[int, float] = field(default_factory=dict)


def look(path: Path, told: Told) -> None:
    """Tell everything about an audio or video file. Raises Fault for one that cannot be read to its end."""
    with _opened(path) as film:
        name = film.format.name.split(",")[0]
        pictures = frames.moving(film)
        told.say(container=NAMES.get(name, name), recorded_at=moment(film.metadata.get("creation_time")), title=film.metadata.get("title"))
        _streams(told, pictures, list(film.streams.audio))
        seen, whole = _walked(film)
        _lengths(told, film, seen, pictures)
        if not (whole and _is_whole(film, seen, told.values["container"])):
            raise Fault("media_cut", "ends before the end that it says it has")
    _decoded(path, told)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        film = av.open(f"file:{path}", options=OPTIONS, metadata_errors="replace")
    except (av.FFmpegError, ValueError):
        if begins_as_film(path):
            raise Fault("media_cut", "begins as audio or video and lacks what it needs to be read") from None
        raise Fault("media_unreadable", "cannot be read as audio, video, a picture or a document") from None
    with film:
        yield film


def _streams(told: Told, pictures: list[Any], sounds: list[Any]) -> None:
    if any(one.codec_context is None for one in (*pictures[:1], *sounds[:1])):
        raise Fault("media_unreadable", "is in a codec that is not known")
    if pictures:
        first = pictures[0]
        rate: Fraction | None = first.average_rate
        told.say(codec=first.codec_context.name, width=first.width, height=first.height, fps=f"{float(rate):.3f}" if rate else None)
    if sounds:
        name = sounds[0].codec_context.name.removesuffix("float")  # mp3float is FFmpeg's name for its own way of decoding
        told.say(**{"audio_codec" if pictures else "codec": name}, sample_rate=sounds[0].rate, channels=sounds[0].channels)
    if not (pictures or sounds):
        raise Fault("media_empty", "has a head and neither pictures nor sound")
    told.say(kind="video" if pictures else "audio")


def _walked(film: Any) -> tuple[Seen, bool]:
    """Pass over all packets without decoding them; tell also whether none was damaged."""
    seen = Seen()
    try:
        for packet in film.demux():
            number = packet.stream_index
            if not packet.size:  # what demux ends each stream with
                continue
            if packet.is_corrupt:
                return seen, False
            seen.packets[number] = seen.packets.get(number, 0) + 1
            seen.keys[number] = seen.keys.get(number, 0) + bool(packet.is_keyframe)
            if packet.pts is not None:
                end = float((packet.pts + (packet.duration or 0)) * packet.time_base)
                seen.end[number] = max(seen.end.get(number, 0.0), end)
    except av.FFmpegError:
        return seen, False
    return seen, True


def _lengths(told: Told, film: Any, seen: Seen, pictures: list[Any]) -> None:
    if not seen.packets:
        raise Fault("media_empty", "has a head and nothing behind it")
    said = film.duration / av.time_base if film.duration else max(seen.end.values(), default=0.0)
    told.say(duration_ms=round(said * 1000), key_frames=seen.keys.get(pictures[0].index) if pictures else None)


def _is_whole(film: Any, seen: Seen, container: str) -> bool:
    """Tell whether every stream has the frames and reaches the end that the container says."""
    if any(one.frames > seen.packets.get(one.index, 0) for one in film.streams if container == "mp4"):
        return False
    said = film.duration / av.time_base if film.duration and container in TELLING else 0.0
    return max(seen.end.values(), default=0.0) >= said - max(SHORT, SHARE * said)


def _decoded(path: Path, told: Told) -> None:
    """Look at some pictures and listen to some of the sound, each in a reading of its own: what comes before is not decoded twice."""
    if told.values["kind"] == "video":
        with _opened(path) as film:
            frames.pictures(film, told)
    if "sample_rate" in told.values:
        with _opened(path) as film:
            frames.sound(film, told)
