"""Changes of a department's table from its database's log, as landing files: each transaction once, in the order of their commits."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg2 import sql

from jobs.ingest.database import pgoutput, slot, table
from jobs.ingest.database.connection import connected
from jobs.ingest.database.draft import BEGINNING, SUFFIX, Draft, keep, landed, left
from jobs.ingest.database.lines import Keys, Lines, line, records, shown
from jobs.ingest.database.rows import Desk, snapshot
from schemas.contract import Contract
from schemas.database import CHANGED_AT, DELETED, OPERATION
from schemas.errors import Refused

MOST = 100_000  # messages of the log for one file; the transaction that reaches it is taken whole
INSERTED = "I"
MEGABYTE = 1 << 20
PEEK = "SELECT data FROM pg_logical_slot_peek_binary_changes(%s, %s, %s, 'proto_version', '1', 'publication_names', %s)"
BASES = "SELECT oid::int, typbasetype::int FROM pg_type WHERE typbasetype <> 0"
NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"


@dataclass(frozen=True, order=True)
class Mark:
    """Up to where landing holds the changes. moment: of the newest line, in microseconds since 1970.  position: in the log."""

    moment: int
    position: int


def follow(desk: Desk) -> None:
    """Land the transactions that were committed since the newest one landed; the first time, or after a beginning that was killed, the table as it stands (`begin`).

    1. Read from the names in landing, `changes-<moment>-<from>-<to>`, up to which position of the log it holds the changes; `.held` beside
    the dates says it where there was nothing to land.
    2. Tell the database that this much is ours.
    3. Look at what comes after it, without taking it from the slot, and write it into the draft.
    4. The draft gets its name, once it is on the disk; without a line in it, `.held` moves on.
    5. Tell the database that this is ours too; again from 3 until the log's end as it was at 2.
    A kill before 4 leaves no file, so that the same is looked at again; a kill after it leaves the slot behind, which 2 puts right.
    So a transaction is in one file, whatever dies when.  Raises Refused when the database no longer has what comes next.
    """
    mark = newest(desk)  # 1
    desk.after(1)
    if mark is None or left(desk.folder.parent, BEGINNING):
        begin(desk, mark)
        return
    with connected(desk.settings, desk.database.connection) as connection:
        with connection, connection.cursor() as cursor:
            slot.published(cursor, desk)
            _check_whole(desk, mark, slot.find(cursor, desk.contract))
            slot.advance(cursor, desk.contract, mark.position)  # 2
            cursor.execute("SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn")
            end = int(cursor.fetchone()[0])
        desk.after(2)
        while (mark := _next(desk, connection, mark, end)).position < end:
            pass
        with connection, connection.cursor() as cursor:
            found = slot.find(cursor, desk.contract)
            kept = (found.kept if found else 0) // MEGABYTE
    desk.say(f"{desk.name}: landing holds the changes up to {slot.spelled(mark.position)}; the database keeps {kept} MB of its log for us.")


def begin(desk: Desk, mark: Mark | None) -> None:
    """Land the table as it stands just where a new slot begins; every record of an older file that it lacks is told as deleted.

    2. (after 1 of `follow`) A draft.  3. A slot in place of the one there was, and the snapshot that fits it.  4. The rows of the snapshot
    into the draft.  5. The draft gets its name.
    A kill before 5 leaves the draft, by which any later extraction knows that the slot is of no use to anybody, and begins anew.
    Raises Refused when there is a slot and nothing in landing: it is of another installation, or landing was lost.
    """
    files = landed(desk.folder.parent, "changes-*")
    is_begun = mark is not None or left(desk.folder.parent, BEGINNING)
    with connected(desk.settings, desk.database.connection) as connection:
        with connection, connection.cursor() as cursor:
            found = slot.published(cursor, desk)
            if slot.find(cursor, desk.contract) is not None and not is_begun:
                raise _strange(desk)
            cursor.execute(NOW)
            moment = max(int(cursor.fetchone()[0]), mark.moment + 1 if mark else 0)
        draft = Draft(desk.folder, BEGINNING)  # 2
        desk.after(2)
        with connection, connection.cursor() as cursor:
            slot.drop(cursor, desk.contract)
    with slot.created(desk) as (position, name):  # 3
        desk.after(3)
        _copied(desk, draft, (name, found, moment), records(desk.contract, files))  # 4
    desk.after(4)
    _keep(desk, draft, mark.position if mark else 0, Mark(moment, position))  # 5
    desk.after(5)


def newest(desk: Desk) -> Mark | None:
    """Return up to where landing holds the changes; None when it holds none."""
    files, marks = landed(desk.folder.parent, "changes-*"), []
    if files:
        _, moment, _, position = files[-1].name.removesuffix(SUFFIX).split("-")
        marks.append(Mark(int(moment), int(position, 16)))
    if _held(desk).is_file():
        moment, position = _held(desk).read_text(encoding="utf-8").split()
        marks.append(Mark(int(moment), int(position, 16)))
    return max(marks, default=None)


def _keep(desk: Desk, draft: Draft, since: int, held: Mark) -> None:
    """Give the draft its name; without a line in it, write down that there was nothing up to there instead."""
    if draft.lines:
        desk.told(draft.land(f"changes-{held.moment:016}-{since:016X}-{held.position:016X}{SUFFIX}"), draft.lines)
    else:
        keep(_held(desk), f"{held.moment} {held.position:X}\n")
        draft.drop()


def _next(desk: Desk, connection: Any, mark: Mark, end: int) -> Mark:
    """Steps 3 to 5 of `follow`, once; returns up to where landing holds the changes then."""
    files = landed(desk.folder.parent, "changes-*")
    draft = Draft(desk.folder)
    with connection, connection.cursor() as cursor:
        cursor.execute(BASES)
        lines = Lines(desk.contract, draft, dict(cursor.fetchall()), files, (mark.position, mark.moment))
    count = 0
    for data in _peeked(connection, desk.contract, end):  # 3
        lines.take(pgoutput.message(data))
        count += 1
    desk.after(3)
    held = Mark(lines.moment, lines.end if count >= MOST else max(lines.end, end))
    _keep(desk, draft, mark.position, held)  # 4
    desk.after(4)
    with connection, connection.cursor() as cursor:
        slot.advance(cursor, desk.contract, held.position)  # 5
    desk.after(5)
    return held


def _peeked(connection: Any, contract: Contract, end: int) -> Iterator[bytes]:
    with connection, connection.cursor("peeked") as cursor:
        cursor.execute(PEEK, (slot.name_of(contract), slot.spelled(end), MOST, slot.name_of(contract)))
        for (data,) in cursor:
            yield bytes(data)


def _copied(desk: Desk, draft: Draft, since: tuple[str, slot.Published, int], before: dict[Any, None]) -> None:
    """Write the rows of a snapshot, then a deletion of each record of before that is not among them."""
    name, published, moment = since
    keys = Keys(desk.contract)

    def take(sent: bytes) -> None:
        if before:
            before.pop(keys.of(sent)[0], None)
        draft.write(sent)

    with snapshot(desk) as cursor:
        cursor.execute("SET TRANSACTION SNAPSHOT %s", (name,))
        found = table.described(cursor, desk.contract)
        shared = table.Table(found.schema, found.name, tuple(one for one in found.columns if one[0] in published.columns))
        condition = sql.SQL(f"WHERE {published.rows}" if published.rows else "")
        table.copy(cursor, shared.lines(condition, (OPERATION, sql.Literal(INSERTED)), (CHANGED_AT, sql.Literal(shown(moment)))), take)
    names = table.named(desk.contract, desk.contract.key, published.columns)
    for key in before:
        draft.write(line(DELETED, moment, dict(zip(names, key, strict=True))))


def _held(desk: Desk) -> Path:
    """Where stands up to which position there was nothing to land."""
    return desk.folder.parent / ".held"


def _check_whole(desk: Desk, mark: Mark, found: slot.Slot | None) -> None:
    """Raise Refused when the database does not have all that comes after what landing has."""
    name, connection = slot.name_of(desk.contract), desk.database.connection
    if found is not None and found.position <= mark.position:
        return
    fact = f"no longer has slot '{name}', or what it kept" if found is None else f"has told slot '{name}' up to {slot.spelled(found.position)} already, which landing has not"
    remedy = f"`python -m jobs extract {desk.contract.table} --date {desk.folder.name} --again` takes the table anew."
    raise Refused(
        f"{desk.name}: the database of connection '{connection}' {fact}: changes after {slot.spelled(mark.position)} cannot be had one by one. "
        f"Landing and lake stand as they were. {remedy} {slot.RUNBOOK}"
    )


def _strange(desk: Desk) -> Refused:
    fact = f"the database of connection '{desk.database.connection}' has a slot '{slot.name_of(desk.contract)}', but landing holds none of its changes"
    return Refused(f"{desk.name}: {fact}. Nothing was touched. It is of another installation, or landing was lost. {slot.RUNBOOK}")
