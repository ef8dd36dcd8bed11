"""Rows of a table as they may be seen: values of closed columns are masked before any filter looks at them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
from deltalake import DeltaTable

from jobs.serve import delta, past
from jobs.serve.locate import Place, locate
from jobs.serve.predicate import filtered, predicate
from schemas.errors import Refused
from schemas.settings import Settings

OPEN_SYSTEM = ("_file", "_path", "_row", "_batch", "_ingested_at", "_disposition", "_valid_from", "_valid_to", "_is_deleted")
# What a closed value looks like: the same as classification.mask, which a test holds against it.
MASKED = """CASE WHEN length({0}) <= 5 THEN repeat('*', length({0}))
            ELSE left({0}, 1) || repeat('*', length({0}) - 2) || right({0}, 1) END"""


@dataclass(frozen=True)
class Shown:
    """Rows of one version of a table. masked: names of the columns whose values are hidden.

    as_of: the day on which the rows counted, None for a table that keeps no past.  known_at: as it was known then, None for now.
    """

    table: str
    version: int
    columns: tuple[str, ...]
    masked: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    as_of: date | None = None
    known_at: datetime | None = None


def show(settings: Settings, name: str, where: str | None = None, limit: int = 20, asked: past.Asked = past.NOW) -> Shown:
    """Return up to `limit` rows of a table, those that meet `where` when given.

    Of a table that keeps the past they are the versions that counted on the day asked for, as known then; today and now
    unless told. Any other table shows its newest version, or the one that readers had at the instant asked for.

    Masks lie below the filter: a condition on a closed column sees the mask, so it can't find the hidden value.
    Raises Refused for an unknown table or column, a table without rows yet, a past that is not kept, or anything but one condition.
    """
    place = locate(settings, name)
    table = delta.opened(place.path)
    if table is None:
        raise Refused(f"{place.name} has no version yet. `govlake pending` lists files that wait to be taken in, `govlake ledger` says what was held or refused.")
    table = past.opened(settings, place, table, asked)
    levels = _levels(place, table)
    counting = past.counting(delta.connection().from_arrow(table.scan()), place.contract, asked)
    relation = _masked(counting, levels)
    titles = {column.title: column.name for column in place.contract.columns} if place.contract else {}
    condition = predicate(where or "true", relation, place.name, titles)
    hidden = tuple(column for column, level in levels.items() if level != "public" and column != "_violations")
    day = past.day(asked) if past.keeps_past(table) else None
    rows = tuple(filtered(relation, condition, limit))
    return Shown(place.name, table.version(), tuple(levels), hidden, rows, day, asked.known_at)


def _masked(rows: duckdb.DuckDBPyRelation, levels: dict[str, str]) -> duckdb.DuckDBPyRelation:
    shown = (f"{_expression(name, level)} AS {delta.quoted(name)}" for name, level in levels.items())
    return rows.project(", ".join(shown))


def _expression(name: str, level: str) -> str:
    column = delta.quoted(name)
    if name == "_violations":  # their values stay out: a public column can hold a swapped-in closed value
        return f"list_transform({column}, lambda one: one.rule || '(' || one.\"column\" || ')')"
    return column if level == "public" else MASKED.format(f"CAST({column} AS VARCHAR)")


def _levels(place: Place, table: DeltaTable) -> dict[str, str]:
    """Classification of each column, in table order. What nobody classified counts as the most closed."""
    names = [field.name for field in table.schema().fields]
    if place.contract is None:
        return dict.fromkeys(names, "public")  # the ledger holds no value of any table
    known = dict.fromkeys(OPEN_SYSTEM, "public")
    known |= {column.name: column.classification for column in place.contract.columns}
    known["_violations"] = place.contract.classification
    if place.contract.counts_from:  # its times are values of a column
        known |= dict.fromkeys(("_valid_from", "_valid_to"), place.contract.column(place.contract.counts_from).classification)
    return {name: known.get(name, "sensitive") for name in names}
