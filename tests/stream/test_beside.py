"""Whether the other replica answers, and what a replica that is alone does with its batches."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.stream import beside, instant, pace
from jobs.stream.beside import Beside
from schemas.settings import ROOT, Settings, settings
from tests.serve.answering import eventually

ANSWERS = """
import sys
from jobs.stream import beside
from schemas.settings import settings
beside.CAUGHT_UP = 0.0
with beside.Beside(settings(), "b", "a") as other:
    other.tell()
    print("told", flush=True)
    sys.stdin.read()
"""
BATCHES = pytest.mark.parametrize(
    ("seconds", "is_new", "beside_it", "alone"),
    [
        pytest.param(4.0, True, False, False, id="tables are new, but the other replica has its turn first"),
        pytest.param(6.0, True, True, True, id="tables are new: they are taken in at once, whoever has to wait for it"),
        pytest.param(30.0, False, False, False, id="nothing is new"),
        pytest.param(instant.PAGE + 1, False, True, False, id="long enough: alone it goes on, since nobody would answer meanwhile"),
        pytest.param(instant.ALONE + 1, False, True, True, id="before Spark ends it by itself"),
    ],
)


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An installation with nothing in it."""
    return settings({"GOVLAKE_HOME": str(tmp_path)})


@pytest.fixture
def prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replicas that have nothing to catch up with."""
    monkeypatch.setattr(beside, "CAUGHT_UP", 0.0)


def test_a_replica_killed_without_a_word_is_missed_at_once(here: Settings, prompt: None) -> None:
    with Beside(here, "a", "b") as mine:
        assert mine.is_alone()
        environment = {"GOVLAKE_HOME": str(here.home), "PATH": "", "PYTHONPATH": str(ROOT)}
        with subprocess.Popen([sys.executable, "-c", ANSWERS], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == b"told\n"
            assert not mine.is_alone()
            other.send_signal(signal.SIGKILL)
            assert eventually(mine.is_alone, 2.0)


def test_a_replica_that_has_ended_its_queries_or_catches_up_does_not_count(here: Settings, prompt: None, monkeypatch: pytest.MonkeyPatch) -> None:
    looking = Beside(here, "a", "b")
    with Beside(here, "b", "a") as other:
        other.tell()
        assert not looking.is_alone()
    assert looking.is_alone()
    monkeypatch.setattr(beside, "CAUGHT_UP", 60.0)
    with Beside(here, "b", "a") as again:
        again.tell()
        assert looking.is_alone()


@BATCHES
def test_a_batch_ends_when(here: Settings, prompt: None, seconds: float, is_new: bool, beside_it: bool, alone: bool) -> None:
    with Beside(here, "a", "b") as mine, Beside(here, "b", "a") as other:
        assert instant._is_due(mine, seconds, is_new=is_new) is alone
        other.tell()
        assert instant._is_due(mine, seconds, is_new=is_new) is beside_it


def test_no_batch_outlasts_what_spark_was_told() -> None:
    assert instant.PAGE < instant.ALONE < pace.BATCH
