"""Bytes that rows point to: kept once by their content, whatever is killed or repeated."""

import hashlib
from pathlib import Path

import pytest

from jobs.lake import blobs
from schemas.errors import Refused
from schemas.settings import Settings, settings

CONTENT = b"recording" * 300_000  # more than two blocks
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An empty installation."""
    return settings({"GOVLAKE_HOME": str(tmp_path / "var")})


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A landed file."""
    path = tmp_path / "a.mp4"
    path.write_bytes(CONTENT)
    return path


def kept(here: Settings) -> dict[str, bytes]:
    """Every file below blobs, hidden ones included."""
    return {path.relative_to(here.home).as_posix(): path.read_bytes() for path in (here.home / "blobs").rglob("*") if path.is_file()}


def test_the_same_bytes_are_kept_once_however_often_they_come(here: Settings, source: Path) -> None:
    for writer in ("media_item", "media_item", "public_document"):
        blobs.keep(here, writer, SHA256, source)
    assert kept(here) == {f"blobs/{SHA256[:2]}/{SHA256[2:]}": CONTENT}


def test_what_a_killed_writer_left_half_copied_is_replaced_by_its_repeat(here: Settings, source: Path) -> None:
    target = here.home / blobs.place(SHA256)
    target.parent.mkdir(parents=True)
    target.with_name(f".{target.name}.media_item").write_bytes(CONTENT[:1000])
    blobs.keep(here, "media_item", SHA256, source)
    assert kept(here) == {blobs.place(SHA256): CONTENT}


def test_a_file_that_has_changed_since_is_not_kept_under_the_hash_it_had(here: Settings, source: Path) -> None:
    source.write_bytes(CONTENT + b"!")
    with pytest.raises(Refused, match=r"^a\.mp4 has changed since it was planned\."):
        blobs.keep(here, "media_item", SHA256, source)
    assert kept(here) == {}
