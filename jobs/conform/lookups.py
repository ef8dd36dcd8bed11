"""Rules that look a value up in another table: codes valid on a date, limits in working days."""

from collections.abc import Callable, Mapping
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
COUNTS_FROM, COUNTS_TO, IS_DELETED = "_valid_from", "_valid_to", "_is_deleted"  # of a table that keeps the past: jobs/lake/versions.py


@dataclass(frozen=True)
class Lookup:
    """One use of a lookup rule: the rule, the column it judges, the names its joined columns get, and the business date."""

    use: RuleUse
    value: Value
    prefix: str
    as_of: Column


def join(
    frame: DataFrame, contract: Contract, values: Mapping[str, Value], references: Mapping[str, DataFrame], as_of: Column
) -> tuple[DataFrame, list[Possible]]:
    """Join what the lookup rules need, one row a code so that no row is doubled, and say what can be violated.

    Raises Unavailable when the rows of a reference table are not among `references`.
    """
    lookups = _lookups(contract, values, as_of)
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


def _lookups(contract: Contract, values: Mapping[str, Value], as_of: Column) -> list[Lookup]:
    found = [
        (use, values[field.name]) for field in contract.columns for use in field.rules if use.rule == "in_table"
    ]
    found += [(use, values[use.arguments["column"]]) for use in contract.row_rules if use.rule == "workday_limit"]
    return [Lookup(use, value, f"_lookup{index}", as_of) for index, (use, value) in enumerate(found)]


def spans(use: RuleUse, reference: DataFrame) -> DataFrame:
    """Return what an `in_table` rule joins: each code once (key), with the spans of days in which it is valid (spans).

    Of a table that keeps the past every version gives a span, from when to when it counted, unless the rule names columns
    for that; `until` is its last day in any case.
    """
    given, first, last = use.arguments, F.lit(FIRST).cast("date"), F.lit(LAST).cast("date")
    counts_from, counts_to, until = first, last, []
    if COUNTS_TO in reference.columns:
        reference = reference.where(~F.col(IS_DELETED) & (F.col(COUNTS_TO).isNull() | (F.col(COUNTS_TO) > F.col(COUNTS_FROM))))
        counts_from, counts_to = _day(reference, COUNTS_FROM), F.coalesce(F.date_sub(_day(reference, COUNTS_TO), 1), last)
        until = [counts_to.alias("until")]
    starts = F.coalesce(F.col(given["valid_from"]), first) if "valid_from" in given else counts_from
    ends = F.coalesce(F.col(given["valid_to"]), last) if "valid_to" in given else counts_to
    spanned = reference.select(F.col(given["column"]).alias("key"), F.struct(starts.alias("starts"), ends.alias("ends"), *until).alias("span"))
    return spanned.groupBy("key").agg(F.collect_list("span").alias("spans"))


def _day(reference: DataFrame, name: str) -> Column:
    is_day = dict(reference.dtypes)[name] == "date"
    return F.col(name) if is_day else F.to_date(F.convert_timezone(None, F.lit("Asia/Shanghai"), F.col(name)))


def ordinals(calendar: DataFrame) -> DataFrame:
    """Return what a `workday_limit` rule joins: each day with the number of working days up to it, as it is known now."""
    calendar = calendar.where(F.col(COUNTS_TO).isNull()) if COUNTS_TO in calendar.columns else calendar
    return calendar.select("day", F.sum(F.col("is_workday").cast("int")).over(Window.orderBy("day")).alias("ordinal"), "is_workday")


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
    within = (lambda s: (s["starts"] <= day) & (day <= s["ends"])) if day is not None else None
    if COUNTS_TO in reference.columns and (day is None or "valid_from" in given or "valid_to" in given):
        within = _not_over(lookup.as_of, within)
    valid = known.isNotNull() if within is None else F.exists(known, within)
    passed = F.coalesce(valid, known.isNotNull())
    bad = lookup.value.typed.isNotNull() & F.col("_defect").isNull() & ~passed
    return joined, [_possible(lookup, "in_table", bad, lookup.use.severity)]


def _not_over(as_of: Column, within: Callable[[Column], Column] | None) -> Callable[[Column], Column]:
    """Also ask that the version counts on the business date or later: how long one counted before it was first recorded, nobody knows."""
    return lambda s: (as_of <= s["until"]) & (F.lit(True) if within is None else within(s))


def _workday_limit(
    frame: DataFrame, lookup: Lookup, calendar: DataFrame, values: Mapping[str, Value]
) -> tuple[DataFrame, list[Possible]]:
    since = values[lookup.use.arguments["since"]]
    counted = ordinals(calendar)
    for end, value in (("since", since), ("until", lookup.value)):
        day = f"{lookup.prefix}_{end}_day"
        frame = frame.join(F.broadcast(counted.toDF(day, f"{lookup.prefix}_{end}", f"{day}_works")), beijing_day(value) == F.col(day), "left")
    first, last = F.col(f"{lookup.prefix}_since"), F.col(f"{lookup.prefix}_until")
    is_behind = F.col(f"{lookup.prefix}_until_day") > F.col(f"{lookup.prefix}_since_day")
    both = reduce(lambda a, b: a & b, [v.typed.isNotNull() for v in (since, lookup.value)])
    days = int(lookup.use.arguments["days"])
    off = (last - first == days) & ~F.col(f"{lookup.prefix}_until_day_works") & is_behind  # a day off right behind the last day of the period
    late = F.coalesce((last - first > days) | off, F.lit(False))
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
