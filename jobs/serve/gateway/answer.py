"""One record of an answer topic, as the gateway keeps it."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

ENGINE, REQUEST, REASON = "engine", "request", "reason"  # headers, as jobs/stream/topics.py has them; a test compares
PLAIN = re.compile(r"[a-z0-9-]{1,16}")
RULES_SHOWN = 20  # of one answer; a request breaks a handful


@dataclass(frozen=True)
class Route:
    """One of the two questions, and its topics."""

    name: str
    request: str
    answer: str
    dead_letter: str


@dataclass(frozen=True)
class Meaning:
    """What figures are made of. verdict: 'other' when the answer is not as agreed.  rules: what spoke against.

    engine_ms: from the request's arrival at the broker to the answer's; None when unknown.  source: which request and
    which version of the credit data the answer comes from.  data: that version, and the last change it knows; None without.
    """

    verdict: str
    rules: tuple[str, ...]
    engine_ms: float | None
    source: tuple[str, ...]
    data: tuple[int, int] | None = None


@dataclass(frozen=True)
class Answer:
    """An answer, or a dead letter. value: the bytes as they came, empty for a dead letter.  engine: which replica.

    at_ms: broker time.  digest: sha256 of the request it answers, '' when the record does not carry it.  asker: of a look-up.
    reason: why the stream could not read the request; None for an answer.
    """

    route: str
    request_id: str
    value: bytes
    engine: str
    at_ms: int
    digest: str = ""
    asker: str | None = None
    reason: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What its question is found by."""
        return self.route, self.request_id

    @cached_property
    def meaning(self) -> Meaning:
        """What it says, read once."""
        return meaning(self)


VERDICTS = {"instant": ("accept", "reject", "manual"), "credit": ("pass", "review", "block", "unknown")}


def from_record(route: Route, record: Any) -> Answer:
    """Return a Kafka record of the route's answer or dead letter topic as an Answer."""
    headers: dict[str, bytes] = dict(record.headers or ())
    engine = (headers.get(ENGINE) or b"").decode("utf-8", "replace")
    request = headers.get(REQUEST)
    dead = record.topic == route.dead_letter
    return Answer(
        route=route.name,
        request_id=(record.key or b"").decode("utf-8", "replace"),
        value=b"" if dead else record.value or b"",
        engine=engine if PLAIN.fullmatch(engine) else "other" if engine else "",
        at_ms=record.timestamp,
        digest=hashlib.sha256(request).hexdigest() if request else "",
        asker=asker_of(request) if route.name == "credit" else None,
        reason=(headers.get(REASON) or b"").decode("utf-8", "replace") if dead else None,
    )


def asker_of(request: bytes | str | None) -> str | None:
    """Return who asked a look-up; None when that cannot be read."""
    found = _object(request or b"")
    return str(found["asker"]) if found.get("asker") else None


def meaning(answer: Answer) -> Meaning:
    """Return what an answer says. Never fails: an answer is passed on whatever is in it."""
    said = _object(answer.value)
    verdict = said.get("verdict")
    request, credit = _mapping(said.get("request")), _mapping(said.get("credit"))
    data = said if answer.route == "credit" else credit
    return Meaning(
        verdict=verdict if verdict in VERDICTS.get(answer.route, ()) else "other",
        rules=tuple(_rules(said))[:RULES_SHOWN],
        engine_ms=_elapsed(said.get("received_at"), answer.at_ms),
        source=(str(request.get("partition")), str(request.get("offset")), str(data.get("version")), str(data.get("change"))),
        data=_numbers(data.get("version"), data.get("change")),
    )


def _numbers(version: object, change: object) -> tuple[int, int] | None:
    return (version, change if isinstance(change, int) else 0) if isinstance(version, int) else None


def _rules(said: Mapping[str, Any]) -> list[str]:
    violations = [one for one in _list(said.get("violations")) if one.get("severity") != "warn"]
    broken = [f"{one.get('rule')} · {one.get('column')}" if one.get("column") else str(one.get("rule")) for one in violations]
    reasons = [str(one.get("code")) for one in _list(said.get("reasons"))]
    hits = [f"hit · {one.get('list') or one.get('source_table')}" for one in _list(said.get("hits"))]
    error = [str(_mapping(said["error"]).get("code"))] if said.get("error") else []
    return list(dict.fromkeys(name[:80] for name in (*broken, *reasons, *hits, *error)))


def _elapsed(received_at: object, at_ms: int) -> float | None:
    try:
        begun = datetime.fromisoformat(str(received_at)).timestamp() * 1000
    except ValueError:
        return None
    return max(0.0, at_ms - begun)


def _object(text: bytes | str) -> Mapping[str, Any]:
    try:
        return _mapping(json.loads(text))
    except (ValueError, RecursionError):
        return {}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
