"""Audits as copies of one process that has Great Expectations loaded: as `python -m expectations TABLE` in all that is seen."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs.publish.audit import Auditor
from schemas import sockets
from schemas.contract import Contract
from schemas.errors import Refused, Unavailable
from schemas.settings import ROOT, Settings, settings

Measured = Callable[..., Path]


@pytest.fixture
def here(tmp_path: Path, stall: Contract) -> Settings:
    """An installation that knows the stalls only."""
    return settings({"GOVLAKE_HOME": str(tmp_path / "var"), "GOVLAKE_CONTRACTS": str(stall.path.parent)})


@pytest.fixture
def warm(here: Settings) -> Iterator["subprocess.Popen[str]"]:
    """The warm process, up and listening."""
    command = [sys.executable, "-m", "expectations.warm"]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **here.environment}, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while (wire := sockets.reach(here.audit_socket, 1.0)) is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert wire is not None
        wire.close()  # an asker that says nothing
        yield process
        process.terminate()


def children(pid: int) -> list[str]:
    return subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], check=False, capture_output=True, text=True).stdout.split()


@pytest.mark.usefixtures("warm")
def test_one_passes_and_the_next_is_held_and_both_have_their_page(tmp_path: Path, here: Settings, measured: Measured) -> None:
    for quarantined, state in ((8, "passed"), (21, "held")):
        with Auditor(here, "stall") as auditor:
            verdict = auditor.verdict(measured(rows_quarantined=quarantined), tmp_path / f"{state}.json")
        assert verdict["success"] is (state == "passed")
        assert verdict["report"].endswith(f".{state}.html")
        assert (here.data_docs / verdict["report"]).is_file()


def test_no_process_is_started_beside_it(here: Settings, warm: "subprocess.Popen[str]") -> None:
    before = len(children(os.getpid()))
    with Auditor(here, "stall"):
        assert len(children(os.getpid())) == before  # `ps` is one of them both times
        assert warm.poll() is None


@pytest.mark.usefixtures("warm")
def test_a_contract_that_broke_since_is_refused_with_the_asker_s_own_stderr(tmp_path: Path, here: Settings, measured: Measured, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refused, match="no longer valid"), Auditor(here, "stallion") as auditor:
        auditor.verdict(measured(), tmp_path / "verdict.json")
    assert "stallion" in capfd.readouterr().err


def test_a_killed_copy_is_unavailable_and_the_next_one_judges(tmp_path: Path, here: Settings, measured: Measured, warm: "subprocess.Popen[str]") -> None:
    with Auditor(here, "stall") as auditor:
        deadline = time.monotonic() + 60
        while not (copies := children(warm.pid)) and time.monotonic() < deadline:
            time.sleep(0.05)
        for copy in copies:
            os.kill(int(copy), 9)
        with pytest.raises(Unavailable, match="gave no verdict"):
            auditor.verdict(measured(), tmp_path / "verdict.json")
    with Auditor(here, "stall") as auditor:
        assert auditor.verdict(measured(), tmp_path / "verdict.json")["success"]
