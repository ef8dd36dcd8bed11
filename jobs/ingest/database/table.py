"""A table as its database describes it to the reading role: the columns it may read, and how each becomes text."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql

from jobs.ingest.header import fold, slots
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.words import nearest

MOMENTS = (1114, 1184)  # type ids of timestamp and timestamptz
BOOLEAN = 16
ORDERED = (1082, 20, 21, 23)  # date, and the integers: with the moments, the types whose order a watermark can follow
COLUMNS = """SELECT a.attname, COALESCE(NULLIF(t.typbasetype, 0), t.oid)::int FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
             JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
             WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege(c.oid, a.attnum, 'SELECT')
             ORDER BY a.attnum"""
READABLE = """SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f')
              AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND has_any_column_privilege(c.oid, 'SELECT')"""
# Instants outside of these have no date of four digits: infinity, before Christ. They come as the database writes them.
FIRST, LAST = "0001-01-01", "9999-12-31 23:59:59.999999"


@dataclass(frozen=True)
class Table:
    """columns: name and type id of each column that may be read."""

    schema: str
    name: str
    columns: tuple[tuple[str, int], ...]

    @property
    def identifier(self) -> sql.Identifier:
        """The table's name for a statement."""
        return sql.Identifier(self.schema, self.name)

    def lines(self, condition: sql.Composable, *first: tuple[str, sql.Composable]) -> sql.Composed:
        """Return the statement that gives each row as the text of a JSON object; `first` are members put before its columns."""
        members = [*first, *((name, text(name, kind)) for name, kind in self.columns)]
        inner = sql.SQL(", ").join(sql.SQL("{} AS {}").format(value, sql.Identifier(name)) for name, value in members)
        query = sql.SQL("COPY (SELECT row_to_json(line) FROM (SELECT {} FROM {} {}) line) TO STDOUT")
        return query.format(inner, self.identifier, condition)


def described(cursor: Any, contract: Contract) -> Table:
    """Ask the database about the contract's table. Raises Refused when the role may read nothing of it, or not the key."""
    assert contract.database is not None
    schema, name = contract.database.table.split(".")
    cursor.execute(COLUMNS, (schema, name))
    found = Table(schema, name, tuple(cursor.fetchall()))
    if not found.columns:
        cursor.execute(READABLE)
        near = nearest(contract.database.table, [row[0] for row in cursor.fetchall()])
        remedy = f"Name another table, or ask the department: GRANT SELECT ON {contract.database.table} TO the role."
        raise Refused(f"{contract.table}: connection '{contract.database.connection}' may read no table '{contract.database.table}'.{near} Nothing was read. {remedy}")
    named(contract, contract.key, [column for column, _ in found.columns])
    return found


def named(contract: Contract, wanted: Iterable[str], given: Iterable[str]) -> tuple[str, ...]:
    """Return the database's names for columns of the contract. Raises Refused when it has none for one."""
    assert contract.database is not None
    by_header = slots(contract).by_header
    names = {by_header.get(fold(name)): name for name in given}
    lacking = next((name for name in wanted if contract.names.index(name) not in names), None)
    if lacking:
        raise Refused(
            f"{contract.table}: table '{contract.database.table}' of connection '{contract.database.connection}' has no column for '{lacking}'. "
            "Nothing was landed. If it goes by another name there, add the alias to the contract."
        )
    return tuple(names[contract.names.index(name)] for name in wanted)


def text(name: str, kind: int) -> sql.Composable:
    """Return the expression that gives a column as text; instants in Beijing time, always with six digits of a second."""
    column = sql.Identifier(name)
    if kind not in MOMENTS:
        return sql.SQL("{}::text").format(column)
    form = "CASE WHEN {0} BETWEEN {1} AND {2} THEN to_char({0}, 'YYYY-MM-DD HH24:MI:SS.US') ELSE {0}::text END"
    return sql.SQL(form).format(column, sql.Literal(FIRST), sql.Literal(LAST))


class _Lines:
    """What COPY writes its rows to."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def write(self, row: bytes) -> None:
        """Pass a row on as the JSON it was: of all that COPY escapes, JSON text has nothing but the backslash."""
        self._take(row.replace(b"\\\\", b"\\"))


def copy(cursor: Any, statement: sql.Composed, take: Callable[[bytes], None]) -> None:
    """Run a statement of `Table.lines` and hand over each line, its end included."""
    cursor.copy_expert(statement.as_string(cursor), _Lines(take))
