"""Dates of a workbook as text: cells that are dates, and plain numbers where the contract says they are days."""

import re
from datetime import datetime, timedelta
from functools import lru_cache

from schemas import forms
from schemas.contract import Column

MOMENTS = ("date", "timestamp")
LAST_DAY = 2_958_465  # 9999-12-31 in the 1900 system, the last one a spreadsheet knows
PHANTOM = 60  # 29 February 1900, a day that never was: kept by Excel for the sake of Lotus 1-2-3
BASES = {1900: datetime(1899, 12, 30), 1904: datetime(1904, 1, 1)}


def moment(cell: list[str], column: Column, system: int | None) -> str:
    """Return a tagged cell of a column as text: yyyy-MM-dd, with HH:mm:ss where the column or the cell has a time.

    A number stays one, unless `system` says that numbers of date columns are days and no format of the column reads it.
    """
    tag, text = cell
    if column.logical_type not in MOMENTS:
        return text
    if tag == "n" and system is not None and not any(re.match(form, text) for form in _forms(column.formats)):
        text = day(text, system) or text
        tag = "d" if "-" in text[1:] else tag
    return f"{text} 00:00:00" if tag == "d" and len(text) == 10 and column.logical_type == "timestamp" else text


def day(number: str, system: int) -> str | None:
    """Return the date, or instant, that a number of days stands for; None when there is none."""
    value = float(number)
    if not 0 <= value <= LAST_DAY or (system == 1900 and (value < 1 or PHANTOM <= value < PHANTOM + 1)):
        return None
    lost = 1 if system == 1900 and value < PHANTOM else 0
    try:
        found = BASES[system] + timedelta(seconds=round((value + lost) * 86_400))
    except OverflowError:
        return None
    return found.date().isoformat() if value == int(value) else found.isoformat(" ")


@lru_cache(maxsize=256)
def _forms(formats: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(forms.python_form(forms.date_form(pattern)) for pattern in formats)
