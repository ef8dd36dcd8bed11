"""The ways a date gets dirty: other spellings, default dates, open ends, days that never were."""

from random import Random

NUMERALS = str.maketrans("0123456789", "〇一二三四五六七八九")


def zero_date(value: str, rng: Random) -> str:
    """A date that a database writes for none."""
    return rng.choice(("0000-00-00", "0000-00-00 00:00:00", "1900-01-01", "0001-01-01", "1970-01-01 08:00:00"))


def open_end(value: str, rng: Random) -> str:
    """A date that stands for no end."""
    return rng.choice(("9999-12-31", "2099-12-31", "长期", "永久"))


def spelled(value: str, rng: Random) -> str:
    """The same date in another spelling that the contract lists."""
    year, month, day = value.split("-")
    return rng.choice((f"{year}/{int(month)}/{int(day)}", f"{year}年{int(month)}月{int(day)}日",
                       f"{year}{month}{day}", f"{year}.{int(month)}.{int(day)}"))


def chinese_date(value: str, rng: Random) -> str:
    """The date in Chinese numerals, tens written as in speech."""
    year, month, day = value.split("-")
    return f"{year.translate(NUMERALS)}年{_spoken(int(month))}月{_spoken(int(day))}日"


def _spoken(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else str(tens).translate(NUMERALS) + "十"
    return head + (str(ones).translate(NUMERALS) if ones else "")


def instant_spelled(value: str, rng: Random) -> str:
    """The same instant in another spelling of GB/T 39046."""
    digits = value.replace("-", "").replace(":", "")
    return rng.choice((value.replace(" ", "T"), digits.replace(" ", "T"), digits.replace(" ", "")))


def short_year(value: str, rng: Random) -> str:
    """A date with two digits for the year."""
    return value[2:10].replace("-", "/")


def impossible_date(value: str, rng: Random) -> str:
    """A day no month has."""
    return rng.choice(("2024-02-30", "2025-13-01", "2025-04-31"))


def serial_date(value: str, rng: Random) -> str:
    """The day count of a spreadsheet."""
    return str(45_292 + rng.randrange(700))


def future_date(value: str, rng: Random) -> str:
    """A date after the business date."""
    return "2027-05-06"
