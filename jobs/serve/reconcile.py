"""Requests acknowledged = answers + dead letters = ledger rows: the proof over what the topics still hold, with the ids that miss."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from jobs.evidence.questions import QUESTIONS, WAKE, Question
from jobs.serve import delta, records, verdicts
from schemas.settings import Settings


@dataclass(frozen=True)
class Account:
    """One question's account. Ids are counted once, however often a request was sent or answered.

    requests: records in the request topic.  asked: ids in them, dead letters aside.  open: ids too young to be judged.
    unanswered: asked, no answer.  unwritten: answered, no ledger row.  doubled: more than one row.  unasked: a row, no request.
    """

    kind: str
    requests: int
    asked: int
    dead: int
    answered: int
    written: int
    open: int
    unanswered: tuple[str, ...]
    unwritten: tuple[str, ...]
    doubled: tuple[str, ...]
    unasked: tuple[str, ...]

    @property
    def is_balanced(self) -> bool:
        """Whether nothing misses and nothing is there twice."""
        return not (self.unanswered or self.unwritten or self.doubled or self.unasked)


@dataclass(frozen=True)
class _Asked:
    ids: dict[str, int]  # id -> when first asked, ms
    records: int
    dead: int
    since: int
    until: int


def reconcile(settings: Settings, grace: float) -> tuple[Account, ...]:
    """Return the account of each question. grace: seconds in which an answer, then its row, may still come."""
    return tuple(_account(settings, one, int(grace * 1000)) for one in QUESTIONS)


def disagreements(settings: Settings) -> dict[str, int]:
    """Return how many answers stand in `ledger.disagreement`, by reason; `answer` is the alert."""
    stored = delta.opened(settings.lake / "ledger" / "disagreement")
    rows = [] if stored is None else delta.ask(stored, "SELECT reason, count(*) AS answers FROM stored GROUP BY reason ORDER BY reason")
    return {row["reason"]: row["answers"] for row in rows}


def _account(settings: Settings, one: Question, grace: int) -> Account:
    asked = _asked(settings, one)  # first: an answer to any of these is in the topic below or was never given
    answered = {_id(record): record.timestamp for record in records.read(settings, one.answers)}
    rows = _rows(settings, one.kind, asked)
    now = int(datetime.now(UTC).timestamp() * 1000)
    unanswered = asked.ids.keys() - answered.keys()
    unwritten = (asked.ids.keys() & answered.keys()) - rows.keys()
    young = {name for name in unanswered if asked.ids[name] > now - grace} | {name for name in unwritten if answered[name] > now - grace}
    return Account(
        kind=one.kind, requests=asked.records, asked=len(asked.ids), dead=asked.dead,
        answered=len(asked.ids.keys() & answered.keys()), written=len(asked.ids.keys() & rows.keys()), open=len(young),
        unanswered=_sorted(unanswered - young), unwritten=_sorted(unwritten - young),
        doubled=_sorted(name for name, count in rows.items() if count > 1), unasked=_sorted(rows.keys() - asked.ids.keys()),
    )


def _asked(settings: Settings, one: Question) -> _Asked:
    """Read the requests, then the dead letters: a request whose very bytes are a dead letter is settled by it."""
    asking = (record for record in records.read(settings, one.requests) if record.value is not None or record.key != WAKE.encode())
    found = [(_id(record), _hash(record.value), record.timestamp) for record in asking]
    letters = {_hash(record.value) for record in records.read(settings, one.dead_letters)}
    ids: dict[str, int] = {}
    for name, sha256, at in found:
        if sha256 not in letters:
            ids.setdefault(name, at)
    times = [at for _, _, at in found]
    return _Asked(ids, len(found), sum(sha256 in letters for _, sha256, _ in found), min(times, default=0), max(times, default=0))


def _rows(settings: Settings, kind: str, asked: _Asked) -> Counter[str]:
    stored = delta.opened(settings.lake / "silver" / "verdict")
    if stored is None or not asked.records:
        return Counter()
    return Counter(verdicts.ids(stored, kind, asked.since, asked.until))


def _id(record: Any) -> str:
    """Return the id that a record names, or its key's; a record with neither goes by its place."""
    try:
        given = json.loads(record.value)
    except (ValueError, TypeError, RecursionError):
        given = None
    named = given.get("request_id") if isinstance(given, dict) else None
    if isinstance(named, str):
        return named
    return record.key.decode(errors="replace") if record.key else f"({record.topic} {record.partition} {record.offset})"


def _hash(value: bytes | None) -> bytes:
    return hashlib.sha256(value or b"").digest()


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
