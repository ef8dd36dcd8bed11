"""Citizen numbers as Spark expressions."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.plain.persons import CENTENARIANS
from jobs.conform.plain.tables import CITIZEN_CHECKS, TAIWAN_PERMIT
from jobs.conform.rules.forms import PROVINCE, formed, has_form, place_of, read_in_base

_DAY = "0[1-9]|1[0-9]|2[0-8]"
_MONTH_DAY = (
    f"(?:0[1-9]|1[0-2])(?:{_DAY})|(?:0[13-9]|1[0-2])(?:29|30)|(?:0[13578]|1[02])31"  # every year
)
_LEAP = "0[48]|[2468][048]|[13579][26]"  # 00 is a leap year only in a century divisible by 4
DATE_8 = f"(?:(?:18|19|20)[0-9]{{2}}(?:{_MONTH_DAY})|(?:(?:18|19|20)(?:{_LEAP})|2000)0229)"
DATE_6 = f"(?:[0-9]{{2}}(?:{_MONTH_DAY})|(?:{_LEAP})0229)"  # 1900 and 1800 are no leap years
DIVISION = f"(?:{PROVINCE}[0-9]{{4}}|{TAIWAN_PERMIT})"
FORM_18 = f"{DIVISION}{DATE_8}[0-9]{{3}}[0-9X]"
FORM_15 = f"{DIVISION}{DATE_6}[0-9]{{3}}"
CHECKS = "0123456789X"


def is_citizen_id(text: Column, as_of: Column | None = None) -> Column:
    """Whether `text` is a valid 18-digit citizen number; null for null.

    Province (81, 82 and 830000: residence permits), a date that exists, MOD 11-2. Weights are 2^(18-i) mod 11 and
    13 = 2 mod 11: the first 17 digits are a number in base 13.
    as_of: date after which nobody is born yet.  Source: GB 11643-1999; residence permit measures of 2018.
    """
    body = read_in_base(F.substring(text, 1, 17), 13) % F.lit(11)
    right = (body * F.lit(2) + place_of(F.substring(text, 18, 1), CHECKS)) % F.lit(11) == F.lit(1)
    if as_of is not None:
        right = right & (F.substring(text, 7, 8) <= F.date_format(as_of, "yyyyMMdd"))
    return formed(text, FORM_18, right)


def is_citizen_id_15(text: Column) -> Column:
    """Whether `text` is a 15-digit citizen number of the form before 1999; null for null. Source: GB 11643-1999."""
    return has_form(text, FORM_15)


def is_citizen_id_any(text: Column, as_of: Column | None = None) -> Column:
    """Whether `text` is a citizen number of 18 or of 15 digits; null for null. Source: GB 11643-1999."""
    return is_citizen_id(text, as_of) | is_citizen_id_15(text)


def upgraded_citizen_id(text: Column) -> Column:
    """The 18-digit number of a valid 15-digit one; null for any other text. Source: GB 11643-1999, note.

    The check character is the one of "10X98765432" at the weighted sum, which is twice the number in base 13.
    """
    century = F.when(F.substring(text, 13, 3).isin(list(CENTENARIANS)), F.lit("18")).otherwise(F.lit("19"))
    body = F.concat(F.substring(text, 1, 6), century, F.substring(text, 7, 9))
    place = read_in_base(body, 13) % F.lit(11) * F.lit(2) % F.lit(11) + F.lit(1)
    check = F.substring(F.lit(CITIZEN_CHECKS), place.cast("int"), F.lit(1))
    return F.when(is_citizen_id_15(text), F.concat(body, check))
