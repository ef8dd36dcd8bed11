"""Working days and due dates against the vectors, and the refusals where nothing may be guessed."""

from datetime import date
from typing import Any

import pytest

from jobs.conform.plain.workdays import due_date, is_workday, published
from schemas.errors import Refused
from tests.conform.rules.samples import vector

DUE = vector("due_date")


def test_every_day_of_the_vectors_is_a_working_day_or_not_as_the_notice_says() -> None:
    wrong = [row for row in vector("workday")
             if is_workday(date.fromisoformat(row["date"]), published()) is not (row["is_workday"] == "1")]
    assert wrong == []


STORIES = [f"{row['accepted']} {row['days']}{row['unit']} {row['reason']}" for row in DUE]


@pytest.mark.parametrize("row", DUE, ids=STORIES)
def test_a_period_ends_on_the_day_the_vectors_say(row: dict[str, str]) -> None:
    days = [date.fromisoformat(day) for day in row["suspensions"].replace("/", ";").split(";") if day]
    stops = list(zip(days[::2], days[1::2], strict=True))
    unit: Any = row["unit"]
    due = due_date(date.fromisoformat(row["accepted"]), int(row["days"]), unit, stops, published())
    assert due.isoformat() == row["due"]


def test_a_due_date_in_a_year_without_published_holidays_is_refused() -> None:
    with pytest.raises(Refused, match=r"2027-01-01 .*not published yet.* ends on 2026-12-31"):
        due_date(date(2026, 12, 30), 5, "W", [], published())


def test_a_calendar_period_that_ends_in_an_unpublished_year_is_refused() -> None:
    with pytest.raises(Refused, match="not published"):
        due_date(date(2026, 12, 30), 5, "N", [], published())


def test_an_empty_calendar_knows_no_day() -> None:
    with pytest.raises(Refused, match="not published"):
        is_workday(date(2026, 3, 2), {})


def test_zero_days_end_on_the_day_of_acceptance() -> None:
    assert due_date(date(2026, 3, 7), 0, "W", [], published()) == date(2026, 3, 7)


@pytest.mark.parametrize("days, unit, stops", [
    (-1, "W", []), (1, "M", []), (1, "W", [(date(2026, 3, 5), date(2026, 3, 4))]),
], ids=["negative days", "unknown unit", "suspension that ends before it starts"])
def test_a_period_that_makes_no_sense_is_refused(days: int, unit: str, stops: list[tuple[date, date]]) -> None:
    with pytest.raises(Refused, match="makes no sense"):
        due_date(date(2026, 3, 2), days, unit, stops, published())  # type: ignore[arg-type]
