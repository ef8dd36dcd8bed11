"""Rules that look a value up in another table: codes valid on a date, limits in working days."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.conform import staged
from jobs.conform.rules.value import Value
from jobs.conform.rules.values import beijing_day
from jobs.conform.violations import Possible
from schemas.contract import Contract, RuleUse
from schemas.errors import Unavailable

FIRST, LAST = "0001-01-01", "9999-12-31"


@dataclass(frozen=True)
class Lookup:
    """One use of a lookup rule: the rule, the column it judges, and the names its joined columns get."""

    use: RuleUse
    value: Value
    prefix: str


def join(
    frame: DataFrame, contract: Contract, values: Mapping[str, Value], references: Mapping[str, DataFrame]
) -> tuple[DataFrame, list[Possible]]:
    """Join what the lookup rules need, one row a code so that no row is doubled, and say what can be violated.

    Raises Unavailable when the rows of a reference table are not among `references`.
    """
    lookups = _lookups(contract, values)
    possible: list[Possible] = []
    for lookup in lookups:
        table = str(lookup.use.arguments["table"])
        if table not in references:
            raise Unavailable(
                f"silver.{table} has no released version yet and {contract.table} looks codes up in it. "
                f"Nothing was written. Run {table} first; this run is tried again."
            )
        step = _in_table if lookup.use.rule == "in_table" else _workday_limit
        frame, found = step(frame, lookup, references[table], values)
        possible += found
    return frame, possible


def _lookups(contract: Contract, values: Mapping[str, Value]) -> list[Lookup]:
    found = [
        (use, values[field.name]) for field in contract.columns for use in field.rules if use.rule == "in_table"
    ]
    found += [(use, values[use.arguments["column"]]) for use in contract.row_rules if use.rule == "workday_limit"]
    return [Lookup(use, value, f"_lookup{index}") for index, (use, value) in enumerate(found)]


def spans(use: RuleUse, reference: DataFrame) -> DataFrame:
    """Return what an `in_table` rule joins: each code once (key), with the spans of days in which it is valid (spans)."""
    given = use.arguments
    starts = F.coalesce(F.col(given["valid_from"]), F.lit(FIRST).cast("date")) if "valid_from" in given else F.lit(FIRST).cast("date")
    ends = F.coalesce(F.col(given["valid_to"]), F.lit(LAST).cast("date")) if "valid_to" in given else F.lit(LAST).cast("date")
    spanned = reference.select(F.col(given["column"]).alias("key"), F.struct(starts.alias("starts"), ends.alias("ends")).alias("span"))
    return spanned.groupBy("key").agg(F.collect_list("span").alias("spans"))


def ordinals(calendar: DataFrame) -> DataFrame:
    """Return what a `workday_limit` rule joins: each day with the number of working days up to it."""
    return calendar.select("day", F.sum(F.col("is_workday").cast("int")).over(Window.orderBy("day")).alias("ordinal"))


def prepared(contract: Contract, references: Mapping[str, DataFrame]) -> list[tuple[str, DataFrame]]:
    """Return every frame that `join` joins for this contract, each with the name of its table, for who wants to keep them."""
    uses = [use for field in contract.columns for use in field.rules if use.rule == "in_table"]
    limits = {str(use.arguments["table"]) for use in contract.row_rules if use.rule == "workday_limit"}
    found = [(str(use.arguments["table"]), spans(use, references[str(use.arguments["table"])])) for use in uses]
    return found + [(table, ordinals(references[table])) for table in sorted(limits)]


def _in_table(
    frame: DataFrame, lookup: Lookup, reference: DataFrame, values: Mapping[str, Value]
) -> tuple[DataFrame, list[Possible]]:
    given, key = lookup.use.arguments, f"{lookup.prefix}_key"
    codes = spans(lookup.use, reference).toDF(key, f"{lookup.prefix}_spans")
    joined = frame.join(F.broadcast(codes), lookup.value.typed == F.col(key), "left")
    known = F.col(f"{lookup.prefix}_spans")
    day = beijing_day(values[given["on"]]) if "on" in given else None
    valid = known.isNotNull() if day is None else F.exists(known, lambda s: (s["starts"] <= day) & (day <= s["ends"]))
    passed = F.coalesce(valid, known.isNotNull())
    bad = lookup.value.typed.isNotNull() & F.col("_defect").isNull() & ~passed
    return joined, [_possible(lookup, "in_table", bad, lookup.use.severity)]


def _workday_limit(
    frame: DataFrame, lookup: Lookup, calendar: DataFrame, values: Mapping[str, Value]
) -> tuple[DataFrame, list[Possible]]:
    since = values[lookup.use.arguments["since"]]
    counted = ordinals(calendar)
    for end, value in (("since", since), ("until", lookup.value)):
        day, ordinal = f"{lookup.prefix}_{end}_day", f"{lookup.prefix}_{end}"
        days = F.broadcast(counted.select(F.col("day").alias(day), F.col("ordinal").alias(ordinal)))
        frame = frame.join(days, beijing_day(value) == F.col(day), "left")
    first, last = F.col(f"{lookup.prefix}_since"), F.col(f"{lookup.prefix}_until")
    both = reduce(lambda a, b: a & b, [v.typed.isNotNull() for v in (since, lookup.value)])
    late = F.coalesce(last - first > int(lookup.use.arguments["days"]), F.lit(False))
    missing = both & (first.isNull() | last.isNull()) & ~is_open(lookup.value)
    return frame, [
        _possible(lookup, "workday_limit", late, lookup.use.severity),
        _possible(lookup, "calendar_missing", missing, "warn"),
    ]


def is_open(value: Value) -> Column:
    """True where a date is the sentinel of an open end, which no calendar holds."""
    return beijing_day(value) == F.lit(LAST).cast("date")


def _possible(lookup: Lookup, rule: str, bad: Column, severity: str) -> Possible:
    return Possible(bad, rule, lookup.value.column.name, severity, staged.shown(lookup.value.column))
