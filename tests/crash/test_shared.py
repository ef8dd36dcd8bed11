"""The Spark application that runs share: the same rows as alone, dead runs swept away, nothing lost when it dies itself."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from jobs.lake import lock
from schemas import sockets
from schemas.errors import Unavailable
from schemas.settings import ROOT, Settings, settings
from tests.crash.shared import begun, end, eventually, is_reached

pytestmark = pytest.mark.crash
CONTRACTS = ROOT / "tests" / "data" / "contracts"
STEPS = (1, 2, 3, 4, 5, 6)  # of jobs/publish/batch.py, publish
HEAD = "notice_no,revised_on,mobile,score\n"
LONG = """
from jobs.lake import lock
from jobs.session import session
from pyspark.sql import functions as F
from schemas.settings import settings
here = settings()
with lock.writing(here, "notice"):
    spark = session(here, "long 2026-03-02")
    print("at work", flush=True)
    spark.range(0, 400, 1, 400).select(F.reflect(F.lit("java.lang.Thread"), F.lit("sleep"), F.lit(1000).cast("bigint"))).count()
"""


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    home = tmp_path_factory.mktemp("shared")
    return {"GOVLAKE_HOME": str(home), "GOVLAKE_CONTRACTS": str(CONTRACTS), "GOVLAKE_SPARK_MASTER": "local[2]"}


@pytest.fixture(scope="module")
def here(variables: dict[str, str]) -> Settings:
    return settings(variables)


@pytest.fixture(scope="module")
def start(variables: dict[str, str]) -> Iterator[Callable[[], "subprocess.Popen[str]"]]:
    """Start the application; whatever is left of it is ended when the tests are over."""
    processes: list[subprocess.Popen[str]] = []

    def started() -> "subprocess.Popen[str]":
        processes.append(begun(variables))
        return processes[-1]

    yield started
    for process in processes:
        end(process)


@pytest.fixture(scope="module")
def shared(start: Callable[[], "subprocess.Popen[str]"]) -> "subprocess.Popen[str]":
    return start()


def land(home: Path, name: str, rows: str) -> None:
    landed = home / "landing" / "social" / "notice" / "2026-03-02" / name
    landed.parent.mkdir(parents=True, exist_ok=True)
    landed.write_text(HEAD + rows, encoding="utf-8")
    os.utime(landed, (1_700_000_000, 1_700_000_000))


def run(variables: dict[str, str], **more: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "jobs", "run", "notice", "--date", "2026-03-02"]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **variables, **more}, check=False, timeout=300, capture_output=True, text=True)


def proved(variables: dict[str, str]) -> tuple[int, str]:
    """What `govlake ledger --prove` says of the installation: exit code and last line."""
    command = [sys.executable, "-m", "jobs.cli", "ledger", "--prove"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **variables}, check=False, timeout=60, capture_output=True, text=True)
    return done.returncode, done.stdout.splitlines()[-1]


def javas(pid: int) -> list[int]:
    """The children of a process that are Java."""
    told = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(pid)], check=False, capture_output=True, text=True).stdout
    return [int(line.split()[0]) for line in told.splitlines() if line.split()[1] == "java"]


def silver(here: Settings) -> list[str]:
    return sorted(row["notice_no"] for row in rows(here, "silver", "notice"))


def rows(here: Settings, layer: str, noun: str) -> list[dict[str, Any]]:
    return DeltaTable(str(here.lake / layer / noun)).to_pyarrow_table().to_pylist()


def is_free(here: Settings) -> bool:
    try:
        with lock.writing(here, "notice"):
            return True
    except Unavailable:
        return False


@pytest.mark.usefixtures("shared")
def test_runs_share_one_java_and_one_killed_after_every_step_loses_and_doubles_nothing(here: Settings, variables: dict[str, str], shared: "subprocess.Popen[str]") -> None:
    land(here.home, "a.csv", "".join(f"N{number},2026-02-01,,50\n" for number in range(40)) + "N1,2026-02-01,,50\n,2026-02-01,,50\n")
    codes = [run(variables, GOVLAKE_KILL_AFTER=str(step)).returncode for step in STEPS]
    assert (codes, proved(variables)[0]) == ([-signal.SIGKILL] * len(STEPS), Unavailable.exit_code)
    last = run(variables)
    assert last.returncode == 0, last.stderr
    assert silver(here) == sorted(f"N{number}" for number in range(40))
    assert [row["_row"] for row in rows(here, "quarantine", "notice")] == [43]
    hops = [(hop["hop"], hop["rows_in"], hop["rows_out"]) for hop in rows(here, "ledger", "hop")]
    assert sorted(hops) == [("conform", 42, 41), ("ingest", 42, 42), ("release", 41, 40)]
    assert proved(variables) == (0, "Proved 已证明: each of 42 rows of 1 landed file(s) is in exactly one place, as it was released.")
    assert len(javas(shared.pid)) == 1


@pytest.mark.usefixtures("shared")
def test_what_a_dead_run_left_at_work_is_ended_and_its_table_is_kept_until_then(here: Settings, variables: dict[str, str]) -> None:
    with subprocess.Popen([sys.executable, "-c", LONG], cwd=ROOT, env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True) as long:
        assert long.stdout is not None
        assert long.stdout.readline() == "at work\n"
        assert not is_free(here)
        long.kill()
    # The 200 seconds of work that it left are not waited for, and nobody else may write before Java has let go.
    assert eventually(lambda: is_free(here), 30)
    land(here.home, "b.csv", "M1,2026-02-01,,50\n")
    assert run(variables).returncode == 0
    assert "M1" in silver(here)


def test_a_java_that_dies_takes_its_run_with_it_and_the_next_try_goes_on(
    here: Settings, variables: dict[str, str], shared: "subprocess.Popen[str]", start: Callable[[], "subprocess.Popen[str]"]
) -> None:
    with subprocess.Popen([sys.executable, "-c", LONG], cwd=ROOT, env={**os.environ, **variables}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as long:
        assert long.stdout is not None
        assert long.stdout.readline() == "at work\n"
        for java in javas(shared.pid):
            os.kill(java, signal.SIGKILL)
        long.communicate(timeout=60)
        assert long.returncode != 0
    assert shared.wait(60) == 75  # and the process manager starts it again
    land(here.home, "c.csv", "P1,2026-02-01,,50\n")
    alone = run(variables)  # nobody listens: a Java of its own
    assert alone.returncode == 0, alone.stderr
    start()
    land(here.home, "d.csv", "P2,2026-02-01,,50\n")
    assert run(variables).returncode == 0
    assert {"P1", "P2"} <= set(silver(here))


def test_java_ends_when_nobody_works_and_begins_again_with_the_next_run(tmp_path: Path, variables: dict[str, str]) -> None:
    here = {**variables, "GOVLAKE_HOME": str(tmp_path)}
    land(tmp_path, "a.csv", "N1,2026-02-01,,50\n")
    hasty = "from jobs import shared; from schemas.settings import settings; shared.IDLE_SECONDS = 0.5; shared.serve(settings(), print)"
    with subprocess.Popen([sys.executable, "-c", hasty], cwd=ROOT, env={**os.environ, **here}, text=True, start_new_session=True) as process:
        try:
            assert eventually(lambda: is_reached(here))
            assert run(here).returncode == 0
            assert eventually(lambda: not javas(process.pid) and is_reached(here))
            land(tmp_path, "b.csv", "N2,2026-02-01,,50\n")
            assert run(here).returncode == 0
            assert silver(settings(here)) == ["N1", "N2"]
        finally:
            end(process)


def test_a_socket_of_nobody_is_no_obstacle(tmp_path: Path, variables: dict[str, str]) -> None:
    place = settings({**variables, "GOVLAKE_HOME": str(tmp_path)})
    sockets.listen(place.spark_socket).close()
    assert not is_reached({**variables, "GOVLAKE_HOME": str(place.home)})
