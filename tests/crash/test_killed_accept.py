"""An `accept` killed after each of its steps and repeated: nothing is doubled, and the ledger balances."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from schemas.settings import ROOT
from tests.crash.shared import begun, end

pytestmark = pytest.mark.crash
STEPS = (4, 5, 6)  # of jobs/publish/batch.py: an accept begins with quarantine
GOOD, BAD = 30, 10  # more bad rows than the contract lets pass
ROWS = "notice_no,revised_on,mobile,score\n" + "".join(f"N{n},2026-02-01,,50\n" for n in range(GOOD)) + "N1,2026-02-01,,50\n" + ",2026-02-01,,50\n" * BAD


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """An installation with a delivery that will be held, and a shared Spark, which is not started five times."""
    landed = tmp_path / "landing" / "social" / "notice" / "2026-03-02" / "a.csv"
    landed.parent.mkdir(parents=True)
    landed.write_text(ROWS, encoding="utf-8")
    os.utime(landed, (1_700_000_000, 1_700_000_000))
    shared = begun({"GOVLAKE_HOME": str(tmp_path)})
    yield tmp_path
    end(shared)


def jobs(home: Path, *arguments: str, kill_after: int = 0) -> int:
    places = {"GOVLAKE_HOME": str(home), "GOVLAKE_CONTRACTS": str(ROOT / "tests" / "data" / "contracts"), "GOVLAKE_KILL_AFTER": str(kill_after)}
    command = [sys.executable, "-m", "jobs", *arguments]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **places}, check=False, timeout=300).returncode


def rows(home: Path, layer: str, noun: str) -> list[dict[str, Any]]:
    return DeltaTable(str(home / "lake" / layer / noun)).to_pyarrow_table().to_pylist()


def test_an_accept_killed_after_every_step_in_turn_releases_each_row_once(home: Path) -> None:
    assert jobs(home, "run", "notice", "--date", "2026-03-02") == 65
    (held,) = (home / "lake" / "_candidate" / "notice").iterdir()
    accept = ("accept", "notice", held.name, "--because", "the source has confirmed it")
    assert [jobs(home, *accept, kill_after=step) for step in STEPS] == [-signal.SIGKILL] * len(STEPS)
    assert jobs(home, *accept) == 0
    assert sorted(row["notice_no"] for row in rows(home, "silver", "notice")) == sorted(f"N{n}" for n in range(GOOD))
    assert sorted(row["_row"] for row in rows(home, "quarantine", "notice")) == list(range(GOOD + 3, GOOD + 3 + BAD))
    hops = {hop["hop"]: hop for hop in rows(home, "ledger", "hop")}
    sums = {name: hop["rows_out"] + hop["rows_quarantined"] + hop["rows_duplicate"] + hop["rows_filtered"] for name, hop in hops.items()}
    assert len(rows(home, "ledger", "hop")) == len(hops) == 4
    assert sums == {name: hop["rows_in"] for name, hop in hops.items()} == {"ingest": 41, "conform": 41, "hold": 41, "release": 31}
    assert (hops["release"]["rows_out"], hops["release"]["rows_duplicate"], held.exists()) == (GOOD, 1, False)
    assert sorted(row["state"] for row in rows(home, "ledger", "file")) == ["held", "taken"]
