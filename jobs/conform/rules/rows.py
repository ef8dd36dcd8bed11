"""Rules about several columns of one row: order of dates, conditional presence, parts of codes, contradictions."""

from collections.abc import Mapping
from decimal import Decimal
from functools import reduce
from itertools import combinations
from operator import and_, or_
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.rules.value import Batch, Value, is_any_of, is_given, pick
from jobs.conform.rules.values import beijing_day
from schemas.errors import Refused

MILLIGRAM, MICROGRAM = "mg/m³", "µg/m³"
Row = Mapping[str, Value]
Arguments = Mapping[str, Any]


def is_ordered(row: Row, arguments: Arguments, batch: Batch) -> Column:
    """Whether each of `columns` is at most every later one; an empty one is passed over, not its neighbours.

    A date beside an instant is compared by Beijing day.  Source: the contract.
    """
    values = pick(row, arguments["columns"], "order")
    mixed = len({value.column.logical_type for value in values}) > 1
    typed = [beijing_day(value) if mixed else value.typed for value in values]
    return reduce(and_, [_unless_null(earlier <= later) for earlier, later in combinations(typed, 2)])


def is_given_if(row: Row, arguments: Arguments, batch: Batch) -> Column:
    """Whether `column` is given, whenever every column of `when` has one of its listed values. Source: the contract."""
    return ~_holds(row, arguments["when"], "required_if") | is_given(row[arguments["column"]])


def is_any_given(row: Row, arguments: Arguments, batch: Batch) -> Column:
    """Whether at least one of `columns` is given. Source: the contract."""
    return reduce(or_, [is_given(value) for value in pick(row, arguments["columns"], "any_of")])


def is_part_of(row: Row, arguments: Arguments, batch: Batch) -> Column:
    """Whether `column` equals `length` characters of column `of` from `start` on; passed when one of them is empty.

    start counts from 1.  Source: the contract, e.g. a service implementation code holds its base code from 20 on.
    """
    part = F.substring(row[arguments["of"]].text, int(arguments["start"]), int(arguments["length"]))
    return _unless_null(row[arguments["column"]].text == part)


def is_implied(row: Row, arguments: Arguments, batch: Batch) -> Column:
    """Whether `column` has one of `values`, whenever `when` holds; passed when it is empty. Source: the contract."""
    allowed = is_any_of(row[arguments["column"]], arguments["values"], "implies")
    return ~_holds(row, arguments["when"], "implies") | _unless_null(allowed)


def is_same_day(row: Row, arguments: Arguments, batch: Batch) -> Column:
    """Whether all of `columns` that are given fall on one Beijing day. Source: the contract."""
    days = [beijing_day(value) for value in pick(row, arguments["columns"], "same_day")]
    return reduce(and_, [_unless_null(one == other) for one, other in combinations(days, 2)])


def is_in_its_unit(row: Row, arguments: Arguments, batch: Batch) -> Column:
    """Whether `column` does not look as if it were sent in the other one of mg/m³ and µg/m³ than the column `unit` says.

    It does when it lies outside of the range of its factor (`ranges`, in µg/m³, by the values of `by`), and a thousandth or the thousandfold of it,
    whichever the other unit would make of it, inside. Passed where `when` does not hold, for 0, and for factors and units not named.
    """
    value, unit, factor = row[arguments["column"]].typed, row[arguments["unit"]].text, row[arguments["by"]].text
    judged = F.lit(True)
    for name, (low, high) in arguments["ranges"].items():
        range_ = [F.lit(Decimal(str(end))) for end in (low, high)]
        large = (unit == MILLIGRAM) & (value * 1000 > range_[1]) & value.between(*range_)
        small = (unit == MICROGRAM) & (value < range_[0]) & (value * 1000).between(*range_)
        judged = judged & ~((factor == name) & (large | small))
    passed = _unless_null(judged)
    return ~_holds(row, arguments["when"], "unit") | passed if "when" in arguments else passed


def _holds(row: Row, when: Any, rule: str) -> Column:
    if not isinstance(when, Mapping) or not when:
        raise Refused(f"rule '{rule}' needs 'when' as column: value (or list of values), found {when!r}.")
    return reduce(and_, [F.coalesce(is_any_of(row[name], wanted, rule), F.lit(False)) for name, wanted in when.items()])


def _unless_null(passed: Column) -> Column:
    return F.coalesce(passed, F.lit(True))
