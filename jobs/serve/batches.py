"""The ledger read without Spark: each batch with its hops, its files and its sums."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from jobs.evidence.intake import batch_id
from jobs.serve import delta
from schemas.contract import Contract
from schemas.settings import Settings

WALK = ("ingest", "conform", "release", "mart")  # the hops rows walk through, in order
State = Literal["released", "held", "superseded", "refused", "open"]
WORDS: dict[str, State] = {"hold": "held", "superseded": "superseded"}  # hops that are verdicts and no walk

# A repeated run records its hops and files again, with a later `at`: the newest recording counts.
HOPS = """SELECT * REPLACE (CAST("date" AS VARCHAR) AS "date") FROM stored
          WHERE ($1 IS NULL OR "table" = $1) AND ($2 IS NULL OR CAST("date" AS VARCHAR) = $2)
          QUALIFY row_number() OVER (PARTITION BY "table", batch, hop ORDER BY "at" DESC) = 1 ORDER BY "at" """
FILES = """SELECT * REPLACE (CAST("date" AS VARCHAR) AS "date") FROM stored
           WHERE ($1 IS NULL OR "table" = $1) AND ($2 IS NULL OR CAST("date" AS VARCHAR) = $2)
           QUALIFY row_number() OVER (PARTITION BY "table", batch, sha256, path ORDER BY "at" DESC) = 1
           ORDER BY "at", path """
SETTLED = """SELECT "table", batch, CAST("date" AS VARCHAR) AS "date", list(DISTINCT {'path': path, 'sha256': sha256}) AS files,
             list(DISTINCT sha256) FILTER (state = 'taken') AS taken, list(DISTINCT sha256) FILTER (state = 'held') AS held,
             bool_or(state = 'superseded') AS is_over FROM stored WHERE list_contains($1, "table") GROUP BY "table", batch, "date" """

HISTORY = """SELECT rows_in FROM (SELECT batch, max(rows_in - rows_filtered) FILTER (hop = 'ingest') AS rows_in, max("at") FILTER (hop = 'release') AS released
             FROM stored WHERE "table" = $1 GROUP BY batch) WHERE released IS NOT NULL ORDER BY released DESC LIMIT 10"""

DATES = """SELECT DISTINCT CAST("date" AS VARCHAR) AS "date" FROM stored WHERE "table" = $1 AND hop = 'release' ORDER BY "date" """
RELEASED = """SELECT "table", max_by(version_written, "at") AS version FROM stored
              WHERE hop IN ('release', 'mart') AND version_written IS NOT NULL AND "at" <= $1 GROUP BY "table" """


@dataclass(frozen=True)
class Entry:
    """One batch of one table. rows_silver: rows that went (or, when held, would have gone) to readers.

    files, hops: the ledger's own rows.  version_written: of silver, when released.
    """

    batch: str
    table: str
    date: str
    state: State
    at: datetime
    rows_in: int
    rows_silver: int
    rows_quarantined: int
    rows_duplicate: int
    rows_filtered: int
    balanced: bool
    encoding: str
    version_written: int | None
    note: str | None
    files: tuple[dict[str, Any], ...]
    hops: tuple[dict[str, Any], ...]


def ledger(settings: Settings, table: str | None = None, date: str | None = None) -> tuple[Entry, ...]:
    """Return the batches of the ledger, oldest first; of one table (its short name) or one business date when given."""
    hops, files = (_rows(settings, noun, sql, (table, date)) for noun, sql in (("hop", HOPS), ("file", FILES)))
    found: dict[tuple[str, str], tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {}
    for side, rows in enumerate((hops, files)):
        for row in rows:
            found.setdefault((row["table"], row["batch"]), ([], []))[side].append(row)
    return tuple(sorted((_entry(*both) for both in found.values()), key=lambda entry: (entry.at, entry.table)))


def settled(settings: Settings, contracts: Iterable[Contract], date: str | None = None) -> dict[str, frozenset[str]]:
    """Return, by table, the content hashes of files that need not be read again: taken in, or held by this contract.

    A held file is judged anew once the contract has another version: its rows would then be another batch.
    date: where a delivery's day dates what it says, another day's says nothing about this one, even where the bytes are the same.
    """
    known = {contract.table: contract for contract in contracts}
    found: dict[str, set[str]] = {table: set() for table in known}
    for row in _rows(settings, "file", SETTLED, (list(known),)):
        if date not in (None, row["date"]) and known[row["table"]].is_dated_by_delivery:
            continue
        found[row["table"]].update(row["taken"] or ())
        is_same = row["batch"] == batch_id(known[row["table"]], row["date"], (file["sha256"] for file in row["files"]))
        found[row["table"]].update(row["held"] or () if is_same and not row["is_over"] else ())
    return {table: frozenset(hashes) for table, hashes in found.items()}


def history(settings: Settings, table: str) -> list[int]:
    """Return the rows taken in by the last ten released batches of a table, newest first."""
    return [row["rows_in"] for row in _rows(settings, "hop", HISTORY, (table,))]


def dates(settings: Settings, table: str) -> list[str]:
    """Return the business dates of which a table has a released batch, oldest first."""
    return [row["date"] for row in _rows(settings, "hop", DATES, (table,))]


def released(settings: Settings, at: datetime) -> dict[str, int]:
    """Return the version that readers had at an instant of each table of which something was released by then."""
    return {row["table"]: row["version"] for row in _rows(settings, "hop", RELEASED, (at,))}


def _rows(settings: Settings, noun: str, sql: str, parameters: tuple[Any, ...]) -> list[dict[str, Any]]:
    table = delta.opened(settings.lake / "ledger" / noun)
    return [] if table is None else delta.ask(table, sql, parameters)


def _entry(hops: list[dict[str, Any]], files: list[dict[str, Any]]) -> Entry:
    walked = sorted((hop for hop in hops if hop["hop"] in WALK), key=lambda hop: WALK.index(hop["hop"]))
    sums = {key: sum(hop[key] or 0 for hop in walked) for key in ("rows_quarantined", "rows_duplicate", "rows_filtered")}
    rows_in, rows_silver = (walked[0]["rows_in"], walked[-1]["rows_out"]) if walked else (0, 0)
    last = max([*hops, *files], key=lambda row: row["at"])
    state, noted = _state(hops, files)
    return Entry(
        batch=last["batch"], table=last["table"], date=last["date"], state=state, at=last["at"],
        rows_in=rows_in, rows_silver=rows_silver, **sums, balanced=rows_in == rows_silver + sum(sums.values()),
        encoding=", ".join(sorted({file["encoding"] for file in files if file["encoding"]})),
        version_written=next((hop["version_written"] for hop in hops if hop["hop"] in WALK[2:]), None),
        note=noted["note"], files=tuple(files), hops=tuple(hops),
    )


def _state(hops: list[dict[str, Any]], files: list[dict[str, Any]]) -> tuple[State, dict[str, Any]]:
    if files and all(file["state"] == "refused" for file in files):
        return "refused", files[-1]
    verdicts = [hop for hop in hops if hop["hop"] in (*WORDS, *WALK[2:])]
    if verdicts:
        last = max(verdicts, key=lambda hop: hop["at"])
        return WORDS.get(last["hop"], "released"), last
    return "open", (hops or files)[-1]
