"""Rows of a department's table as landing files: the whole table, or what has changed since the newest one landed."""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from jobs.ingest.database import table
from jobs.ingest.database.connection import connected
from jobs.ingest.database.draft import SUFFIX, Draft, landed
from schemas.contract import Contract
from schemas.database import Database
from schemas.errors import Refused
from schemas.settings import Settings

SPELLED = str.maketrans(" :", "T_")  # of a watermark in a file name; dates and numbers have neither letter
READ = str.maketrans("T_", " :")
BEGINNING = "beginning"


@dataclass(frozen=True)
class Desk:
    """One extraction. folder: of the business date in landing.  say: gets a line.  after: is called with each step's number once it is done."""

    settings: Settings
    contract: Contract
    folder: Path
    say: Callable[[str], None]
    after: Callable[[int], None]

    @property
    def database(self) -> Database:
        """What the contract says of the database."""
        assert self.contract.database is not None
        return self.contract.database

    @property
    def name(self) -> str:
        """How the lines that are said begin."""
        return f"{self.contract.table} {self.folder.name}"

    def told(self, path: Path, lines: int) -> None:
        """Say what was landed."""
        self.say(f"{self.name}: {lines} line(s) of connection '{self.database.connection}' landed as {path.name}.")


def whole(desk: Desk) -> None:
    """Land the table as it is now, as one file of the business date.

    1. Nothing is done when the date has its file.  Raises Refused when a later date has one: today's rows say nothing of an earlier day.
    2. All rows of one snapshot into the draft.  3. The draft gets its name, `full-<date>`.
    A kill before 3 leaves no file, so that a repeat begins anew.
    """
    known = [path.parent.name for path in landed(desk.folder.parent, "full-*")]
    if desk.folder.name in known:
        return desk.say(f"{desk.name}: full-{desk.folder.name}{SUFFIX} is landed already; a table is taken once a date.")
    if known and max(known) > desk.folder.name:
        raise Refused(f"{desk.name}: the table was taken for {max(known)} already, and a database does not say what it held on an earlier date. Nothing was read. Take a later date.")
    desk.after(1)
    with snapshot(desk) as cursor:
        draft = Draft(desk.folder)
        found = table.described(cursor, desk.contract)
        table.copy(cursor, found.lines(sql.SQL("")), draft.write)
    desk.after(2)
    if not draft.lines:
        raise Refused(f"{desk.name}: table '{desk.database.table}' of connection '{desk.database.connection}' is empty. Nothing was landed, so that no record seems to have ended. Ask the department.")
    path = draft.land(f"full-{desk.folder.name}{SUFFIX}")  # 3
    desk.after(3)
    return desk.told(path, draft.lines)


@dataclass
class Boundary:
    """The rows at the watermark up to which landing holds the table: they come again, with those that were added at the same watermark since.

    column: of the database.  at: that watermark, None when nothing is landed yet.  known: the lines landed with it, each as often as it was.
    last: the newest line written.
    """

    column: str
    at: str | None
    known: Counter[bytes] = field(default_factory=Counter)
    last: bytes | None = None

    def take(self, line: bytes, draft: Draft) -> None:
        """Write a line that landing does not hold yet."""
        if self.known[line] > 0:
            self.known[line] -= 1
            return
        self.last = line
        draft.write(line)

    @property
    def reached(self) -> str:
        """The watermark of the newest line."""
        return str(json.loads(self.last or b"{}").get(self.column, self.at))


def newer(desk: Desk) -> None:
    """Land the rows whose watermark is at or above the newest one landed, but for those that are landed already.

    1. Read from the names in landing up to where it holds the table, and from the files the lines at that watermark.
    2. The rows of one snapshot in the order of the watermark into the draft, without these lines.  3. The draft gets its name,
    `rows-<number>~<from>~<to>`; there is none when nothing was new.  A kill before 3 leaves no file, so that a repeat begins anew.
    Raises Refused when a row has no watermark: nobody could tell when it changes.
    """
    files = landed(desk.folder.parent, "rows-*")
    number, _, high = _read(files[-1]) if files else (0, None, None)
    desk.after(1)
    with snapshot(desk) as cursor:
        draft = Draft(desk.folder)
        found = table.described(cursor, desk.contract)
        edge = _boundary(desk, found, high, files)
        _check_given(desk, cursor, found, edge.column)
        table.copy(cursor, found.lines(_condition(found, edge)), lambda line: edge.take(line, draft))
    desk.after(2)
    if not draft.lines:
        draft.drop()
        return desk.say(f"{desk.name}: nothing new in the database of connection '{desk.database.connection}'.")
    path = draft.land(f"rows-{number + 1:08}~{_spelled(high)}~{_spelled(edge.reached)}{SUFFIX}")  # 3
    desk.after(3)
    return desk.told(path, draft.lines)


@contextmanager
def snapshot(desk: Desk) -> Iterator[Any]:
    """Give a cursor that sees one state of the database throughout."""
    with connected(desk.settings, desk.database.connection) as connection:
        connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
        with connection.cursor() as cursor:
            yield cursor


def _boundary(desk: Desk, found: table.Table, high: str | None, files: list[Path]) -> Boundary:
    (column,) = table.named(desk.contract, [str(desk.database.watermark)], [name for name, _ in found.columns])
    edge = Boundary(column, high)
    if high is not None:
        sign = f"{json.dumps(column, ensure_ascii=False)}:{json.dumps(high)}".encode()  # cannot stand within a value: its quotes would be escaped
        for path in (path for path in files if _read(path)[2] == high):
            with gzip.open(path) as lines:
                edge.known.update(line for line in lines if sign in line)
    return edge


def _condition(found: table.Table, edge: Boundary) -> sql.Composable:
    column = sql.Identifier(edge.column)
    low = sql.SQL("") if edge.at is None else sql.SQL("WHERE {} >= {}").format(column, sql.Literal(edge.at))
    return sql.SQL("{} ORDER BY {}").format(low, column)


def _check_given(desk: Desk, cursor: Any, found: table.Table, column: str) -> None:
    """Raise Refused when a watermark would not grow with the changes, or hide those that come after it."""
    kind = dict(found.columns)[column]
    at = f"{desk.name}: table '{desk.database.table}' of connection '{desk.database.connection}'"
    other = "Nothing was landed. Name another watermark, or take the table with mode 'full' or 'changes'."
    if kind not in (*table.MOMENTS, *table.ORDERED):
        raise Refused(f"{at} has '{column}' as no number, date or timestamp, so its order is not that of the changes. {other}")
    late = "" if kind in table.ORDERED[1:] else " OR {0} > now() + interval '1 day'"
    cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {1} WHERE {0} IS NULL" + late + ")").format(sql.Identifier(column), found.identifier))
    if cursor.fetchone()[0]:
        raise Refused(f"{at} has rows whose '{column}' is empty or lies in the future, so nobody could tell what changes after them. {other}")


def _read(path: Path) -> tuple[int, str, str]:
    """Return number, lower and upper watermark of a file from its name."""
    number, low, high = path.name.removesuffix(SUFFIX).removeprefix("rows-").split("~")
    return int(number), low.translate(READ), high.translate(READ)


def _spelled(watermark: str | None) -> str:
    return BEGINNING if watermark is None else watermark.translate(SPELLED)
