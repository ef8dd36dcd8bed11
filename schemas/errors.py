"""The two kinds of failure a run can have, and the exit code each one ends with."""

from typing import ClassVar


class Failure(Exception):
    """What both kinds share: one plain sentence (fact, place, state, next step) and an exit code."""

    exit_code: ClassVar[int]


class Refused(Failure):
    """The input or the request is wrong. Repeating it changes nothing: not retried."""

    exit_code = 65  # EX_DATAERR of sysexits.h


class Unavailable(Failure):
    """Something we depend on is away. Repeating it later can succeed: retried."""

    exit_code = 75  # EX_TEMPFAIL of sysexits.h
