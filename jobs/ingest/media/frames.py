"""What is seen and heard of a film: key frames as thumbnails, their fingerprint, and that of the sound."""

import io
import json
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
from PIL import Image

from jobs.ingest.media import fingerprint
from jobs.ingest.media.told import PIXELS, SIDE, Fault, Told

PLACES = (0.1, 0.5, 0.9)  # of the length; the middle one gives the fingerprint
RATE, SECONDS = 8_000, 600  # Hz, and how much of the sound is listened to
QUALITY = 80  # of a thumbnail's JPEG


def moving(film: Any) -> list[Any]:
    """Return the streams of a video; the cover of a recording is a stream too, and none of them."""
    return [one for one in film.streams.video if not one.disposition & one.disposition.attached_pic]


def pictures(film: Any, told: Told) -> None:
    """Keep the key frame at or before each of three places. Raises Fault when there is none that can be decoded."""
    stream = moving(film)[0]
    if stream.width * stream.height > PIXELS:
        raise Fault("media_bomb", f"has pictures of {stream.width} x {stream.height} pixels, more than {PIXELS}")
    stream.codec_context.skip_frame = "NONKEY"
    found: dict[str, str | None] = {}
    for place in PLACES:
        picture = _frame(film, stream, place)
        if picture is not None:
            found.setdefault(told.keep(_jpeg(picture)), fingerprint.of_picture(picture))
    if not found:
        raise Fault("media_unreadable", "has no picture that can be decoded")
    hashes = list(found.values())
    told.say(thumbnails=json.dumps(list(found)), image_hash=hashes[len(hashes) // 2])


def _frame(film: Any, stream: Any, place: float) -> Image.Image | None:
    try:
        film.seek(int((film.duration or 0) * place) + (film.start_time or 0))
        frame = next(film.decode(stream), None)
        if frame is None or not frame.width:
            return None
        scale = SIDE / max(SIDE, frame.width, frame.height)
        small = frame.reformat(max(1, round(frame.width * scale)), max(1, round(frame.height * scale)), "rgb24")
        return Image.fromarray(small.to_ndarray())
    except av.FFmpegError:  # a file without an index cannot be gone about in, and a frame may be damaged: there are others
        return None


def _jpeg(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


def sound(film: Any, told: Told) -> None:
    """Tell the fingerprint of the first ten minutes, where there is enough to compare."""
    heard = list(_samples(film))
    if heard:
        told.say(audio_hash=fingerprint.of_sound(np.concatenate(heard), RATE))


def _samples(film: Any) -> "Iterator[np.ndarray[Any, Any]]":
    """Mono samples, 16 bits at 8,000 Hz. What cannot be decoded ends them: that a file is cut is told by its packets."""
    resampler, left = av.AudioResampler("s16", "mono", RATE), SECONDS * RATE
    try:
        for frame in film.decode(film.streams.audio[0]):
            for part in resampler.resample(frame):
                yield part.to_ndarray()[0]
                left -= part.samples
            if left <= 0:
                return
    except av.FFmpegError:
        return
