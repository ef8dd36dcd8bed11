"""Answers as Kafka holds them -> rows of the verdict ledger: read, compared with what is kept. No reading, no writing."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa

from jobs.evidence import leaf

ENGINE, REQUEST = b"engine", b"request"  # headers of an answer: which replica gave it, and the request's bytes as they came
ZONE = ZoneInfo("Asia/Shanghai")
INSTANT = pa.timestamp("us", tz="UTC")
ROW = pa.schema([
    *((name, pa.string()) for name in ("request_id", "kind", "request", "request_sha256", "verdict")), ("rules", pa.list_(pa.string())),
    ("rule_set", pa.string()), ("contract_version", pa.string()), ("credit_version", pa.int64()), ("received_at", INSTANT),
    ("answered_at", INSTANT), ("engine", pa.string()), ("doubles", pa.int32()), ("value", pa.string()), ("batch_id", pa.int64()),
    ("leaf", pa.string()), ("received_on", pa.date32()),
])  # fmt: skip
DISAGREEMENT = pa.schema([
    ("request_id", pa.string()), ("reason", pa.string()), ("answered_at", INSTANT), ("engine", pa.string()), ("value", pa.string()),
    ("kept_engine", pa.string()), ("kept_value", pa.string()), ("batch_id", pa.int64()),
])  # fmt: skip


class Place(NamedTuple):
    """Where a record stands in Kafka."""

    topic: str
    part: int
    offset: int


class Kept(NamedTuple):
    """The answer that counts for a request."""

    engine: str | None
    value: str


@dataclass(frozen=True)
class Answer:
    """One record of an answer topic. row: what the ledger keeps of it; its request_id is None for what is no answer.

    said: what was parsed.  key: the record's.
    """

    place: Place
    row: Mapping[str, Any]
    said: Mapping[str, Any]
    key: str | None


@dataclass(frozen=True)
class Compared:
    """One answer beside the kept one. is_kept: it is the first to its request.  doubles: further ones in the batch.

    reason: None when there is nothing to say about it, else `answer` (two engines differ on one request at equal versions:
    the alert), `version` (they judged by different versions), `request` (another request under the same id), `resent` (the
    same bytes sent again, judged differently), `unreadable`.
    """

    answer: Answer
    kept: Kept | None
    is_kept: bool
    doubles: int
    reason: str | None


def read(record: Any) -> Answer:
    """Return one of Kafka's records as an answer; whatever it holds, it becomes one."""
    value, sent = _decoded(record.value), _header(record, REQUEST)
    said = _parsed(value)
    answered = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    received, credit, request = _instant(said.get("received_at")) or answered, _object(said, "credit"), _object(said, "request")
    row = {
        "request_id": _text(said.get("request_id")), "kind": record.topic.split(".")[0], "request": _decoded(sent),
        "request_sha256": _text(request.get("sha256")) if sent is None else leaf.sha256_of(sent), "verdict": _text(said.get("verdict")), "rules": _rules(said),
        "rule_set": _text(said.get("rule_set")), "contract_version": _text(said.get("contract_version")),
        "credit_version": _number(credit.get("version")) if credit.get("version") is not None else _number(said.get("version")),
        "received_at": received, "answered_at": answered, "engine": _decoded(_header(record, ENGINE)), "value": value,
        "received_on": received.astimezone(ZONE).date(),
    }  # fmt: skip
    return Answer(Place(record.topic, record.partition, record.offset), row, said, _decoded(record.key))


def compared(answers: Iterable[Answer], known: Mapping[str, Kept]) -> list[Compared]:
    """Return the answers beside what is kept of each request: what the ledger has, else the first one by the broker's time."""
    in_order = sorted(answers, key=lambda one: (one.row["answered_at"], one.place.part, one.place.offset))
    count: dict[str, int] = {}
    kept, found = dict(known), []
    for one in in_order:
        name = one.row["request_id"]
        if name is None:
            found.append(Compared(one, None, is_kept=False, doubles=0, reason="unreadable"))
            continue
        is_first = name not in kept
        first = kept.setdefault(name, Kept(one.row["engine"], one.row["value"]))
        count[name] = count.get(name, -1) + 1
        found.append(Compared(one, first, is_first, 0, _reason(one, first)))
    return [replace(one, doubles=count[one.answer.row["request_id"]]) if one.is_kept else one for one in found]


def fresh(compared: Iterable[Compared], batch: int) -> pa.Table:
    """Return the rows that the ledger does not have yet, with their batch and their leaf."""
    rows = [{**one.answer.row, "doubles": one.doubles, "batch_id": batch} for one in compared if one.is_kept]
    return pa.Table.from_pylist([{**row, "leaf": leaf.leaf(leaf.fields(row))} for row in rows], schema=ROW)


def disagreeing(compared: Iterable[Compared], batch: int) -> pa.Table:
    """Return the answers about which there is something to say, beside the answer that is kept."""
    return pa.Table.from_pylist([_told(one, batch) for one in compared], schema=DISAGREEMENT)


def _told(one: Compared, batch: int) -> dict[str, Any]:
    row, kept = one.answer.row, one.kept or Kept(None, "")
    beside = {"kept_engine": kept.engine, "kept_value": kept.value if one.kept else None, "batch_id": batch}
    named = row["request_id"] if row["request_id"] is not None else one.answer.key
    return {"request_id": named, "reason": one.reason, **{name: row[name] for name in ("answered_at", "engine", "value")}, **beside}


def _reason(one: Answer, kept: Kept) -> str | None:
    if one.row["value"] == kept.value:
        return None
    first = _parsed(kept.value)

    def is_same(*names: str) -> bool:
        return all(_judged(one.said, name) == _judged(first, name) for name in names)

    if is_same("request"):
        return "answer" if is_same("rule_set", "contract_version", "version", "change", "credit") else "version"
    if _object(one.said, "request").get("sha256") != _object(first, "request").get("sha256"):
        return "request"
    return None if is_same("verdict") else "resent"


def _judged(said: Mapping[str, Any], name: str) -> Any:
    """What of a field tells two answers apart: of the credit its versions, for its age may differ."""
    return [said["credit"].get(part) for part in ("version", "change")] if name == "credit" and isinstance(said.get(name), dict) else said.get(name)


def _parsed(value: str | None) -> Mapping[str, Any]:
    try:
        found = json.loads(value or "")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _rules(said: Mapping[str, Any]) -> list[str | None]:
    found = said.get("violations")
    return [_text(one.get("rule")) for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _object(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def _instant(given: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(given)
        return (found if found.tzinfo else found.replace(tzinfo=ZONE)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _number(given: Any) -> int | None:
    return given if isinstance(given, int) and not isinstance(given, bool) and abs(given) < 2**63 else None


def _text(given: Any) -> str | None:
    """A text that can be stored: JSON may name half a surrogate pair, which is none."""
    return given if isinstance(given, str) and given == given.encode(errors="replace").decode() else None


def _decoded(given: bytes | None) -> str | None:
    try:
        return None if given is None else given.decode()
    except UnicodeDecodeError:
        return None


def _header(record: Any, name: bytes) -> bytes | None:
    return next((value for key, value in record.headers if key == name.decode()), None)
