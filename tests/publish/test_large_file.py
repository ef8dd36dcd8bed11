"""A file of one gigabyte through a whole run, on a driver whose memory is smaller than the file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from deltalake import DeltaTable

from schemas.settings import ROOT

pytestmark = pytest.mark.spark
GIGABYTE = 1 << 30
ROWS = 2048  # of half a megabyte each: a line may have one
HEAP = "768m"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation with one file of a gigabyte in landing; its long texts are in a column that the contract does not know."""
    landed = tmp_path / "landing" / "social" / "notice" / "2026-03-02" / "big.csv"
    landed.parent.mkdir(parents=True)
    text = ("经现场核实，已责成责任单位整改；" * 100 + "x").encode()
    filling = (text * (GIGABYTE // ROWS // len(text) + 1))[: GIGABYTE // ROWS].decode(errors="ignore").encode()
    with landed.open("wb") as file:
        file.write(b"notice_no,revised_on,mobile,score,remark\n")
        file.writelines(f"N{number},2026-02-01,,50,".encode() + filling + b"\n" for number in range(ROWS))
    os.utime(landed, (1_700_000_000, 1_700_000_000))
    return tmp_path


def test_a_file_of_a_gigabyte_is_taken_in_whole_with_less_memory_than_it_has_bytes(home: Path) -> None:
    places = {
        "GOVLAKE_HOME": str(home), "GOVLAKE_CONTRACTS": str(ROOT / "tests" / "data" / "contracts"), "GOVLAKE_DRIVER_MEMORY": HEAP,
    }
    command = [sys.executable, "-m", "jobs", "run", "notice", "--date", "2026-03-02"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **places}, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode == 0, done.stderr[-2000:]
    silver = DeltaTable(str(home / "lake" / "silver" / "notice")).to_pyarrow_table(columns=["notice_no", "_row"])
    assert sorted(silver["_row"].to_pylist()) == list(range(2, ROWS + 2))
