"""Free text without the numbers that lead to a person: masked in the raw rows, before anything else of conform sees them."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.conform import staged
from jobs.conform.plain.numbers import ANY, MARKS, MASKS, RULE
from jobs.conform.violations import Possible
from schemas.contract import Contract


def applied(raw: DataFrame, contract: Contract) -> DataFrame:
    """Mask the free texts of a table, with a count beside each; the same frame for a table that has none.

    The whole text of a defective record, and values of columns that the contract does not know, may hold what belongs
    into the free text: they are masked too.
    """
    fields = contract.free_texts
    if not fields:
        return raw
    texts = {field.name: masked(F.col(field.name)) for field in fields}
    counts = {staged.masked(field): _marks(masked(F.col(field.name))) - _marks(F.col(field.name)) for field in fields}
    unknown = F.when(F.col("_extra").isNotNull(), F.transform_values("_extra", lambda _, value: masked(value)))
    return raw.withColumns({**counts, **texts, "_raw": masked(F.col("_raw")), "_extra": unknown})


def found(contract: Contract) -> list[Possible]:
    """Return the record of masked numbers: a warning whose value is how many there were."""
    names = {field.name: staged.masked(field) for field in contract.free_texts}
    return [Possible(F.col(count) > 0, RULE, name, "warn", f"cast(`{count}` AS string)") for name, count in names.items()]


def masked(text: Column) -> Column:
    """Return a text with a mark in place of each number that leads to a person. Source: jobs/conform/plain/numbers.py.

    Nearly all texts hold none: one look for any of them spares the others.
    """
    left = text
    for mark, pattern in MASKS:
        left = F.regexp_replace(left, pattern, mark)
    return F.when(text.rlike(ANY), left).otherwise(text)


def _marks(text: Column) -> Column:
    return F.regexp_count(text, F.lit(MARKS))
