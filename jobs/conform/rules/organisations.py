"""Codes of organisations as Spark expressions: USCC, organisation code, business registration number."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.plain.tables import CATEGORIES, USCC_ALPHABET
from jobs.conform.rules.forms import OFFICE, formed, one_of, place_of, read_in_base

USCC_FORM = (
    one_of([f"{department}[{''.join(kinds)}]" for department, kinds in CATEGORIES.items()])
    + OFFICE + f"[{USCC_ALPHABET}]{{10}}"
)
BASE_34 = "0123456789ABCDEFGHIJKLMNOPQRSTU"  # what conv reads as 0 to 30
ORG_FORM = "[0-9A-Z]{8}-?[0-9X]"
ORG_CHECKS = "0123456789X"


def is_uscc(text: Column) -> Column:
    """Whether `text` is a valid unified social credit code.

    Department with category, province of the division (or 100000), alphabet and check character. The check of the
    inner organisation code is not part of it. Null for null.  Source: GB 32100-2015 with amendment 1 of 2016.
    """
    return formed(text, USCC_FORM, has_uscc_check(text))


def has_uscc_check(text: Column) -> Column:
    """Whether characters 1 to 18 satisfy MOD 31-3; the caller has checked their form.

    Weights are 3^(i-1) mod 31 and 34 = 3 mod 31: read backwards, a run of characters is a number in base 34. Only the
    organisation code needs its letters translated (measured: translate costs most), so positions 2 to 8 and 9 to 17
    are read apart, with 3^1 and 3^8 = 20 before them.
    """
    office = read_in_base(F.reverse(F.substring(text, 2, 7)), 34)
    inner = F.translate(F.substring(text, 9, 9), USCC_ALPHABET[18:], BASE_34[18:])
    total = place_of(F.substring(text, 1, 1), USCC_ALPHABET) + office * F.lit(3)
    total = total + read_in_base(F.reverse(inner), 34) * F.lit(20) + place_of(F.substring(text, 18, 1), USCC_ALPHABET)
    return total % F.lit(31) == F.lit(0)


def is_org_code(text: Column) -> Column:
    """Whether `text` is a valid organisation code, with or without the hyphen before its check character.

    Weights are 2^(9-i) mod 11 and 35 = 2 mod 11: eight characters are a number in base 35, where Z = 35 has no digit
    and 2 stands for it. Null for null.  Source: GB 11714-1997.
    """
    body = read_in_base(F.translate(F.substring(text, 1, 8), "Z", "2"), 35)
    check = place_of(F.substring(text, -1, 1), ORG_CHECKS)
    return formed(text, ORG_FORM, (body * F.lit(2) + check) % F.lit(11) == F.lit(0))


def is_business_reg_no(text: Column) -> Column:
    """Whether `text` is a valid 15-digit business registration number; null for null.

    ISO 7064 MOD 11,10 is sequential: the 14 steps are one nested expression, (x % 10 or 10) written ((x - 1) % 10) + 1.
    Source: GS 15-2006.
    """
    product = F.lit(10)
    for position in range(1, 15):
        digit = F.ascii(F.substring(text, position, 1)) - F.lit(48)
        product = ((product + digit - F.lit(1)) % F.lit(10) + F.lit(1)) * F.lit(2) % F.lit(11)
    check = F.ascii(F.substring(text, 15, 1)) - F.lit(48)
    return formed(text, f"{OFFICE}[0-9]{{9}}", (product + check) % F.lit(10) == F.lit(1))
