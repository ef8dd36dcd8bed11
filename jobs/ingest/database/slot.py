"""What a department's database keeps of its changes for us: a publication, made by its administrator, and a slot, made by us."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg2.extras

from jobs.ingest.database.connection import connected
from jobs.ingest.database.rows import Desk
from jobs.ingest.database.table import named
from schemas.contract import Contract
from schemas.errors import Refused

RUNBOOK = "See docs/runbooks/lost-slot.md."
PUBLISHED = """SELECT p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate, t.attnames::text[], t.rowfilter FROM pg_publication p
               LEFT JOIN pg_publication_tables t ON t.pubname = p.pubname AND t.schemaname = %s AND t.tablename = %s WHERE p.pubname = %s"""
IDENTITY = """SELECT c.relreplident, c.reltoastrelid <> 0, ARRAY(SELECT a.attname::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid
              AND a.attnum = ANY (i.indkey) WHERE i.indrelid = c.oid AND CASE c.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END)
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s"""
FULL, PRIMARY, INDEX = "f", "d", "i"  # replica identities; n is none


@dataclass(frozen=True)
class Slot:
    """position: up to where we have said that we hold everything.  kept: bytes of log that the server keeps for us."""

    position: int
    kept: int


def name_of(contract: Contract) -> str:
    """Return the name of a table's slot and of its publication."""
    return f"govlake_{contract.table}"


def find(cursor: Any, contract: Contract) -> Slot | None:
    """Return the slot; None when there is none, or the server has thrown away what it kept."""
    cursor.execute(
        "SELECT confirmed_flush_lsn - '0/0'::pg_lsn, pg_current_wal_lsn() - restart_lsn FROM pg_replication_slots WHERE slot_name = %s AND restart_lsn IS NOT NULL",
        (name_of(contract),),
    )
    row = cursor.fetchone()
    return None if row is None else Slot(int(row[0]), int(row[1]))


@dataclass(frozen=True)
class Published:
    """What the publication lets through. rows: a condition in SQL, None for all."""

    columns: tuple[str, ...]
    rows: str | None


def published(cursor: Any, desk: Desk) -> Published:
    """Return what is published of the table. Raises Refused when the table's changes would not come whole: not published, or logged without its key or its long values."""
    contract, table = desk.contract, desk.database.table
    schema, name = table.split(".")
    publication = name_of(contract)
    cursor.execute(PUBLISHED, (schema, name, publication))
    row = cursor.fetchone()
    if row is None or row[1] is None:
        verb = "CREATE PUBLICATION {} FOR TABLE {}" if row is None else "ALTER PUBLICATION {} ADD TABLE {}"
        raise _refused(desk, f"publishes no changes of '{table}'", verb.format(publication, table))
    if not row[0]:
        raise _refused(desk, "does not publish all kinds of changes", f"ALTER PUBLICATION {publication} SET (publish = 'insert, update, delete, truncate')")
    key = named(contract, contract.key, row[1])
    cursor.execute(IDENTITY, (schema, name))
    identity, has_long_values, logged = cursor.fetchone()
    if identity != FULL and not set(key) <= set(logged):
        fact = "has no replica identity" if not logged else f"logs only {', '.join(logged)} of a deleted row, and its key here is {', '.join(key)}"
        raise _refused(desk, f"'{table}' {fact}: updates and deletions would not tell which record they are of", f"ALTER TABLE {table} REPLICA IDENTITY FULL")
    if identity != FULL and has_long_values:
        raise _refused(desk, f"'{table}' can hold long values, which its log leaves out when they do not change", f"ALTER TABLE {table} REPLICA IDENTITY FULL")
    return Published(tuple(row[1]), row[2])


def _refused(desk: Desk, fact: str, remedy: str) -> Refused:
    return Refused(f"{desk.name}: the database of connection '{desk.database.connection}': {fact}. Nothing was landed. Ask its administrator: {remedy};")


@contextmanager
def created(desk: Desk) -> Iterator[tuple[int, str]]:
    """Make the slot, and give its position and the name of the snapshot that shows the table as it is just there, for as long as this is open."""
    with connected(desk.settings, desk.database.connection, psycopg2.extras.LogicalReplicationConnection) as connection, connection.cursor() as cursor:
        cursor.execute(f'CREATE_REPLICATION_SLOT "{name_of(desk.contract)}" LOGICAL "pgoutput" EXPORT_SNAPSHOT')
        _, position, snapshot, _ = cursor.fetchone()
        yield number(position), snapshot


def drop(cursor: Any, contract: Contract) -> None:
    """Forget the slot, when there is one."""
    cursor.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s", (name_of(contract),))


def advance(cursor: Any, contract: Contract, position: int) -> None:
    """Say that everything up to a position is ours: the server need not keep it, and will not tell it again."""
    known = find(cursor, contract)
    if known is not None and known.position < position:
        cursor.execute("SELECT pg_replication_slot_advance(%s, %s)", (name_of(contract), spelled(position)))


def number(position: str) -> int:
    """Return a position of the log as a number: 16/B374D848 counts bytes in two halves."""
    high, low = position.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def spelled(position: int) -> str:
    """Return a position of the log as PostgreSQL writes it."""
    return f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"
