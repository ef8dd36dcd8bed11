"""How every identifier rule is put together: an anchored form first, arithmetic only on what has the form."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.plain.tables import PROVINCES, STATE


def one_of(words: "list[str] | tuple[str, ...]") -> str:
    """Pattern text for any of `words`, which hold no special character."""
    return f"(?:{'|'.join(words)})"


PROVINCE = one_of(sorted(PROVINCES))
OFFICE = f"(?:{STATE}|{PROVINCE}[0-9]{{4}})"  # division of a registering office


def has_form(text: Column, form: str) -> Column:
    """Whether the whole text matches. Anchored by \\A and \\z: Java's $ would let a trailing newline through."""
    return text.rlike(rf"\A(?:{form})\z")


def formed(text: Column, form: str, check: Column) -> Column:
    """Whether `text` has the form and then passes `check`; null for null.

    The check stands in a branch of a CASE, so that Spark cannot evaluate it for a text without the form: `conv` of
    such a text could overflow and fail the batch.
    """
    return F.when(has_form(text, form), check).when(text.isNotNull(), F.lit(False))


def read_in_base(digits: Column, base: int) -> Column:
    """The number a text of digits stands for, as bigint. At most 12 digits in base 34 or 35, 17 in base 13."""
    return F.conv(digits, base, 10).cast("bigint")


def place_of(character: Column, alphabet: str) -> Column:
    """Position of a character in an alphabet, from 0."""
    return F.instr(F.lit(alphabet), character) - F.lit(1)
