"""Late changes, and a late dump that closes and restates records, killed after every step in turn and repeated: the past is whole, and told once."""

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
LICENCE, ROLL = "licence_no,changed_on,change,seats\n", "licence_no,seats\n"
# Deliveries of each table by day, in the order they are taken in; the last one is killed.
DELIVERIES = {
    "licence": {
        "2026-03-02": LICENCE + "L1,2026-01-01,S,1\nL1,2026-01-09,S,3\nL2,2026-01-01,S,5\nL3,2026-01-02,S,6\n",
        # A late change, a correction, a deletion, a row sent again, and two that contradict each other.
        "2026-03-03": LICENCE + "L1,2026-01-05,S,2\nL2,2026-01-01,S,4\nL2,2026-01-07,D,\nL1,2026-01-01,S,1\nL3,2026-01-04,S,7\nL3,2026-01-04,S,8\n",
    },
    "roll": {
        "2026-03-02": ROLL + "L1,1\nL2,2\nL3,3\nL4,4\nL5,5\n",
        "2026-03-06": ROLL + "L1,1\nL2,9\nL3,3\nL4,4\nL5,5\n",
        "2026-03-04": ROLL + "L1,1\nL2,2\nL3,7\nL4,4\n",  # late: changes one record and lacks another, until the next dump
    },
}  # fmt: skip
# Number, days from and to (January for licences, March for the roll), seats, deleted: as they stand in the end.
VERSIONS = {
    "licence": [("L1", 1, 5, 1, False), ("L1", 5, 9, 2, False), ("L1", 9, None, 3, False), ("L2", 1, 1, 5, False), ("L2", 1, 7, 4, False),
                ("L2", 7, 7, None, True), ("L3", 2, None, 6, False)],
    "roll": [("L1", 2, None, 1, False), ("L2", 2, 6, 2, False), ("L2", 6, None, 9, False), ("L3", 2, 4, 3, False), ("L3", 4, 6, 7, False),
             ("L3", 6, None, 3, False), ("L4", 2, None, 4, False), ("L5", 2, 4, 5, False), ("L5", 4, 4, 5, True), ("L5", 6, None, 5, False)],
}  # fmt: skip
HOPS = {"licence": ["conform", "ingest", "release"], "roll": ["close", "conform", "ingest", "release", "restate"]}  # of the batch that was killed


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installation with all deliveries in landing, and a shared Spark."""
    here = tmp_path_factory.mktemp("history")
    for table, days in DELIVERIES.items():
        for day, text in days.items():
            landed = here / "landing" / "business" / table / day / "a.csv"
            landed.parent.mkdir(parents=True)
            landed.write_text(text, encoding="utf-8")
            os.utime(landed, (1_700_000_000, 1_700_000_000))
    shared = begun({"GOVLAKE_HOME": str(here)})
    yield here
    end(shared)


def run(home: Path, table: str, day: str, kill_after: int = 0) -> int:
    places = {"GOVLAKE_HOME": str(home), "GOVLAKE_CONTRACTS": str(ROOT / "tests" / "data" / "past"), "GOVLAKE_KILL_AFTER": str(kill_after)}
    command = [sys.executable, "-m", "jobs", "run", table, "--date", day]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **places}, check=False, timeout=300).returncode


def rows(home: Path, layer: str, noun: str) -> list[dict[str, Any]]:
    return DeltaTable(str(home / "lake" / layer / noun)).to_pyarrow_table().to_pylist()


@pytest.mark.parametrize("table", VERSIONS)
def test_a_batch_of_versions_killed_after_every_step_in_turn_is_told_once(home: Path, table: str) -> None:
    *before, killed = DELIVERIES[table]
    assert [run(home, table, day) for day in before] == [0] * len(before)
    assert [run(home, table, killed, kill_after=step) for step in STEPS] == [-signal.SIGKILL] * len(STEPS)
    assert run(home, table, killed) == 0
    stored = sorted(rows(home, "silver", table), key=lambda row: (row["licence_no"], row["_valid_from"], row["_ingested_at"]))
    ends = [row["_valid_to"] and row["_valid_to"].day for row in stored]
    assert [(row["licence_no"], row["_valid_from"].day, end, row["seats"], row["_is_deleted"]) for row, end in zip(stored, ends, strict=True)] == VERSIONS[table]
    hops = [hop for hop in rows(home, "ledger", "hop") if hop["table"] == table]
    assert sorted(hop["hop"] for hop in hops if hop["date"] == killed) == HOPS[table]
    sums = [hop["rows_out"] + hop["rows_quarantined"] + hop["rows_duplicate"] + hop["rows_filtered"] - hop["rows_in"] for hop in hops]
    assert sums == [0] * len(hops)
