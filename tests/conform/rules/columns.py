"""Columns and batches as conform hands them to a rule."""

from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as F

from jobs.conform.rules.catalogue import Batch, Value
from schemas.contract import Column


def described(name: str, logical_type: str = "string", physical_type: str | None = None) -> Column:
    """A contract's column of this name and type."""
    return Column(name, logical_type, name, name, "public", ("x",), physical_type=physical_type)


def text(source: str | SparkColumn) -> Value:
    """A text column as a rule gets it."""
    column = F.col(source) if isinstance(source, str) else source
    return Value(column, column, described(source if isinstance(source, str) else "value"))


def typed(name: str, logical_type: str, literal: str | None, physical_type: str) -> Value:
    """A value of another type, from its text."""
    sent = F.lit(literal).cast("string")
    kept = physical_type if logical_type == "number" else None
    return Value(sent, sent.cast(physical_type), described(name, logical_type, kept))


def batch(day: str) -> Batch:
    """The batch of a business date."""
    return Batch(F.lit(day).cast("date"))
