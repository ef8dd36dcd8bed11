"""What outlived the process manager is ended, and nothing else."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.leftovers import MARK, demos, end, leftovers

Sleeper = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def sleeper() -> Iterator[Sleeper]:
    """Start a process that does nothing, with this mark."""
    started: list[subprocess.Popen[bytes]] = []

    def start(mark: str) -> "subprocess.Popen[bytes]":
        words = ["sh", "-c", "echo; read forever"]  # says that it is there: its environment can be read a moment after its start, not at once
        env = {**os.environ, MARK: mark}
        started.append(subprocess.Popen(words, env=env, start_new_session=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        said = started[-1].stdout
        assert said is not None and said.readline()
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_process_of_this_installation_is_ended(sleeper: Sleeper, tmp_path: Path) -> None:
    left = sleeper(str(tmp_path))
    assert leftovers(tmp_path) == {left.pid}
    end(tmp_path)
    assert left.wait(timeout=20) != 0


def test_a_process_of_another_installation_is_left_alone(sleeper: Sleeper, tmp_path: Path) -> None:
    other = sleeper(str(tmp_path / "other"))
    assert end(tmp_path) == 0
    assert other.poll() is None


def test_a_stale_pid_file_of_the_database_ends_nobody(sleeper: Sleeper, tmp_path: Path) -> None:
    stranger = sleeper("nobody")
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    (tmp_path / "postgres" / "data" / "postmaster.pid").write_text(f"{stranger.pid}\n", encoding="utf-8")
    assert leftovers(tmp_path) == frozenset()


def test_a_demo_that_somebody_has_running_in_this_clone_is_found_and_that_of_another_clone_is_not(tmp_path: Path) -> None:
    # It waits for its input to end, so that it has no child, which would bear its words for a moment.
    work = "import sys; print(flush=True); sys.stdin.read()"
    waiting = subprocess.Popen([sys.executable, "-c", work, "-m", "infra.demo"], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert waiting.stdout is not None and waiting.stdout.readline()  # its words stand there from its start on, and not a moment before
        assert (demos(tmp_path), demos(tmp_path / "other")) == ({waiting.pid}, frozenset())
    finally:
        waiting.kill()
        waiting.wait()
