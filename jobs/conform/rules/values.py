"""Rules about one value that a contract gives its bounds to: enumeration, range, length, pattern, business date."""

from collections.abc import Mapping
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.rules.forms import has_form
from jobs.conform.rules.value import Batch, Value, bound, is_any_of
from schemas.codes import code_list
from schemas.errors import Refused

Arguments = Mapping[str, Any]


def is_in_enum(value: Value, arguments: Arguments, batch: Batch) -> Column:
    """Whether the value is in `values`, or is a code of schemas/codes/<list>.csv; null for null.

    A code list is compared as text.  Raises Refused for neither or both.  Source: the code list named.
    """
    if ("list" in arguments) == ("values" in arguments):
        raise Refused(f"rule 'enum' of column '{value.column.name}' needs either 'list' or 'values'. Give one of them.")
    if "list" in arguments:
        return value.text.isin([code.code for code in code_list(str(arguments["list"]))])
    return is_any_of(value, arguments["values"], "enum")


def is_in_range(value: Value, arguments: Arguments, batch: Batch) -> Column:
    """Whether min <= typed value <= max, each optional but not both; null for null. NaN is in no range.

    Source: the contract.
    """
    low, high = _ends(value, arguments, "range")
    inside = F.lit(True)
    if low is not None:
        inside = inside & (value.typed >= F.lit(bound(value, low, "range")))
    if high is not None:
        inside = inside & (value.typed <= F.lit(bound(value, high, "range")))
    if value.column.physical_type == "double":  # Spark sorts NaN above every number
        inside = inside & ~F.isnan(value.typed)
    return F.when(value.typed.isNotNull(), inside)


def is_as_long(value: Value, arguments: Arguments, batch: Batch) -> Column:
    """Whether min <= length of the text <= max, in code points; null for null. Source: the contract."""
    low, high = _ends(value, arguments, "length")
    length, fits = F.length(value.text), F.lit(True)
    if low is not None:
        fits = fits & (length >= F.lit(int(low)))
    if high is not None:
        fits = fits & (length <= F.lit(int(high)))
    return F.when(value.text.isNotNull(), fits)


def is_like(value: Value, arguments: Arguments, batch: Batch) -> Column:
    """Whether the whole text matches `regex`, in Java's dialect; null for null. Source: the contract."""
    return has_form(value.text, str(arguments["regex"]))


def is_not_after_batch(value: Value, arguments: Arguments, batch: Batch) -> Column:
    """Whether the date, or the Beijing day of the instant, is at most the business date; null for null."""
    return beijing_day(value) <= batch.as_of


def beijing_day(value: Value) -> Column:
    """The Beijing day of a date or an instant, whatever the session's time zone is. Raises Refused for other types."""
    if value.column.logical_type == "date":
        return value.typed
    if value.column.logical_type == "timestamp":
        return F.to_date(F.convert_timezone(None, F.lit("Asia/Shanghai"), value.typed))
    kind, name = value.column.logical_type, value.column.name
    raise Refused(f"column '{name}' is of type {kind}; a rule about days needs a date or a timestamp.")


def _ends(value: Value, arguments: Arguments, rule: str) -> tuple[Any, Any]:
    low, high = arguments.get("min"), arguments.get("max")
    if low is None and high is None:
        raise Refused(f"rule '{rule}' of column '{value.column.name}' needs 'min', 'max' or both. Add one.")
    return low, high
