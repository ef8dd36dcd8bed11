"""A disk that is full, then a little larger, then large enough: each run says so and keeps what it has, the last ends well."""

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
ROWS = 2_000
SIZES = ("1m", "4m", "200m")  # the candidate takes three megabytes, silver three more: the first two runs stop at these
PRIVATE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
# Runs the table with each size of its disk, printing the exit codes; the disk is private to this shell and goes with it.
SCRIPT = """
mount -t tmpfs -o size=1m tmpfs "$GOVLAKE_LAKE" || exit 9
for size in $SIZES; do
    mount -o "remount,size=$size" "$GOVLAKE_LAKE"
    "$PYTHON" -m jobs run notice --date 2026-03-02
    echo "exit $?"
done
cp -r "$GOVLAKE_LAKE" "$KEPT"
"""


def refusal() -> str:
    """Why this kernel gives no private disk; empty when it does."""
    tried = subprocess.run([*PRIVATE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"the kernel refuses a private tmpfs: {tried.stderr.strip()}"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation whose delivery, of texts that do not pack, is larger than its disk."""
    landed = tmp_path / "landing" / "social" / "notice" / "2026-03-02" / "a.csv"
    landed.parent.mkdir(parents=True)
    lines = (f"N{number},2026-02-01,,50,{os.urandom(750).hex()}\n" for number in range(ROWS))
    landed.write_text("notice_no,revised_on,mobile,score,remark\n" + "".join(lines) + ",2026-02-01,,50,\n", encoding="utf-8")
    os.utime(landed, (1_700_000_000, 1_700_000_000))
    (tmp_path / "lake").mkdir()
    return tmp_path


def rows(home: Path, layer: str, noun: str) -> list[dict[str, Any]]:
    return DeltaTable(str(home / "kept" / layer / noun)).to_pyarrow_table().to_pylist()


@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare of util-linux is not installed")
@pytest.mark.skipif(bool(refusal()), reason=refusal())
def test_a_run_on_a_full_disk_is_unavailable_and_goes_on_to_the_end_when_there_is_space(home: Path) -> None:
    places = {
        "GOVLAKE_HOME": str(home), "GOVLAKE_LAKE": str(home / "lake"), "GOVLAKE_CONTRACTS": str(ROOT / "tests" / "data" / "contracts"),
        "KEPT": str(home / "kept"), "PYTHON": sys.executable, "SIZES": " ".join(SIZES),
    }
    done = subprocess.run(
        [*PRIVATE, "sh", "-c", SCRIPT], cwd=ROOT, env={**os.environ, **places}, capture_output=True, text=True, check=False, timeout=500
    )
    codes = [line for line in done.stdout.splitlines() if line.startswith("exit ")]
    said = [line for line in done.stderr.splitlines() if line.startswith("UNAVAILABLE: ")]
    assert codes == [*["exit 75"] * (len(SIZES) - 1), "exit 0"], done.stderr[-3000:]
    assert [("No space" in line, "the next try" in line) for line in said] == [(True, True)] * (len(SIZES) - 1)
    assert sorted(row["_row"] for row in rows(home, "silver", "notice")) == list(range(2, ROWS + 2))
    assert [row["_row"] for row in rows(home, "quarantine", "notice")] == [ROWS + 2]
    hops = {hop["hop"]: (hop["rows_in"], hop["rows_out"], hop["rows_quarantined"]) for hop in rows(home, "ledger", "hop")}
    assert hops == {"ingest": (ROWS + 1, ROWS + 1, 0), "conform": (ROWS + 1, ROWS, 1), "release": (ROWS, ROWS, 0)}
    assert list((home / "kept" / "_candidate" / "notice").iterdir()) == []
