"""Processes that outlived the process manager: found by a mark in their environment, and ended."""

import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

MARK = "GOVLAKE_STACK"  # set by infra/supervision.py for all it starts, and by nothing else
GRACE = 10.0  # seconds between asking and killing
POLL = 0.1


def leftovers(home: Path) -> frozenset[int]:
    """Return the processes that carry this installation's mark, and its database server.

    PostgreSQL writes its title over its environment, so it is known by its own pid file.
    """
    mark = f"{MARK}={home}".encode()
    marked = {pid for pid in _processes() if mark in _environment(pid).split(b"\0")}
    return frozenset(marked | _database(home) - {os.getpid()})


def end(home: Path) -> int:
    """End what is left of this installation and return how many processes that were."""
    found = leftovers(home)
    _signal(found, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while (alive := leftovers(home)) and time.monotonic() < deadline:
        time.sleep(POLL)
    _signal(alive, signal.SIGKILL)
    return len(found)


def demos(root: Path) -> frozenset[int]:
    """Return the `make demo` of this clone that somebody has running in another window: it is theirs, and not ended here."""
    return frozenset(pid for pid in _processes() if b"infra.demo" in _words(pid) and Path(f"/proc/{pid}/cwd").resolve() == root)


def _words(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:  # ended meanwhile
        return []


def _processes() -> Iterable[int]:
    return (int(entry) for entry in os.listdir("/proc") if entry.isdigit())


def _environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:  # ended meanwhile, or somebody else's
        return b""


def _database(home: Path) -> set[int]:
    data = home / "postgres" / "data"
    try:
        pid = int((data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        serving = Path(f"/proc/{pid}/cwd").resolve() == data.resolve()
    except (OSError, ValueError, IndexError):
        return set()
    return {pid} if serving else set()


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
