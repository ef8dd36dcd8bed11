"""A contract: everything the lake knows about one table, as frozen data. The YAML file is its only source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from schemas.classification import highest
from schemas.database import Database
from schemas.drift import Drift
from schemas.template import Span, Template

SourceClass = Literal["business", "social", "internet", "iot", "reference", "gold"]
Severity = Literal["quarantine", "warn", "shadow"]
Merge = Literal["upsert", "append", "replace", "history", "snapshot"]
KEEPS_PAST = ("history", "snapshot")  # an older version of a record is kept beside the newer one
Delivery = Literal["every_day", "working_days"]
# How a header names its unit; brackets and colons are folded from full width before they are compared.
UNIT_FORMS = ("{}({})", "{}[{}]", "{}【{}】", "{}(单位:{})", "{}/{}", "{}:{}")


@dataclass(frozen=True)
class RuleUse:
    """One row rule as a contract uses it: its name in the rule catalogue, how hard it bites, and its arguments."""

    rule: str
    severity: Severity = "quarantine"
    arguments: Mapping[str, Any] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True)
class Column:
    """One column of a table. `title` is the Chinese name, also accepted as a header; `formats` are date spellings.

    free_text: 'mask' when numbers that lead to a person are masked in it.  unit: what its header may say in brackets behind the name.  span: its place in a line of fixed width.
    """

    name: str
    logical_type: str
    title: str
    description: str
    classification: str
    examples: tuple[str, ...]
    required: bool = False
    key_position: int | None = None
    physical_type: str | None = None
    rules: tuple[RuleUse, ...] = ()
    aliases: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    compose: str | None = None
    free_text: str | None = None
    unit: str | None = None
    span: Span | None = None
    line: int = 0

    @property
    def with_unit(self) -> tuple[str, ...]:
        """The headers that name the column and its unit, as people write them; none for a column without a unit."""
        if self.unit is None:
            return ()
        names = dict.fromkeys((self.name, self.title, *self.aliases))
        return tuple(form.format(name, self.unit) for name in names for form in UNIT_FORMS)


@dataclass(frozen=True)
class SetRule:
    """A rule about a batch as a whole, judged by Great Expectations before release.

    metric: an ODCS metric (rowCount, nullValues, missingValues, invalidValues, duplicateValues) or one of ours
    (quarantineRate, distinctValues, minimum, maximum, mean, misfitValues, unreferenced, rowCountChange).
    column: None for the table.  low/high: inclusive bounds, None for open.  unit: rows or percent.
    """

    metric: str
    column: str | None
    low: float | None
    high: float | None
    unit: Literal["rows", "percent"] = "rows"
    arguments: Mapping[str, Any] = field(default_factory=dict)
    line: int = 0

    @property
    def name(self) -> str:
        """The name the rule has in reports, e.g. duplicateValues(uscc)."""
        return f"{self.metric}({self.column or ''})" if self.column else self.metric


@dataclass(frozen=True)
class Contract:
    """One table: what it is, who owns it, how its rows arrive, are checked, merged, kept and shared.

    deleted: by column, the values that together say that the record ended; only of a history.
    feed: the topic whose records are landed as files before each run.  database: where its rows are taken from before each run.
    delivery: the business dates for which a file is expected, None when files come as they come.  drift: what becomes of what differs.
    """

    table: str
    source_class: SourceClass
    title: str
    version: str
    description: str
    purpose: str
    owner: str
    owner_code: str
    columns: tuple[Column, ...]
    source_format: str
    merge: Merge
    order_by: tuple[str, ...]
    schedule: str
    freshness_hours: int
    retention_years: int
    quarantine_rate: float
    sharing: str
    path: Path
    row_rules: tuple[RuleUse, ...] = ()
    set_rules: tuple[SetRule, ...] = ()
    topic: str | None = None
    reads: tuple[str, ...] = ()
    changes: str | None = None
    template: Template | None = None
    deleted: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    delivery: Delivery | None = None
    feed: str | None = None
    drift: Drift = field(default_factory=Drift)
    database: Database | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns, in key order."""
        keyed = [column for column in self.columns if column.key_position is not None]
        return tuple(c.name for c in sorted(keyed, key=lambda c: c.key_position or 0))

    def layer_of(self, name: str) -> str:
        """The layer of a table that this gold table reads: gold where its contract stands beside this one, silver otherwise."""
        return "gold" if self.path.with_name(f"{name}.odcs.yaml").is_file() else "silver"

    @property
    def identity(self) -> tuple[str, ...]:
        """Names of the columns that tell one row from another: the key, and in a history the time a version counts from."""
        return (*self.key, *self.order_by) if self.merge == "history" else self.key

    @property
    def keeps_past(self) -> bool:
        """Whether older versions of a record are kept."""
        return self.merge in KEEPS_PAST

    @property
    def counts_from(self) -> str | None:
        """Name of the column that says from when a version counts; None where it is the business date of its delivery, or nothing is kept."""
        return self.order_by[0] if self.merge == "history" and self.order_by else None

    @property
    def is_dated_by_delivery(self) -> bool:
        """Whether what a delivery says counts from its business date on: a snapshot, or a history whose rows tell no time."""
        return self.keeps_past and self.counts_from is None

    @property
    def dag_id(self) -> str:
        """Name of its DAG and of its landing folder: <source class>.<table>."""
        return f"{self.source_class}.{self.table}"

    @property
    def classification(self) -> str:
        """The most closed class among its columns; its quarantine inherits it."""
        return highest([column.classification for column in self.columns])

    @property
    def free_texts(self) -> tuple[Column, ...]:
        """The columns in whose texts personal numbers are masked."""
        return tuple(column for column in self.columns if column.free_text is not None)

    @property
    def references(self) -> frozenset[str]:
        """Names of the tables its `in_table` rules look things up in."""
        uses = [use for column in self.columns for use in column.rules] + list(self.row_rules)
        return frozenset(str(use.arguments["table"]) for use in uses if "table" in use.arguments)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, in contract order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column called `name`. Raises KeyError when there is none."""
        return {column.name: column for column in self.columns}[name]
