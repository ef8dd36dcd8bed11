"""The messages of PostgreSQL's own logical decoding, `pgoutput`, protocol version 1, as frozen data.

Source: PostgreSQL 18 documentation, 54.9 Logical Replication Message Formats.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from struct import Struct

from schemas.errors import Refused

EPOCH = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000  # from which PostgreSQL counts microseconds
TEXT, NULL, UNCHANGED = "t", "n", "u"
SILENT = ("Y", "O")
PARTS = {"N": "new", "K": "key", "O": "old"}
BEGIN, COMMIT, RELATION, COLUMN = Struct("!qqi"), Struct("!bqqq"), Struct("!bh"), Struct("!ii")
SHORT, INT = Struct("!h"), Struct("!i")


@dataclass(frozen=True)
class Begin:
    """A transaction begins. position: where in the log its commit stands.  at: when it was committed, in microseconds since 1970, UTC."""

    position: int
    at: int


@dataclass(frozen=True)
class Commit:
    """A transaction ends. end: the position behind it."""

    end: int


@dataclass(frozen=True)
class Relation:
    """A table as the next changes of it have it: names and type ids of its columns."""

    oid: int
    schema: str
    name: str
    columns: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Value:
    """kind: TEXT, NULL, or UNCHANGED for a long value that the log does not repeat."""

    kind: str
    text: str | None = None


@dataclass(frozen=True)
class Change:
    """One row changed. operation: I, U or D.  new: its values, none for a deletion.  old, key: the values before, all or those of its key alone, where the log has them."""

    operation: str
    oid: int
    new: tuple[Value, ...] | None
    old: tuple[Value, ...] | None
    key: tuple[Value, ...] | None


@dataclass(frozen=True)
class Truncate:
    """Tables were emptied."""

    oids: tuple[int, ...]


Message = Begin | Commit | Relation | Change | Truncate


def message(data: bytes) -> Message | None:
    """Read one message; None for those about types and origins, which say nothing of rows. Raises Refused for one that is not known."""
    kind = chr(data[0])
    if kind in SILENT:
        return None
    if kind not in _READERS:
        raise Refused(f"The database's log holds a message of kind '{kind}', which is not known. Nothing of it was landed. Its server is newer than this code.")
    return _READERS[kind](data)


def _begin(data: bytes) -> Begin:
    position, at, _ = BEGIN.unpack_from(data, 1)
    return Begin(position, EPOCH + at)


def _commit(data: bytes) -> Commit:
    return Commit(COMMIT.unpack_from(data, 1)[2])


def _relation(data: bytes) -> Relation:
    (oid,) = INT.unpack_from(data, 1)
    schema, place = _text(data, 5)
    name, place = _text(data, place)
    _, count = RELATION.unpack_from(data, place)
    place += RELATION.size
    columns = []
    for _ in range(count):
        column, place = _text(data, place + 1)  # past the flag of the replica identity
        columns.append((column, COLUMN.unpack_from(data, place)[0]))
        place += COLUMN.size
    return Relation(oid, schema, name, tuple(columns))


def _change(data: bytes) -> Change:
    (oid,) = INT.unpack_from(data, 1)
    found: dict[str, tuple[Value, ...]] = {}
    place = 5
    while place < len(data):
        part = PARTS[chr(data[place])]
        found[part], place = _values(data, place + 1)
    return Change(chr(data[0]), oid, found.get("new"), found.get("old"), found.get("key"))


def _truncate(data: bytes) -> Truncate:
    (count,) = INT.unpack_from(data, 1)
    return Truncate(tuple(INT.unpack_from(data, 6 + INT.size * index)[0] for index in range(count)))


def _values(data: bytes, place: int) -> tuple[tuple[Value, ...], int]:
    (count,) = SHORT.unpack_from(data, place)
    place += SHORT.size
    found = []
    for _ in range(count):
        kind, place = chr(data[place]), place + 1
        if kind != TEXT:
            found.append(Value(kind))
            continue
        (length,) = INT.unpack_from(data, place)
        place += INT.size
        found.append(Value(TEXT, data[place : place + length].decode("utf-8")))
        place += length
    return tuple(found), place


def _text(data: bytes, place: int) -> tuple[str, int]:
    end = data.index(b"\0", place)
    return data[place:end].decode("utf-8"), end + 1


_READERS: Mapping[str, Callable[[bytes], Message]] = {"B": _begin, "C": _commit, "R": _relation, "I": _change, "U": _change, "D": _change, "T": _truncate}
