"""The process manager of the stack: started, asked and ended through its socket, which only the owner can open."""

import http.client
import os
import subprocess
import time
import xmlrpc.client
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from infra.leftovers import MARK
from infra.place import VENV, Place
from schemas.errors import Unavailable

POLL = 0.2
PATIENCE = 15.0  # seconds for the process manager itself to come up or go


@dataclass(frozen=True)
class State:
    """What the process manager knows of a program. since: seconds in this state."""

    name: str
    running: bool
    word: str
    pid: int
    since: int


def alive(place: Place) -> bool:
    """Whether the process manager answers."""
    try:
        return bool(_server(place).getState()["statename"] == "RUNNING")
    except (OSError, http.client.HTTPException, xmlrpc.client.Error):
        return False


def launch(place: Place) -> None:
    """Start the process manager, with nothing of the caller's Python in its environment."""
    dropped = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    environment |= {MARK: str(place.settings.home), "SPT_NOENV": "1"}
    command = [str(VENV / "supervisord"), "-c", str(place.run / "supervisord.conf")]
    done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise Unavailable(f"The process manager did not start: {(done.stderr or done.stdout).strip()[-300:]}")
    wait(lambda: alive(place), "the process manager", PATIENCE, place)


def start(place: Place, names: tuple[str, ...]) -> None:
    """Start the programs that do not run."""
    for state in states(place):
        if state.name in names and not state.running:
            _server(place).startProcess(state.name, False)


def states(place: Place) -> tuple[State, ...]:
    """Return every program's state; none when the process manager is away."""
    try:
        found: Any = _server(place).getAllProcessInfo()
    except (OSError, http.client.HTTPException, xmlrpc.client.Error):
        return ()
    return tuple(
        State(
            one["name"], one["statename"] in ("RUNNING", "STARTING"), one["statename"].lower(), one["pid"],
            one["now"] - (one["start"] if one["statename"] in ("RUNNING", "STARTING") else one["stop"]),
        )
        for one in found
    )


def shut_down(place: Place) -> None:
    """End every program and the process manager; returns when they are gone."""
    pid = _server(place).getPID()
    _server(place).shutdown()
    # Each program has its own time to end, and they end side by side.
    wait(lambda: not os.path.exists(f"/proc/{pid}"), "the end of all programs", 60, place)


def wait(condition: Callable[[], bool], what: str, seconds: float, place: Place) -> float:
    """Wait for a condition and return how long it took. Raises Unavailable when it does not come true in time."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > seconds:
            raise Unavailable(f"Waited {seconds:.0f} s for {what}. What started stays up. `make status` shows what is not; logs: {place.logs}")
        time.sleep(POLL)
    return time.monotonic() - begun


def _server(place: Place) -> Any:
    # The address is never used: the transport goes through the socket.
    proxy = xmlrpc.client.ServerProxy("http://localhost", SupervisorTransport(None, None, f"unix://{place.socket}"))
    return proxy.supervisor
