"""Free text without the numbers that lead to a person: masked in the raw rows, before anything else of conform sees them."""

from itertools import groupby

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.conform import staged
from jobs.conform.plain.numbers import MARKS, MASKS, NEEDS, RULE
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
    left = raw.withColumns({staged.masked(field): masked(F.col(field.name)) for field in fields})
    unknown = F.when(F.col("_extra").isNotNull(), F.transform_values("_extra", lambda _, value: masked(value)))
    texts = {field.name: F.col(staged.masked(field)) for field in fields}
    counts = {staged.masked(field): _count(F.col(field.name), F.col(staged.masked(field))) for field in fields}
    return left.withColumns({**counts, **texts, "_raw": masked(F.col("_raw")), "_extra": unknown})


def found(contract: Contract) -> list[Possible]:
    """Return the record of masked numbers: a warning whose value is how many there were."""
    names = {field.name: staged.masked(field) for field in contract.free_texts}
    return [Possible(F.col(count) > 0, RULE, name, "warn", f"cast(`{count}` AS string)") for name, count in names.items()]


def masked(text: Column) -> Column:
    """Return a text with a mark in place of each number that leads to a person. Source: jobs/conform/plain/numbers.py.

    Each kind of mark is only looked for in a text that holds what it needs at least: most texts hold none of it.
    """
    left = text
    for need, marks in groupby(MASKS, key=lambda one: NEEDS[one[0]]):
        done = left
        for mark, pattern in marks:
            done = F.regexp_replace(done, pattern, mark)
        left = F.when(text.rlike(need), done).otherwise(left)
    return left


def _count(sent: Column, left: Column) -> Column:
    """How many marks were put in; null for null."""
    return F.when(sent == left, F.lit(0)).otherwise(F.regexp_count(left, F.lit(MARKS)) - F.regexp_count(sent, F.lit(MARKS)))
