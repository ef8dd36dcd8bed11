"""Codes of places and web sites as Spark expressions."""

from pyspark.sql import Column

from jobs.conform.plain.tables import WITHOUT_COUNTIES
from jobs.conform.rules.forms import PROVINCE, has_form, one_of

_TWO = "(?:0[1-9]|[1-9][0-9])"
_COUNTY = f"{PROVINCE}{_TWO}{_TWO}"
_TOWNSHIP = f"(?:{_COUNTY}|{one_of(WITHOUT_COUNTIES)})(?:00[1-9]|0[1-9][0-9]|[1-5][0-9]{{2}})"
# 6 digits; 9 digits of a township; 12 digits, zero-filled above the village.
DIVISION = f"{PROVINCE}(?:0000|{_TWO}(?:00|{_TWO}))(?:000000)?|{_TOWNSHIP}(?:[0-5][0-9]{{2}})?"
WEBSITE = f"{PROVINCE}[0-9]{{8}}|bm[0-9]{{8}}"


def is_admin_division(text: Column) -> Column:
    """Whether `text` is a well-formed division code of 6, 9 or 12 digits; null for null.

    Whether the place existed on a day is a look-up (`in_table`).  Sources: GB/T 2260, GB/T 10114, statistics codes.
    """
    return has_form(text, DIVISION)


def is_website_id(text: Column) -> Column:
    """Whether `text` is a government web site code; null for null. Source: State Council web site census of 2015."""
    return has_form(text, WEBSITE)
