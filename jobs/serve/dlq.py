"""Dead letters: which records could not be read and why, without their content; and a way back onto the request topic."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from jobs.evidence.questions import CHANGES, QUESTIONS, Question
from jobs.serve import records
from schemas.errors import Refused
from schemas.settings import Settings
from schemas.words import nearest

LETTERED = (*QUESTIONS, CHANGES)


@dataclass(frozen=True)
class Letter:
    """One dead letter. name: `instant:17`, its question and offset.  at: when the broker took it.  No value, no key."""

    name: str
    at: datetime
    reason: str
    bytes: int
    sha256: str
    engine: str | None


@dataclass(frozen=True)
class Replayed:
    """A dead letter put back. offset: of the request topic."""

    name: str
    topic: str
    offset: int


def letters(settings: Settings, limit: int) -> tuple[Letter, ...]:
    """Return the newest dead letters of both questions and of the credit changes, oldest first. Each replica writes its own letter about a record."""
    found = [_letter(one, record) for one in LETTERED for record in records.read(settings, one.dead_letters, limit)]
    return tuple(sorted(found, key=lambda letter: letter.at)[-limit:])


def replay(settings: Settings, names: list[str]) -> tuple[Replayed, ...]:
    """Put the original bytes of dead letters back on their request topics; equal bytes named twice are put back once.

    names: `instant:17`, or `17` for an instant request. Raises Refused, before anything is put back, for a name without a letter.
    """
    parsed = [_parsed(name) for name in names]
    wanted = [(f"{one.kind}:{offset}", one, offset) for one, offset in parsed]
    found = [(name, one, records.at(settings, one.dead_letters, offset)) for name, one, offset in wanted]
    if gone := [name for name, _, record in found if record is None]:
        raise Refused(f"There is no dead letter {', '.join(gone)}. Nothing was put back. `govlake dlq list` shows those there are.")
    once = {(one.kind, record.key, record.value): (name, one, record) for name, one, record in reversed(found)}
    return tuple(_back(settings, *letter) for letter in reversed(once.values()))


def _back(settings: Settings, name: str, one: Question, record: Any) -> Replayed:
    (offset,) = records.put(settings, one.requests, [record], "replayed")
    return Replayed(name, one.requests, offset)


def _parsed(name: str) -> tuple[Question, int]:
    kind, _, offset = name.rpartition(":")
    known = {one.kind: one for one in LETTERED}
    if kind and kind not in known:
        raise Refused(f"'{name}' names no dead letter.{nearest(kind, list(known))} Write it as `govlake dlq list` does: instant:17.")
    if not (offset.isascii() and offset.isdigit()):
        raise Refused(f"'{name}' names no dead letter. Nothing was put back. Write it as `govlake dlq list` does: instant:17.")
    return known[kind or "instant"], int(offset)


def _letter(one: Question, record: Any) -> Letter:
    value = record.value or b""
    return Letter(
        name=f"{one.kind}:{record.offset}", at=datetime.fromtimestamp(record.timestamp / 1000, UTC),
        reason=records.header(record, "reason") or "no reason was given", bytes=len(value),
        sha256=hashlib.sha256(value).hexdigest(), engine=records.header(record, "engine"),
    )
