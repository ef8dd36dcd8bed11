"""A driver with a Java of its own, killed with SIGKILL in its work: repeated, it ends as if nothing had happened.

After each step in turn: tests/crash/test_shared.py, in the shared application.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from schemas.settings import ROOT

pytestmark = pytest.mark.crash
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


def test_a_file_that_lands_after_the_kill_is_taken_in_beside_the_unfinished_batch(home: Path) -> None:
    run(home, kill_after=5)
    second = home / "landing" / "social" / "notice" / "2026-03-02" / "b.csv"
    shutil.copy2(second.with_name("a.csv"), second)
    second.write_text(ROWS.replace("N", "M").replace("Motice_no", "notice_no"), encoding="utf-8")
    os.utime(second, (1_700_000_000, 1_700_000_000))
    assert run(home) == 0
    assert len(rows(home, "silver", "notice")) == 80
    assert len(rows(home, "quarantine", "notice")) == 2
