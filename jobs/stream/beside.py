"""Whether the other replica answers: each holds a lock while it does, which the operating system frees when it dies."""

import time
from contextlib import ExitStack, suppress

from jobs.lake import lock
from schemas.errors import Unavailable
from schemas.settings import Settings

CAUGHT_UP = 20.0  # seconds after its queries started in which a replica answers again what it had answered before


class Beside:
    """What a replica tells the other one, from the start of its queries to their end; a context.

    name: of this replica.  other: of the one beside it.
    """

    def __init__(self, settings: Settings, name: str, other: str) -> None:
        self._settings, self._name, self._other = settings, name, other
        self._held, self._since, self._told = ExitStack(), time.monotonic() + CAUGHT_UP, False

    def __enter__(self) -> "Beside":
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def tell(self) -> None:
        """Let the other one know, once what waited has been answered; to be called about every second."""
        if self._told or time.monotonic() < self._since:
            return
        with suppress(Unavailable):  # the other one looks just now
            self._held.enter_context(lock.writing(self._settings, _noun(self._name)))
            self._told = True

    def is_alone(self) -> bool:
        """Whether nobody else answers: the other one is dead, was never started, or has not caught up."""
        return not answers(self._settings, self._other)


def answers(settings: Settings, replica: str) -> bool:
    """Whether a replica has told, and lives."""
    try:
        with lock.writing(settings, _noun(replica)):
            return False
    except Unavailable:
        return True


def _noun(replica: str) -> str:
    return f"stream-{replica}"
