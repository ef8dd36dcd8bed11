"""What a rule is given: a column's normalised text and typed value, and what is known about the batch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from schemas import contract
from schemas.errors import Refused

BEIJING = timezone(timedelta(hours=8))  # Asia/Shanghai since 1991-09-15; bounds in contracts are recent


@dataclass(frozen=True)
class Value:
    """One column of a row: `text` as normalised, null when empty; `typed` after the cast, null when it has no form."""

    text: Column
    typed: Column
    column: contract.Column


@dataclass(frozen=True)
class Batch:
    """What is known about a whole batch. as_of: its business date."""

    as_of: Column


def is_given(value: Value) -> Column:
    """Whether the column holds anything. Never null."""
    return F.coalesce(F.length(value.text) > F.lit(0), F.lit(False))


def is_any_of(value: Value, wanted: Any, rule: str) -> Column:
    """Whether the value is one of those a contract lists; null for null.

    Text columns compare text, the others their typed value.  Raises Refused for a list that is empty, or that YAML
    has read as numbers for a text column: an unquoted 01 arrives as 1.
    """
    values = list(wanted) if isinstance(wanted, (list, tuple)) else [wanted]
    name = value.column.name
    if not values:
        raise Refused(f"rule '{rule}' of column '{name}' lists no value. Add at least one.")
    if value.column.logical_type == "string":
        if odd := [v for v in values if not isinstance(v, str)]:
            raise Refused(f"rule '{rule}' lists {odd[0]!r} for text column '{name}'. Put it in quotes.")
        return value.text.isin(values)
    return value.typed.isin([bound(value, v, rule) for v in values])


def bound(value: Value, given: Any, rule: str) -> Any:
    """A number, date or instant of a contract as Spark compares it with the typed value: decimals exact, Beijing time.

    Raises Refused when it does not fit the column's type.
    """
    kind = value.column.logical_type
    try:
        if kind == "integer" or kind == "number":
            return _number(value, given)
        if kind == "date":
            return given if type(given) is date else date.fromisoformat(str(given))
        if kind == "timestamp":
            instant = given if isinstance(given, datetime) else datetime.fromisoformat(str(given))
            return instant if instant.tzinfo else instant.replace(tzinfo=BEIJING)
        if kind == "boolean" and isinstance(given, bool):
            return given
    except (ValueError, ArithmeticError):
        pass
    name = value.column.name
    raise Refused(f"rule '{rule}' compares column '{name}' ({kind}) with {given!r}, which is no {kind}. Correct it.")


def _number(value: Value, given: Any) -> Any:
    if isinstance(given, bool):
        raise ValueError
    return float(given) if value.column.physical_type == "double" else Decimal(str(given))


def pick(values: Mapping[str, Value], names: Any, rule: str) -> list[Value]:
    """The columns a row rule names, in its order. Raises Refused for fewer than two."""
    if not isinstance(names, (list, tuple)) or len(names) < 2:
        raise Refused(f"rule '{rule}' needs at least two columns, found {names!r}.")
    return [values[name] for name in names]
