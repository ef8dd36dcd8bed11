"""What requests are held against: the lake's tables, and which of them are away."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from pyspark.sql import DataFrame, SparkSession

from jobs.evidence import ledger
from jobs.lake import tables
from schemas.contract import Contract, RuleUse
from schemas.settings import Settings

HOPS = "ledger.hop"


@dataclass(frozen=True)
class Sides:
    """The tables of the lake that answers need, by `<layer>.<noun>`.

    contract: of the requests for instant items.  standing: of the gold table with the standing of each subject.
    frames: those that have a version.  away: those that have none, so that what they would say is unknown.
    """

    contract: Contract
    standing: Contract
    frames: Mapping[str, DataFrame]
    away: frozenset[str]

    @property
    def references(self) -> dict[str, DataFrame]:
        """The tables that the contract's own rules look things up in, as conform wants them."""
        return {name: self.frames[f"silver.{name}"] for name in self.contract.references if f"silver.{name}" in self.frames}

    @property
    def reachable(self) -> Contract:
        """The contract without the rules whose table is away: they judge nothing, and a person is told."""
        columns = tuple(replace(column, rules=self._kept(column.rules)) for column in self.contract.columns)
        return replace(self.contract, columns=columns, row_rules=self._kept(self.contract.row_rules))

    @property
    def accepted(self) -> str:
        """Name of the table of the cases accepted so far."""
        return f"silver.{self.contract.table}"

    @property
    def credit(self) -> str:
        """Name of the gold table with the standing of each subject."""
        return f"gold.{self.standing.table}"

    @property
    def credit_sources(self) -> tuple[str, ...]:
        """Names of the tables the standing is computed from."""
        return tuple(f"silver.{name}" for name in self.standing.reads)

    @property
    def changes(self) -> DataFrame | None:
        """The credit changes laid over that table; None when none have ever come."""
        return self.frames.get(self.changed)

    @property
    def changed(self) -> str:
        """Name of their table."""
        return f"silver.{self.standing.changes}"

    @property
    def credit_away(self) -> tuple[str, ...]:
        """Names of the credit tables that are away: while there is one, nobody's standing is known."""
        return tuple(name for name in (*self.credit_sources, self.credit) if name in self.away)

    def _kept(self, uses: tuple[RuleUse, ...]) -> tuple[RuleUse, ...]:
        return tuple(use for use in uses if f"silver.{use.arguments.get('table')}" not in self.away)


def joined(contract: Contract, standing: Contract) -> tuple[str, ...]:
    """Return the names of the tables that requests are joined with."""
    return (*(f"silver.{name}" for name in sorted({contract.table, *contract.references})), f"gold.{standing.table}", HOPS)


def needed(contract: Contract, standing: Contract) -> tuple[str, ...]:
    """Return the names of all tables that answers rest on: those joined, and those the standing was computed from."""
    return (*joined(contract, standing), *(f"silver.{name}" for name in standing.reads))


def watched(contract: Contract, standing: Contract) -> tuple[str, ...]:
    """Return the names of all tables that answers read: those needed, and the changes, without which nothing has changed."""
    return (*needed(contract, standing), *((f"silver.{standing.changes}",) if standing.changes else ()))


def versions(settings: Settings, names: tuple[str, ...]) -> dict[str, int]:
    """Return the version of each table that has one, by a look at their logs: cheap enough for every second."""
    found = {name: tables.version(_table(settings, name)) for name in names}
    return {name: version for name, version in found.items() if version is not None}


def news(settings: Settings, contract: Contract, standing: Contract) -> dict[str, int]:
    """Return for each table that answers read a number that changes when there is something new in it for them.

    Of the ledger it is how many runs of the gold table it has: its other hops, as one for each batch of changes, tell answers nothing.
    """
    found = versions(settings, watched(contract, standing))
    if HOPS in found:
        found[HOPS] = _booked(settings, standing.table, found[HOPS])
    return found


def read(spark: SparkSession, settings: Settings, contract: Contract, standing: Contract) -> Sides:
    """Open every table that has a version; none is waited for."""
    there = versions(settings, watched(contract, standing))
    behind = {f"silver.{name}" for name in standing.reads} - set(joined(contract, standing))  # read by the gold table alone
    opened = {name: tables.read(spark, _table(settings, name)) for name in there.keys() - behind}
    frames = {name: rows for name, rows in opened.items() if rows is not None}
    gone = set(needed(contract, standing)) - (there.keys() - (opened.keys() - frames.keys()))
    return Sides(contract, standing, frames, frozenset(gone))


@lru_cache(maxsize=2)
def _booked(settings: Settings, table: str, version: int) -> int:
    """How many runs of a gold table the ledger has. version: of the ledger, which so is read when there is something new."""
    return ledger.count(settings, table, "mart")


def _table(settings: Settings, name: str) -> tables.Table:
    layer, noun = name.split(".")
    return tables.table(settings, layer, noun)
