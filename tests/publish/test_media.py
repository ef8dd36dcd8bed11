"""Media through a whole run: rows in silver that point to kept bytes, bad files in quarantine with what could be read."""

import hashlib
import io
import json

import pytest
from PIL import Image

from jobs.ingest.gather import FEW
from jobs.lake import blobs
from schemas.load import load
from schemas.settings import ROOT, Settings, settings
from tests.publish.notices import DAY, stored, unbalanced

pytestmark = pytest.mark.spark
CONTRACT = load(ROOT / "schemas" / "social" / "media_item.odcs.yaml")
SAMPLE = ROOT / "tests" / "data" / "landing" / "social" / "media_item" / DAY


@pytest.fixture
def here(tmp_path) -> Settings:
    """An installation with the contracts of the house."""
    return settings({"GOVLAKE_HOME": str(tmp_path / "var")})


def dot(shade: int) -> bytes:
    """A picture of one point."""
    written = io.BytesIO()
    Image.new("L", (1, 1), shade).save(written, "PNG")
    return written.getvalue()


def test_the_sample_goes_to_silver_and_beside_the_lake_and_what_is_no_media_to_quarantine(spark, here, land, take_in) -> None:
    for path in sorted(SAMPLE.iterdir()):
        land("social", "media_item", DAY, path.name, path.read_bytes())
    land("social", "media_item", DAY, "nothing.mp4", b"")
    for shade in range(FEW):  # so many that their transcripts are put together
        land("social", "media_item", DAY, f"dot-{shade}.png", dot(shade))
    take_in(CONTRACT)
    rows = {row["file_name"]: row for row in stored(spark, here, "silver", "media_item")}
    assert {row["_path"].rsplit("/")[-1] for name, row in rows.items() if name.startswith("dot-")} == {f"dot-{shade}.png" for shade in range(FEW)}
    assert {name: row["kind"] for name, row in rows.items() if not name.startswith("dot-")} == {
        "in.mp4": "video", "chinese.flac": "audio", "party.mp3": "audio", "test5.webm": "audio", "tessst.mp3": "audio", "mp4-with-audio.mp4": "audio",
        "cover.jpg": "image", "made-smaller-cover.jpg": "image", "empty.gif": "image",
    }  # fmt: skip
    said = rows["tessst.mp3"]  # by the manifest of its delivery
    assert (said["device_id"], said["place_code"], str(said["recorded_at"]), str(said["retention_until"]), said["contains_face"]) == (
        "330106-MIC-001", "330106", "2026-03-01 01:15:00", "2026-06-01", False)
    wanted = {row["sha256"] for row in rows.values()} | set(json.loads(rows["in.mp4"]["thumbnails"]))
    assert {path.relative_to(here.home).as_posix() for path in (here.home / "blobs").rglob("*") if path.is_file()} == {blobs.place(one) for one in wanted}
    assert [name for name, row in rows.items() if hashlib.sha256((here.home / row["path"]).read_bytes()).hexdigest() != row["sha256"]] == []
    bad = {row["_path"].rsplit("/")[-1]: row for row in stored(spark, here, "quarantine", "media_item")}
    assert {name: [one["rule"] for one in row["_violations"]] for name, row in bad.items()} == {
        "nothing.mp4": ["media_empty"], "test1_empty.wav": ["media_empty"], "mpeg4.mp4": ["media_empty"], "sample.mkv": ["media_cut"], "wrong_extension.aac": ["media_name"],
    }  # fmt: skip
    assert dict(json.loads(json.loads(bad["wrong_extension.aac"]["_sent"])["_raw"]))["duration_ms"] == "9660"
    assert unbalanced(spark, here) == []
    assert [line for line in take_in(CONTRACT) if "nothing new" not in line] == []
