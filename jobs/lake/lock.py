"""One writer per table: a lock file that the operating system frees when its holder dies."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from schemas.errors import Unavailable
from schemas.settings import Settings

POLL = 0.05  # seconds between two looks at a lock
held: list[IO[str]] = []  # by this process, now


@contextmanager
def writing(settings: Settings, noun: str, patience: float = 0.0) -> Iterator[None]:
    """Hold the right to write a table. Raises Unavailable when another process keeps it longer than `patience` seconds.

    A local file system is not a safe store for Delta writers in several processes on one table.
    """
    folder = settings.lake / "_locks"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / noun, "w", encoding="utf-8") as handle:
        deadline = time.monotonic() + patience
        while not _locked(handle):
            if time.monotonic() >= deadline:
                raise Unavailable(f"{noun} is being written by another run. Nothing was started; this run is tried again.")
            time.sleep(POLL)
        held.append(handle)
        try:
            yield
        finally:
            held.remove(handle)
            # Said aloud: the shared Spark application has a copy of the handle, for the case that we die.
            fcntl.flock(handle, fcntl.LOCK_UN)


def _locked(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
