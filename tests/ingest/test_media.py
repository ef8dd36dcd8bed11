"""Audio, video, pictures and documents: what is read of a sound one, and the reason and the rest of what is not."""

import io
import json
import os
import struct
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from jobs.ingest.apart import Apart
from jobs.ingest.delivery import spread
from jobs.ingest.media.probing import PROBE, looked_at
from jobs.ingest.places import unpacked
from jobs.ingest.prepare import prepare
from jobs.lake import blobs
from schemas.settings import ROOT
from tests.data.made import media
from tests.ingest.cases import contract, desk, landed, prepared, read

FILES = ROOT / "tests" / "data" / "landing" / "social" / "media_item" / "2026-03-02"
DOCUMENTS = ROOT / "tests" / "data" / "landing" / "internet" / "public_document" / "2026-03-02"
MEDIA = contract("file_name", "path", "kind", source_format="media")
VIDEO, OFD, JPEG = (FILES / "in.mp4").read_bytes(), (DOCUMENTS / "path_unstd.ofd").read_bytes(), (FILES / "cover.jpg").read_bytes()
PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"
ENTITIES = '<!DOCTYPE a [<!ENTITY b "{}">{}]><OFD>&i8;</OFD>'.format("x" * 50, "".join(f'<!ENTITY i{n} "{f"&i{n - 1};" * 9 if n else "&b;"}">' for n in range(9)))
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><OFD><Title>&b;</Title></OFD>'


def ofd(**parts: str | bytes) -> bytes:
    """A zip with these parts, named with __ for the dot."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "."), content)
    return written.getvalue()


def wide_png() -> bytes:
    """A PNG of some bytes that says it has 60,000 x 60,000 pixels."""
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def indexed(content: bytes, path: Path) -> bytes:
    """The same video with its index in front, as it is put for sending."""
    with av.open(io.BytesIO(content)) as source, av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as target:
        streams = [target.add_stream_from_template(one) for one in source.streams]
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream_index]
                target.mux(packet)
    return path.read_bytes()


def values(name: str, content: bytes, folder: Path) -> dict[str, str | None]:
    """What a sound file tells, by name."""
    (found,) = read(folder / name, content, MEDIA)
    assert found.defect is None, found.raw
    return dict(zip(found.names, found.values, strict=True))


def recoded(content: bytes, suffix: str, codec: str) -> bytes:
    """The sound of a file, louder by half, in another codec and container."""
    written = io.BytesIO()
    with av.open(io.BytesIO(content)) as source, av.open(written, "w", format=suffix) as target:
        stream = target.add_stream(codec, rate=44_100, layout="mono")
        resampler = av.AudioResampler("fltp", "mono", 44_100)
        for frame in source.decode(source.streams.audio[0]):
            for part in resampler.resample(frame):
                louder = av.AudioFrame.from_ndarray((part.to_ndarray() * 0.5).astype(np.float32), "fltp", "mono")
                louder.sample_rate, louder.pts, louder.time_base = 44_100, part.pts, part.time_base
                target.mux(stream.encode(louder))
        target.mux(stream.encode(None))
    return written.getvalue()


def differing(left: str | None, right: str | None) -> int:
    """In how many of 64 bits two fingerprints differ."""
    assert left and right
    return (int(left, 16) ^ int(right, 16)).bit_count()


def test_a_video_tells_its_streams_its_length_and_key_frames_that_are_kept(tmp_path: Path) -> None:
    found = values("in.mp4", VIDEO, tmp_path)
    wanted = {"file_name": "in.mp4", "size": "336833", "kind": "video", "container": "mp4", "codec": "h264", "audio_codec": "aac", "duration_ms": "7036", "width": "320",
              "height": "240", "fps": "29.970", "sample_rate": "44100", "channels": "2", "key_frames": "5"}  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted
    ready = prepared(tmp_path / "again", MEDIA, VIDEO, "in.mp4")
    sha256 = ready.report.sha256
    assert found["path"] == f"blobs/{sha256[:2]}/{sha256[2:]}"
    assert sorted(one.sha256 for one in ready.kept) == sorted([sha256, *json.loads(found["thumbnails"] or "")])
    assert [max(Image.open(one.path).size) for one in ready.kept[1:]] == [320] * 3


@pytest.mark.parametrize(("name", "wanted"), [
    ("party.mp3", {"kind": "audio", "container": "mp3", "codec": "mp3", "duration_ms": "6583", "channels": "1"}),
    ("chinese.flac", {"kind": "audio", "container": "flac", "codec": "flac", "sample_rate": "48000"}),
    ("test5.webm", {"kind": "audio", "container": "matroska", "codec": "opus", "duration_ms": "1508"}),
    ("cover.jpg", {"kind": "image", "container": "jpeg", "width": "200", "height": "200", "image_hash": "3271ccccccc47133"}),
])  # fmt: skip
def test_sound_and_pictures_tell_what_they_are(name: str, wanted: dict[str, str], tmp_path: Path) -> None:
    found = values(name, (FILES / name).read_bytes(), tmp_path)
    assert {key: found[key] for key in wanted} == wanted


@pytest.mark.parametrize(("name", "pages", "text"), [
    ("helloworld.ofd", "1", "你好呀，OFD Reader&Writer！"), ("namespace_no_std.ofd", "1", "你好呀，OFD Reader&Writer！"), ("AddAttachment.ofd", "1", "这是一个带有附件的OFD文件"),
    ("透明度文字.ofd", "1", "你好呀，OFD Reader&Writer！"), ("path_unstd.ofd", "2", "立案决定书"), (media.PDF, "2", "现将有关事项通知如下。"),
])  # fmt: skip
def test_a_document_tells_its_pages_and_its_text(name: str, pages: str, text: str, tmp_path: Path) -> None:
    found = values(name, (DOCUMENTS / name).read_bytes(), tmp_path)
    assert (found["kind"], found["pages"], text in (found["content"] or "")) == ("document", pages, True)


def test_a_title_and_the_time_a_picture_was_taken_are_read(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:03:01 08:30:00"
    picture = io.BytesIO()
    Image.open(io.BytesIO(JPEG)).save(picture, "JPEG", exif=exif)
    assert values("a.jpg", picture.getvalue(), tmp_path)["recorded_at"] == "2026-03-01 08:30:00"
    assert values("a.pdf", media.pdf(), tmp_path)["title"] == media.TITLE


@pytest.mark.parametrize(("name", "content", "defect"), [
    pytest.param("a.mp4", b"", "media_empty", id="no bytes"),
    pytest.param("a.wav", (FILES / "test1_empty.wav").read_bytes(), "media_empty", id="a head and no sound"),
    pytest.param("a.mp4", (FILES / "mpeg4.mp4").read_bytes(), "media_empty", id="a head and no streams"),
    pytest.param("a.mp4", VIDEO[:200_000], "media_cut", id="a video cut off"),
    pytest.param("a.mkv", (FILES / "sample.mkv").read_bytes(), "media_cut", id="cut off within its head"),
    pytest.param("a.flac", (FILES / "chinese.flac").read_bytes()[:9_000], "media_cut", id="a recording cut off"),
    pytest.param("a.jpg", JPEG[:5_000], "media_cut", id="a picture cut off"),
    pytest.param("a.pdf", media.pdf()[:-200], "media_cut", id="a PDF cut off"),
    pytest.param("a.ofd", OFD[:4_000], "media_cut", id="an OFD cut off"),
    pytest.param("a.aac", (FILES / "wrong_extension.aac").read_bytes(), "media_name", id="another kind by name"),
    pytest.param("a.ofd", media.pdf(), "media_name", id="a PDF named OFD"),
    pytest.param("a.mp4", b"no video at all\n" * 99, "media_unreadable", id="a text named mp4"),
    pytest.param("a.mp4", PLAYLIST, "media_unreadable", id="a play list that names another file"),
    pytest.param("a.wav", (FILES / "test1_empty.wav").read_bytes().replace(b"\x10\0\0\0\x01\0", b"\x10\0\0\0\x77\x77") + b"\0" * 9_999, "media_unreadable", id="a codec that nobody knows"),
    pytest.param("a.ofd", b"no zip at all\n" * 99, "media_unreadable", id="an OFD that is no zip"),
    pytest.param("a.ofd", ofd(a__txt="x"), "media_unreadable", id="a zip that is no OFD"),
    pytest.param("a.ofd", ofd(OFD__xml="<OFD>"), "media_unreadable", id="XML that does not end"),
    pytest.param("a.ofd", ofd(OFD__xml="<OFD/>", bomb=b"\0" * (20 << 20)), "media_bomb", id="a zip bomb"),
    pytest.param("a.ofd", ofd(OFD__xml=ENTITIES), "media_bomb", id="entities in entities"),
    pytest.param("a.ofd", ofd(OFD__xml=OUTSIDE), "media_bomb", id="an entity that reads a file"),
    pytest.param("a.png", wide_png(), "media_bomb", id="a picture too large"),
    pytest.param("a.pdf", media.pdf(1, is_locked=True), "media_locked", id="a password"),
])  # fmt: skip
def test_a_bad_file_is_one_row_with_its_reason_and_nothing_kept(name: str, content: bytes, defect: str, tmp_path: Path) -> None:
    (found,) = read(tmp_path / name, content, MEDIA)
    assert (found.defect, prepared(tmp_path / "again", MEDIA, content, name).kept) == (defect, ())


def test_a_video_that_can_be_opened_is_cut_when_its_last_pictures_are_missing(tmp_path: Path) -> None:
    whole = indexed(VIDEO, tmp_path / "whole.mp4")
    assert [read(tmp_path / "a.mp4", content, MEDIA)[0].defect for content in (whole, whole[:-4_000])] == [None, "media_cut"]


def test_of_a_bad_file_is_said_why_and_what_could_be_read(tmp_path: Path) -> None:
    (found,) = read(tmp_path / "a.aac", (FILES / "wrong_extension.aac").read_bytes(), MEDIA)
    said = dict(json.loads(found.raw or ""))
    assert (said["why"], said["container"], said["duration_ms"]) == ("is mp4 by its bytes, and something else by its name", "mp4", "9660")


def test_a_file_that_is_never_read_to_its_end_costs_one_row_and_not_the_next_one(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # opening it waits for a writer that never comes
    probe = Apart(PROBE, seconds=2)
    assert looked_at(tmp_path / "pipe", "a.mp4", tmp_path, probe)["why"] == "takes longer than 2 s"
    assert looked_at(FILES / "cover.jpg", "cover.jpg", tmp_path, probe)["defect"] is None
    probe.close()


def test_a_picture_made_smaller_keeps_its_fingerprint_and_another_has_another(tmp_path: Path) -> None:
    small = io.BytesIO()
    Image.open(io.BytesIO(JPEG)).resize((90, 90)).save(small, "PNG")
    first, second = values("a.jpg", JPEG, tmp_path)["image_hash"], values("a.png", small.getvalue(), tmp_path)["image_hash"]
    assert differing(first, second) <= 3
    assert differing(first, values("in.mp4", VIDEO, tmp_path)["image_hash"]) > 15


def test_a_picture_of_one_colour_has_no_fingerprint(tmp_path: Path) -> None:
    assert "image_hash" not in values("a.gif", (FILES / "empty.gif").read_bytes(), tmp_path)


def test_sound_in_another_codec_and_louder_keeps_its_fingerprint_and_another_has_another(tmp_path: Path) -> None:
    sent = (FILES / "party.mp3").read_bytes()
    first, second = values("a.mp3", sent, tmp_path)["audio_hash"], values("a.aac", recoded(sent, "adts", "aac"), tmp_path)["audio_hash"]
    assert differing(first, second) <= 6
    assert differing(first, values("a.m4a", (FILES / "wrong_extension.aac").read_bytes(), tmp_path)["audio_hash"]) > 15


def test_an_ofd_in_landing_is_a_document_and_no_delivery_of_files(tmp_path: Path) -> None:
    for name, content in (("a.ofd", ofd(a__txt="x")), ("b.zip", OFD)):
        assert [one.refused for one in spread(landed(tmp_path / name, content))] == [None]


def test_a_manifest_cannot_make_a_row_point_elsewhere(tmp_path: Path) -> None:
    members = spread(landed(tmp_path / "a.zip", (FILES / media.DELIVERY).read_bytes()))
    lied = replace(unpacked(members[0], tmp_path), said=(("path", "blobs/00/1"), ("size", "9"), ("device_id", "x")))
    ready = prepare(lied, desk(MEDIA, tmp_path / "work"))
    told = json.loads((tmp_path / "work" / f"{lied.sha256}.told").read_text(encoding="utf-8"))["values"]
    assert (told["path"], told["size"], told["device_id"]) == (blobs.place(ready.report.sha256), "12570", "x")


def test_what_a_manifest_says_of_a_file_is_part_of_its_record(tmp_path: Path) -> None:
    first, second = spread(landed(tmp_path / "a.zip", (FILES / media.DELIVERY).read_bytes()))
    assert (first.said, first.records) == (tuple(media.SAID[0][1].items()), 1)
    assert dict(second.said)["device_id"] == "330106-CAM-017"
