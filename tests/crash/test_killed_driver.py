"""A driver killed with SIGKILL after each numbered step of `publish`: repeated, it ends as if nothing had happened."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from schemas.settings import ROOT

pytestmark = pytest.mark.crash
STEPS = (1, 2, 3, 4, 5, 6)  # of jobs/publish/batch.py, publish
CONTRACTS = ROOT / "tests" / "data" / "contracts"
ROWS = "notice_no,revised_on,mobile,score\n" + "".join(f"N{number},2026-02-01,,50\n" for number in range(40)) + "N1,2026-02-01,,50\n,2026-02-01,,50\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    landed = tmp_path / "landing" / "social" / "notice" / "2026-03-02" / "a.csv"
    landed.parent.mkdir(parents=True)
    landed.write_text(ROWS, encoding="utf-8")
    os.utime(landed, (1_700_000_000, 1_700_000_000))
    return tmp_path


def run(home: Path, kill_after: int = 0) -> int:
    places = {"GOVLAKE_HOME": str(home), "GOVLAKE_CONTRACTS": str(CONTRACTS), "GOVLAKE_KILL_AFTER": str(kill_after)}
    command = [sys.executable, "-m", "jobs", "run", "notice", "--date", "2026-03-02"]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **places}, check=False, timeout=300).returncode


def rows(home: Path, layer: str, noun: str) -> list[dict[str, Any]]:
    return DeltaTable(str(home / "lake" / layer / noun)).to_pyarrow_table().to_pylist()


def test_a_driver_killed_after_every_step_in_turn_loses_nothing_and_doubles_nothing(home: Path) -> None:
    codes = [run(home, kill_after=step) for step in STEPS]
    assert codes == [-signal.SIGKILL] * len(STEPS)
    assert run(home) == 0
    silver, refused, hops = rows(home, "silver", "notice"), rows(home, "quarantine", "notice"), rows(home, "ledger", "hop")
    assert sorted(row["notice_no"] for row in silver) == sorted(f"N{number}" for number in range(40))
    assert [row["_row"] for row in refused] == [43]
    assert sorted((hop["hop"], hop["rows_in"], hop["rows_out"]) for hop in hops) == [("conform", 42, 41), ("ingest", 42, 42), ("release", 41, 40)]


def test_a_file_that_lands_after_the_kill_is_taken_in_beside_the_unfinished_batch(home: Path) -> None:
    run(home, kill_after=5)
    second = home / "landing" / "social" / "notice" / "2026-03-02" / "b.csv"
    shutil.copy2(second.with_name("a.csv"), second)
    second.write_text(ROWS.replace("N", "M").replace("Motice_no", "notice_no"), encoding="utf-8")
    os.utime(second, (1_700_000_000, 1_700_000_000))
    assert run(home) == 0
    assert len(rows(home, "silver", "notice")) == 80
    assert len(rows(home, "quarantine", "notice")) == 2
