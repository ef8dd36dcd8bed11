"""Working days and due dates, in plain Python, on a calendar that says for each published day whether it is one."""

import calendar as months
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import Literal

import chinese_calendar

from schemas.errors import Refused

Calendar = Mapping[date, bool]
Suspension = tuple[date, date]
DAY = timedelta(days=1)


@cache
def published() -> Calendar:
    """Every day of the years whose State Council holiday notice the package knows, with whether it is a working day.

    Source: package chinesecalendar. A year counts as published when its National Day holiday is listed.
    """
    years = sorted({day.year for day in chinese_calendar.holidays if day.month == 10})
    days = [date(year, month, day) for year in years for month in range(1, 13)
            for day in range(1, months.monthrange(year, month)[1] + 1)]
    return MappingProxyType({day: chinese_calendar.is_workday(day) for day in days})


def is_workday(day: date, holidays: Calendar) -> bool:
    """Tell whether `day` is a working day, make-up Saturdays and Sundays included.

    holidays: day -> is a working day.  Raises Refused for a day it does not hold: a year that is not published is
    never taken as 'Monday to Friday'.  Source: yearly notices of the State Council General Office.
    """
    if day in holidays:
        return holidays[day]
    last = f" The calendar ends on {max(holidays)}." if holidays else ""
    raise Refused(f"{day} 所在年度的节假日安排尚未公布。Whether {day} is a working day is not published yet.{last} "
                  "No due date was given; add the year to the working-day calendar once its notice is out.")


def due_date(
    accepted: date, days: int, unit: Literal["W", "N"], suspensions: Sequence[Suspension], calendar: Calendar
) -> date:
    """Return the last day of a period that starts the day after `accepted`.

    days: 0 gives `accepted` itself.  unit: W working days, N calendar days, which end on a working day.
    suspensions: (from, to), both inclusive; these days do not count, and the period does not end on one.
    Raises Refused for a day the calendar does not hold, an unknown unit, days < 0, a suspension that ends before it
    starts.  Source: Administrative Licensing Law arts. 42, 45, 82; Civil Code arts. 201, 203.
    """
    if unit not in ("W", "N") or days < 0 or any(last < first for first, last in suspensions):
        raise Refused(f"A period of {days} days in unit {unit!r} with suspensions {list(suspensions)} makes no sense: "
                      "unit is W or N, days is not negative, a suspension ends no earlier than it starts.")

    def counts(day: date) -> bool:
        return not _suspended(day, suspensions) and (unit == "N" or is_workday(day, calendar))

    due, left = accepted, days
    while left:
        due += DAY
        left -= counts(due)
    while days and (_suspended(due, suspensions) or not is_workday(due, calendar)):
        due += DAY
    return due


def _suspended(day: date, suspensions: Sequence[Suspension]) -> bool:
    return any(first <= day <= last for first, last in suspensions)
