"""Changes of a table as lines of a landing file: one a change, with its operation and the instant from which it counts."""

import gzip
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from jobs.ingest.database.draft import Draft
from jobs.ingest.database.pgoutput import NULL, UNCHANGED, Begin, Change, Commit, Message, Relation, Truncate, Value
from jobs.ingest.database.table import BOOLEAN, MOMENTS, named
from schemas.contract import Contract
from schemas.database import CHANGED_AT, DELETED, OPERATION
from schemas.errors import Refused

BEIJING = timezone(timedelta(hours=8))
INSTANT = re.compile(r"\A([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]+))?(?:[+-][0-9:]+)?\Z")
TRUTH = {"t": "true", "f": "false"}
Key = tuple[str | None, ...]


class Lines:
    """Writes what the log says into a draft. moment: of the newest line, in microseconds since 1970.  end: behind the newest whole transaction.

    A change counts from its transaction's commit, but a microsecond after the change before it at least: so the order of the log is the order of
    their times, also within a transaction and when the server's clock was set back.  known: the records before the draft, asked only after a
    TRUNCATE, which becomes a deletion of each of them.
    """

    def __init__(self, contract: Contract, draft: Draft, bases: Mapping[int, int], known: Iterable[Path], since: tuple[int, int]) -> None:
        self.end, self.moment = since
        self._contract, self._draft, self._bases, self._known = contract, draft, bases, known
        self._relations: dict[int, tuple[Relation, tuple[str, ...]]] = {}  # with the names of its key
        self._touched: dict[Key, bool] = {}  # since the draft was begun: whether the record is there
        self._begun, self._skips = 0, False

    def take(self, message: Message | None) -> None:
        """Take the next message of the log. Raises Refused when a table has lost its key, or a value is not in the log."""
        match message:
            case Begin(position, at):
                self._begun, self._skips = at, position < self.end  # landed already, and told again
            case Commit(end):
                self.end = max(self.end, end)
            case Relation() if f"{message.schema}.{message.name}" == self._table:
                self._relations[message.oid] = message, named(self._contract, self._contract.key, [name for name, _ in message.columns])
            case Change() if message.oid in self._relations and not self._skips:
                self._change(message, *self._relations[message.oid])
            case Truncate() if (emptied := set(message.oids) & set(self._relations)) and not self._skips:
                self._emptied(self._relations[emptied.pop()][1])

    @property
    def _table(self) -> str:
        assert self._contract.database is not None
        return self._contract.database.table

    def _change(self, change: Change, relation: Relation, key: Sequence[str]) -> None:
        before = change.old or change.key
        old = None if before is None else self._record(relation, before, None)
        new = None if change.new is None else self._record(relation, change.new, change.old)
        if old is not None and (new is None or any(old[name] != new[name] for name in key)):  # another key is another record
            self._write(DELETED, {name: old[name] for name in key}, key)
        if new is not None:
            self._write(change.operation, new, key)

    def _record(self, relation: Relation, values: Sequence[Value], old: Sequence[Value] | None) -> dict[str, str | None]:
        given = [(old[place] if value.kind == UNCHANGED and old else value) for place, value in enumerate(values)]
        if any(value.kind == UNCHANGED for value in given):
            raise Refused(f"{self._contract.table}: the log of '{self._table}' leaves out a long value that did not change. Nothing of it was landed. Ask its administrator: ALTER TABLE {self._table} REPLICA IDENTITY FULL;")
        return {name: self._text(kind, value) for (name, kind), value in zip(relation.columns, given, strict=True)}

    def _text(self, kind: int, value: Value) -> str | None:
        base = self._bases.get(kind, kind)
        if value.kind == NULL or value.text is None:
            return None
        if base == BOOLEAN:
            return TRUTH[value.text]
        found = INSTANT.match(value.text) if base in MOMENTS else None
        return f"{found[1]}.{found[2] or '':0<6}" if found else value.text

    def _emptied(self, key: Sequence[str]) -> None:
        there = dict.fromkeys(records(self._contract, self._known), True) | self._touched
        for values in [values for values, is_there in there.items() if is_there]:
            self._write(DELETED, dict(zip(key, values, strict=True)), key)

    def _write(self, operation: str, record: Mapping[str, str | None], key: Sequence[str]) -> None:
        self.moment = max(self._begun, self.moment + 1)
        self._draft.write(line(operation, self.moment, record))
        self._touched[tuple(record[name] for name in key)] = operation != DELETED


def line(operation: str, moment: int, record: Mapping[str, str | None]) -> bytes:
    """Return a change as landing has it. moment: from when it counts, in microseconds since 1970."""
    members = {OPERATION: operation, CHANGED_AT: shown(moment), **record}
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def records(contract: Contract, files: Iterable[Path]) -> dict[Key, None]:
    """Return the keys of the records that are there by these files of changes, in the order given. In memory: some 200 bytes a record."""
    found: dict[Key, None] = {}
    keys = Keys(contract)
    for path in files:
        with gzip.open(path) as lines:
            for sent in lines:
                key, is_there = keys.of(sent)
                found.pop(key, None)
                if is_there:
                    found[key] = None
    return found


class Keys:
    """Reads which record a line is of; a column may have had other names in older files."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}

    def of(self, sent: bytes) -> tuple[Key, bool]:
        """Return the record's key, and whether it is there after this line."""
        record = json.loads(sent)
        headers = tuple(record)
        if headers not in self._names:
            self._names[headers] = named(self._contract, self._contract.key, headers)
        return tuple(record[name] for name in self._names[headers]), record[OPERATION] != DELETED


def shown(moment: int) -> str:
    """Return an instant, in microseconds since 1970, as landing spells it, Beijing time."""
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)
    return instant.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S.%f")
