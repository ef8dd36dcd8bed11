"""The audit as a process of its own: Great Expectations starts while Spark works, and judges when it is asked."""

import json
import os
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from schemas import sockets
from schemas.errors import Refused, Unavailable
from schemas.settings import ROOT, Settings

ERRORS = 2  # the descriptor of stderr
NOTHING = "\n"  # says that there is nothing to judge: why stands in the run's own sentence
PATIENCE = 120.0  # seconds for a verdict; it takes less than one


class _Process(Protocol):
    def ask(self, line: str) -> int | None:
        """Hand over a line and return the exit code; None when it ended without one."""
        ...

    def end(self) -> None:
        """Leave nothing behind."""
        ...


class _Fresh:
    """`python -m expectations TABLE`."""

    def __init__(self, settings: Settings, table: str) -> None:
        command, environment = [sys.executable, "-m", "expectations", table], {**os.environ, **settings.environment}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, text=True)

    def ask(self, line: str) -> int | None:
        self.process.communicate(line)
        return self.process.returncode

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class _Copy:
    """A copy of the process that has Great Expectations loaded (expectations/warm.py); it ends when its question's pipe does."""

    def __init__(self, wire: socket.socket, settings: Settings, table: str) -> None:
        self.wire = wire
        reading, writing = os.pipe()
        with open(reading, "rb") as asked:
            ours = {name: value for name, value in os.environ.items() if name.startswith("GOVLAKE_")}
            request = json.dumps({"table": table, "environment": {**ours, **settings.environment}})
            socket.send_fds(wire, [request.encode()], [asked.fileno(), ERRORS])
        self.question = open(writing, "w", encoding="utf-8")  # noqa: SIM115

    def ask(self, line: str) -> int | None:
        with suppress(OSError):
            self.question.write(line)
            self.question.close()
            return int(self.wire.recv(16) or -1)
        return None

    def end(self) -> None:
        with suppress(OSError):
            if not self.question.closed:
                self.question.write(NOTHING)
            self.question.close()
        self.wire.close()


def _started(settings: Settings, table: str) -> _Process:
    """Return a copy of the warm process when there is one that takes the request, else a fresh process."""
    wire = sockets.reach(settings.audit_socket, PATIENCE)
    if wire is not None:
        with suppress(OSError):
            copy = _Copy(wire, settings, table)
            if wire.recv(1):
                return copy
    return _Fresh(settings, table)


class Auditor:
    """The audit of one batch: started at once and asked once. Leaving the context ends it."""

    def __init__(self, settings: Settings, table: str) -> None:
        self.process = _started(settings, table)

    def __enter__(self) -> "Auditor":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.end()

    def verdict(self, measurement: Path, verdict: Path) -> dict[str, Any]:
        """Hand over the measurement file and return the verdict. Raises Refused for a broken contract, Unavailable for a dead auditor."""
        code = self.process.ask(json.dumps({"measurement": str(measurement), "verdict": str(verdict)}) + "\n")
        if code == Refused.exit_code:
            raise Refused("The contract was changed while the run went on and is no longer valid. Nothing was released. `govlake lint` says why.")
        if code != 0 or not verdict.is_file():
            raise Unavailable(
                f"The audit ended with code {code} and gave no verdict. "
                "Nothing was released; the candidate is kept and the next try goes on from it."
            )
        found: dict[str, Any] = json.loads(verdict.read_text(encoding="utf-8"))
        return found
