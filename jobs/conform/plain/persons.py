"""Citizen numbers, read in plain Python. No number is given back: parts name province, year and sex at most."""

from datetime import date

from jobs.conform.plain.reading import Part, Reading, checked, faulty, misshapen
from jobs.conform.plain.tables import CITIZEN_CHECKS, DIGITS, PROVINCES, TAIWAN_PERMIT

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999: 2^(18-i) mod 11
CENTENARIANS = ("996", "997", "998", "999")  # kept for people born in the 1800s in the 15-digit form
CENTURIES = ("18", "19", "20")


def read_citizen_id(text: str, as_of: date | None = None) -> Reading:
    """Read an 18-digit citizen number. Source: GB 11643-1999; residence permits 81, 82, 83 of 2018 count as such.

    as_of: a birth date after this day is a fault; without it only the century is held to 18, 19 or 20.
    """
    if fault := misshapen(text[:17], 17, DIGITS) or misshapen(text, 18, DIGITS + "X"):
        return Reading(fault)
    place = _place(text[:6])
    if place is None:
        return faulty("前两位不是省级代码", "the first two digits are no province")
    born = _born(text[6:14])
    if born is None or text[6:8] not in CENTURIES:
        return faulty("出生日期不存在", "the birth date does not exist", place)
    if as_of and born > as_of:
        return faulty("出生日期在将来", "the birth date is in the future", place)
    fault, check = checked(text[17], citizen_check(text[:17]))
    return Reading(fault, (place, _year(born), _sex(text[16]), check))


def citizen_check(body: str) -> str:
    """Check character of the first 17 digits, ISO 7064 MOD 11-2."""
    return CITIZEN_CHECKS[sum(int(c) * w for c, w in zip(body, WEIGHTS, strict=True)) % 11]


def read_citizen_id_15(text: str) -> Reading:
    """Read a 15-digit citizen number of the form before 1999. Source: GB 11643-1999, legacy form."""
    if fault := misshapen(text, 15, DIGITS):
        return Reading(fault)
    place = _place(text[:6])
    if place is None:
        return faulty("前两位不是省级代码", "the first two digits are no province")
    born = _born(upgraded(text)[6:14])
    if born is None:
        return faulty("出生日期不存在", "the birth date does not exist", place)
    return Reading(None, (place, _year(born), _sex(text[14]), ("形式 form", "15位旧号 legacy, 15 digits")))


def read_citizen_id_any(text: str, as_of: date | None = None) -> Reading:
    """Read a citizen number of either form, chosen by its length. as_of: as in `read_citizen_id`; the short form is of before 1999."""
    return read_citizen_id_15(text) if len(text) == 15 else read_citizen_id(text, as_of)


def upgraded(text: str) -> str:
    """Return the 18-digit number of a 15-digit one: the century inserted, the check character appended.

    Sequences 996 to 999 get 18, all others 19 (the first is from the standard's note, not confirmed).
    """
    body = text[:6] + ("18" if text[12:] in CENTENARIANS else "19") + text[6:]
    return body + citizen_check(body)


def _place(division: str) -> Part | None:
    if division == TAIWAN_PERMIT:
        return ("区划 division", "台湾居民居住证 residence permit of Taiwan residents")
    if division[:2] in ("81", "82"):
        return ("区划 division", f"{PROVINCES[division[:2]]}，港澳居民居住证 residence permit")
    name = PROVINCES.get(division[:2])
    return ("区划 division", name) if name else None


def _born(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _year(born: date) -> Part:
    return ("出生年 year of birth", str(born.year))


def _sex(digit: str) -> Part:
    return ("性别 sex", "男 male" if int(digit) % 2 else "女 female")
