"""Codes of service items and electronic licences as Spark expressions."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.plain.services import SERIAL_LIMIT
from jobs.conform.plain.tables import ALNUM, LICENCE_ROOT
from jobs.conform.rules.forms import PROVINCE, formed, has_form, place_of
from jobs.conform.rules.organisations import USCC_FORM, has_uscc_check

BASE_FORM = f"(?:00|{PROVINCE})(?:0[1-9]|[12][0-9])[0-9]{{8}}"
IMPL_FORM = f"{USCC_FORM}[1-7]{BASE_FORM}"
HANDLE_FORM = f"{IMPL_FORM}(?:0[1-9]|[1-9][0-9])"
OLDER_BASE_FORM = "[A-Z]{2}[0-9]{8}"  # an..10 of GB/T 39046-2020, e.g. XK00101001; all-digit ones look like damage
OLDER_IMPL_FORM = "[0-9A-Z]{24}"  # an..24 of GB/T 39046-2020; shorter ones cannot be told from damaged new ones
TYPE_AT = len(LICENCE_ROOT) + 1
ISSUER_AT = TYPE_AT + 22
LICENCE_FORM = (
    LICENCE_ROOT.replace(".", "[.]") + f"{USCC_FORM}[0-9]{{3}}[.](?:{USCC_FORM}|{PROVINCE}[0-9]{{4}})"
    + f"[.][0-9A-Z]{{1,{SERIAL_LIMIT}}}[.][0-9]{{3}}[.][0-9A-Z]"
)


def is_service_base_code(text: Column) -> Column:
    """Whether `text` is a service base code; null for null.

    12 digits (scope, item type, department, main and sub item) or the older 2 letters and 8 digits.
    Sources: GB/T 39554.1-2020, GB/T 39046-2020.
    """
    return has_form(text, f"{BASE_FORM}|{OLDER_BASE_FORM}")


def is_service_impl_code(text: Column) -> Column:
    """Whether `text` is a service implementation code; null for null.

    31 characters (USCC, exercise level, base code) or the older 24.  Sources: GB/T 39554.1-2020, GB/T 39046-2020.
    """
    return F.when(has_form(text, IMPL_FORM), has_uscc_check(text)).otherwise(has_form(text, OLDER_IMPL_FORM))


def is_service_handle_item(text: Column) -> Column:
    """Whether `text` is an implementation code of 31 characters and a serial from 01 to 99; null for null.

    Source: GB/T 39554.1-2020.
    """
    return formed(text, HANDLE_FORM, has_uscc_check(text))


def is_licence_id(text: Column) -> Column:
    """Whether `text` is an electronic licence identifier; null for null.

    Root, type (USCC and 3 digits), issuer (USCC; a 6-digit division in old data), serial, version, ISO 7064 MOD 37,36.
    Source: GB/T 36904-2018.
    """
    issuer = F.substring(text, ISSUER_AT, 18)
    old = F.substring(text, ISSUER_AT + 6, 1) == F.lit(".")
    known = has_uscc_check(F.substring(text, TYPE_AT, 18)) & F.when(old, F.lit(True)).otherwise(has_uscc_check(issuer))
    body = F.translate(F.substring(text, TYPE_AT, 200), ".", "")
    return formed(text, LICENCE_FORM, known & _has_mod_37_36(body))


def _has_mod_37_36(body: Column) -> Column:
    """Whether the last character checks the ones before it. Sequential, with as many steps as there are characters.

    Written out as one nested expression of 80 steps it overflows the driver's stack, hence the aggregate, at about
    17 microseconds a value. The last step adds the check character without doubling, so it is taken back by halving:
    2x = 2 mod 37 for x = 1.
    """
    def step(product: Column, character: Column) -> Column:
        value = place_of(character, ALNUM)
        return ((product + value - F.lit(1)) % F.lit(36) + F.lit(1)) * F.lit(2) % F.lit(37)

    return F.aggregate(F.split(body, ""), F.lit(36), step) == F.lit(2)
