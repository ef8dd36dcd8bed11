"""What `make status` says of a program: whether it answers yet, and how often it came back by itself."""

import os
import socket
import time
from datetime import datetime
from pathlib import Path

import pytest

from infra import status
from infra.exits import Exits, exits
from infra.place import Place
from infra.programs import Program
from infra.supervision import State
from jobs.stream import beside as told
from jobs.stream.beside import Beside

BEGUN = "supervisord started with pid 1"


def log(place: Place, *events: str, ago: float = 60) -> None:
    """Write the process manager's log: these events, one a line, that long ago."""
    place.logs.mkdir(parents=True, exist_ok=True)
    at = datetime.fromtimestamp(time.time() - ago).strftime("%Y-%m-%d %H:%M:%S,123")
    (place.logs / "supervisor.log").write_text("".join(f"{at} WARN {event}\n" for event in events), encoding="utf-8")


def ended(place: Place) -> dict[str, tuple[int, str]]:
    return {name: (one.count, one.word) for name, one in exits(place, time.time() - 3600).items()}


def running(name: str) -> State:
    return State(name, True, "running", os.getpid(), 12)


def line(place: Place, program: Program, state: State | None) -> str:
    return status.program_line(place, program, state, {})


def test_exits_are_counted_with_the_last_word(place: Place) -> None:
    log(place, BEGUN, "exited: stream-a (exit status 75; not expected)", "spawned: 'stream-a' with pid 7", "exited: stream-a (terminated by SIGKILL; not expected)")
    assert ended(place) == {"stream-a": (2, "terminated by SIGKILL")}


@pytest.mark.parametrize("events", [
    pytest.param(["stopped: kafka (exit status 143)"], id="asked to stop"),
    pytest.param(["exited: kafka (exit status 1; not expected)", BEGUN], id="an earlier run of the stack"),
    pytest.param(["exited: kafka"], id="half a line"),
])
def test_what_is_no_exit_of_this_run_does_not_count(place: Place, events: list[str]) -> None:
    log(place, *events)
    assert ended(place) == {}


def test_an_exit_of_long_ago_and_a_stack_without_a_log_say_nothing(place: Place) -> None:
    assert ended(place) == {}
    log(place, BEGUN, "exited: kafka (exit status 1; not expected)", ago=7200)
    assert ended(place) == {}


def test_a_program_that_came_back_is_said_with_its_log(place: Place) -> None:
    told = status.restarts(place, Program("stream-a", ()), Exits(3, time.time() - 125, "exit status 75"))
    assert "ended by itself 3 times within the last hour, last 2 min 5 s ago (exit status 75)" in told
    assert f"{place.logs}/stream-a.log says why" in told


def test_a_program_is_starting_until_its_port_answers(place: Place) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        program = Program("gateway", (), port=listener.getsockname()[1])
        before = line(place, program, running("gateway"))
        listener.listen()
        after = line(place, program, running("gateway"))
    assert (before.split()[:3], after.split()[:3]) == (["gateway", "starting", "12"], ["gateway", "up", "12"])


def test_a_replica_is_starting_until_it_has_told_that_it_answers(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "CAUGHT_UP", 0.0)
    program = Program("stream-a", ())
    assert "starting" in line(place, program, running("stream-a"))
    with Beside(place.settings, "a", "b") as beside:
        assert "starting" in line(place, program, running("stream-a"))
        beside.tell()
        assert (" up " in line(place, program, running("stream-a")), "starting" in line(place, Program("stream-b", ()), running("stream-b"))) == (True, True)
    assert "starting" in line(place, program, running("stream-a"))


@pytest.mark.parametrize(("word", "said"), [
    ("stopped", "not started"), ("backoff", "down since 5 s, is started again"), ("fatal", "DEAD (fatal, since 5 s): java.net.BindException"),
])  # fmt: skip
def test_a_program_that_is_down_is_waited_for_or_dead(place: Place, word: str, said: str) -> None:
    place.logs.mkdir(parents=True)
    Path(place.logs / "kafka.log").write_text("java.net.BindException\n", encoding="utf-8")
    assert line(place, Program("kafka", (), port=1), State("kafka", False, word, 0, 5)).split(maxsplit=1) == ["kafka", said]
