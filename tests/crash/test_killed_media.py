"""A delivery of media killed after every step in turn: each row's bytes are kept once, whole, and nothing else is."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from jobs.lake import blobs
from schemas.settings import ROOT
from tests.crash.shared import begun, end

pytestmark = pytest.mark.crash
STEPS = (1, 2, 3, 4, 5, 6)  # of jobs/publish/batch.py
DAY = "2026-03-02"
SAMPLES = ROOT / "tests" / "data" / "landing" / "social" / "media_item" / DAY
SENT = {"in.mp4": "in.mp4", "cover.jpg": "cover.jpg", "twin.jpg": "cover.jpg", "sample.mkv": "sample.mkv"}  # a twin, and one that is cut off


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """An installation with the delivery in landing, and a shared Spark."""
    landed = tmp_path / "landing" / "social" / "media_item" / DAY
    landed.mkdir(parents=True)
    for name, sample in SENT.items():
        (landed / name).write_bytes((SAMPLES / sample).read_bytes())
        os.utime(landed / name, (1_700_000_000, 1_700_000_000))
    shared = begun({"GOVLAKE_HOME": str(tmp_path)})
    yield tmp_path
    end(shared)


def started(home: Path, *arguments: str, kill_after: int = 0) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "GOVLAKE_HOME": str(home), "GOVLAKE_KILL_AFTER": str(kill_after)}
    return subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, env=environment, check=False, timeout=300, capture_output=True, text=True)


def rows(home: Path, layer: str) -> list[dict[str, Any]]:
    return DeltaTable(str(home / "lake" / layer / "media_item")).to_pyarrow_table().to_pylist()


def test_media_killed_after_every_step_in_turn_are_kept_once_and_their_rows_are_whole(home: Path) -> None:
    run = ("jobs", "run", "media_item", "--date", DAY)
    assert [started(home, *run, kill_after=step).returncode for step in STEPS] == [-signal.SIGKILL] * len(STEPS)
    last = started(home, *run)
    assert last.returncode == 0, last.stderr
    stored = {row["file_name"]: row for row in rows(home, "silver")}
    assert (len(rows(home, "silver")), len(stored), {row["kind"] for row in stored.values()}) == (2, 2, {"video", "image"})
    assert [row["_path"].rsplit("/")[-1] for row in rows(home, "quarantine")] == ["sample.mkv"]
    wanted = {row["sha256"] for row in stored.values()} | set(json.loads(stored["in.mp4"]["thumbnails"]))
    kept = {path.relative_to(home).as_posix(): path.read_bytes() for path in (home / "blobs").rglob("*") if path.is_file()}
    assert kept.keys() == {row["path"] for row in stored.values()} | {blobs.place(one) for one in wanted}  # no draft among them
    assert [name for name, content in kept.items() if blobs.place(hashlib.sha256(content).hexdigest()) != name] == []
    proof = started(home, "jobs.cli", "ledger", "--prove")
    assert proof.returncode == 0, proof.stdout
