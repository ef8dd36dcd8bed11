"""Late changes and a dump that closes records, killed after every step in turn and repeated: the past is whole, and told once."""

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
STEPS = (1, 2, 3, 4, 5, 6)  # of jobs/publish/batch.py
FIRST, SECOND = "2026-03-02", "2026-03-03"
LICENCE, ROLL = "licence_no,changed_on,change,seats\n", "licence_no,seats\n"
DELIVERIES = {
    ("licence", FIRST): LICENCE + "L1,2026-01-01,S,1\nL1,2026-01-09,S,3\nL2,2026-01-01,S,5\nL3,2026-01-02,S,6\n",
    # A late change, a correction, a deletion, a row sent again, and two that contradict each other.
    ("licence", SECOND): LICENCE + "L1,2026-01-05,S,2\nL2,2026-01-01,S,4\nL2,2026-01-07,D,\nL1,2026-01-01,S,1\nL3,2026-01-04,S,7\nL3,2026-01-04,S,8\n",
    ("roll", FIRST): ROLL + "L1,1\nL2,2\nL3,3\nL4,4\nL5,5\n",
    ("roll", SECOND): ROLL + "L1,1\nL2,9\nL3,3\nL4,4\n",
}  # fmt: skip
# Number, from, to, seats, deleted: as they stand in the end.
VERSIONS = {
    "licence": [("L1", "2026-01-01", "2026-01-05", 1, False), ("L1", "2026-01-05", "2026-01-09", 2, False), ("L1", "2026-01-09", "None", 3, False),
                ("L2", "2026-01-01", "2026-01-01", 5, False), ("L2", "2026-01-01", "2026-01-07", 4, False), ("L2", "2026-01-07", "2026-01-07", None, True),
                ("L3", "2026-01-02", "None", 6, False)],
    "roll": [("L1", FIRST, "None", 1, False), ("L2", FIRST, SECOND, 2, False), ("L2", SECOND, "None", 9, False), ("L3", FIRST, "None", 3, False),
             ("L4", FIRST, "None", 4, False), ("L5", FIRST, SECOND, 5, False), ("L5", SECOND, SECOND, 5, True)],
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """An installation with two days of both tables in landing, and a shared Spark."""
    for (table, day), text in DELIVERIES.items():
        landed = tmp_path / "landing" / "business" / table / day / "a.csv"
        landed.parent.mkdir(parents=True)
        landed.write_text(text, encoding="utf-8")
        os.utime(landed, (1_700_000_000, 1_700_000_000))
    shared = begun({"GOVLAKE_HOME": str(tmp_path)})
    yield tmp_path
    end(shared)


def run(home: Path, table: str, day: str, kill_after: int = 0) -> int:
    places = {"GOVLAKE_HOME": str(home), "GOVLAKE_CONTRACTS": str(ROOT / "tests" / "data" / "past"), "GOVLAKE_KILL_AFTER": str(kill_after)}
    command = [sys.executable, "-m", "jobs", "run", table, "--date", day]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **places}, check=False, timeout=300).returncode


def rows(home: Path, layer: str, noun: str) -> list[dict[str, Any]]:
    return DeltaTable(str(home / "lake" / layer / noun)).to_pyarrow_table().to_pylist()


@pytest.mark.parametrize("table", VERSIONS)
def test_a_batch_of_versions_killed_after_every_step_in_turn_is_told_once(home: Path, table: str) -> None:
    assert run(home, table, FIRST) == 0
    assert [run(home, table, SECOND, kill_after=step) for step in STEPS] == [-signal.SIGKILL] * len(STEPS)
    assert run(home, table, SECOND) == 0
    stored = sorted(rows(home, "silver", table), key=lambda row: (row["licence_no"], row["_valid_from"], row["_ingested_at"]))
    assert [(row["licence_no"], str(row["_valid_from"]), str(row["_valid_to"]), row["seats"], row["_is_deleted"]) for row in stored] == VERSIONS[table]
    hops = rows(home, "ledger", "hop")
    sums = [hop["rows_out"] + hop["rows_quarantined"] + hop["rows_duplicate"] + hop["rows_filtered"] - hop["rows_in"] for hop in hops]
    assert (sums, len(hops)) == ([0] * len(hops), {"licence": 6, "roll": 7}[table])
