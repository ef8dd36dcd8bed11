"""Java's line about incubator modules, kept from a person's terminal: Spark asks for one, and no flag silences the line."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

NOISE = b"WARNING: Using incubator modules"
PATIENCE = 1.0  # seconds for the last words of what could not be started


@contextmanager
def quiet() -> Iterator[None]:
    """Give what is started inside a standard error from which that one line is left out; every other line comes through."""
    sys.stderr.flush()
    reading, writing = os.pipe()
    kept = os.dup(2)
    os.dup2(writing, 2)
    os.close(writing)
    reader = threading.Thread(target=_pass_on, args=(reading, os.dup(kept)), daemon=True)
    reader.start()
    is_started = False
    try:
        yield
        is_started = True
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        if not is_started:
            reader.join(PATIENCE)


def _pass_on(reading: int, to: int) -> None:
    with os.fdopen(reading, "rb") as lines, os.fdopen(to, "wb", buffering=0) as out:
        for line in lines:
            if not line.startswith(NOISE):
                out.write(line)
