"""Derive tests/data/landing/reference/working_day/*/working-days.csv: every day of 2007 to 2026, working or not.

    python -m tests.data.real.make_working_days HOLIDAYS_CN_FOLDER OUTPUT.csv
"""

import csv
import json
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar

FIRST, LAST = date(2007, 1, 1), date(2026, 12, 31)
SATURDAY = 5
PACKAGE = "chinesecalendar 1.11.0"
REPOSITORY = "holiday-cn d4e53bf2143d"


@dataclass(frozen=True)
class Arrangement:
    """What a State Council notice says about one day."""

    is_workday: bool
    name: str
    notice: str


def main(folder: Path, output: Path) -> None:
    """Write one row a day: the notice's word where there is one, else Monday to Friday."""
    published = {int(path.stem): path for path in folder.glob("20[0-9][0-9].json")}
    arranged = {day: what for year in sorted(published) for day, what in _notices(published[year]).items()}
    with output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("day", "is_workday", "name", "notice", "source"))
        for ordinal in range((LAST - FIRST).days + 1):
            writer.writerow(_row(FIRST + timedelta(days=ordinal), arranged, set(published)))


def _row(day: date, arranged: dict[date, Arrangement], published: set[int]) -> tuple[object, ...]:
    source = REPOSITORY if day in arranged or day.year in published else PACKAGE
    what = arranged.get(day) or (_plain(day) if day.year in published else _packaged(day))
    return day, str(what.is_workday).lower(), what.name, what.notice, source


def _notices(path: Path) -> dict[date, Arrangement]:
    year = json.loads(path.read_text(encoding="utf-8"))
    notice = year["papers"][-1] if year["papers"] else ""  # the last one holds where a year had two (2020)
    return {
        date.fromisoformat(day["date"]): Arrangement(not day["isOffDay"], day["name"], notice) for day in year["days"]
    }


def _plain(day: date) -> Arrangement:
    return Arrangement(day.weekday() < SATURDAY, "", "")


def _packaged(day: date) -> Arrangement:
    name = chinese_calendar.holidays.get(day) or chinese_calendar.workdays.get(day)
    chinese = chinese_calendar.Holiday(name).chinese if name else ""
    return Arrangement(chinese_calendar.is_workday(day), chinese, "")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:3]))
