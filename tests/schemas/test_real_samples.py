"""The real samples: divisions valid on a day, the working-day calendar, comments without personal data."""

import csv
import gzip
import io
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import chinese_calendar
import pytest

from schemas.settings import ROOT
from tests.data.real.make_comments import TEXT_MASK, masked
from tests.data.real.make_divisions import Revision, Span, spans

LANDING = ROOT / "tests" / "data" / "landing"
FIRST, SECOND, THIRD = date(2002, 12, 31), date(2003, 12, 31), date(2004, 12, 31)
BEGINNING, END = date(1980, 1, 1), date(9999, 12, 31)


def rows(path: Path) -> list[dict[str, str]]:
    """The records of a CSV file, packed or not."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


@pytest.fixture(scope="module")
def divisions() -> list[dict[str, str]]:
    """The rows of the division sample."""
    return rows(LANDING / "reference" / "admin_division" / "2026-03-02" / "divisions.csv")


@pytest.fixture(scope="module")
def days() -> list[dict[str, str]]:
    """The rows of the calendar sample."""
    return rows(LANDING / "reference" / "working_day" / "2026-03-02" / "working-days.csv")


@pytest.fixture(scope="module")
def comments() -> list[dict[str, str]]:
    """The rows of the comment sample."""
    return rows(LANDING / "social" / "public_comment" / "2026-03-02" / "replies.csv.gz")


def test_no_two_spans_of_one_division_overlap(divisions: list[dict[str, str]]) -> None:
    ordered = sorted(divisions, key=lambda row: (row["code"], row["valid_from"]))

    assert [
        b["code"] for a, b in pairwise(ordered) if a["code"] == b["code"] and a["valid_to"] >= b["valid_from"]
    ] == []


def test_every_division_below_a_province_has_a_parent_in_the_table(divisions: list[dict[str, str]]) -> None:
    codes = {row["code"] for row in divisions}

    assert [row["code"] for row in divisions if row["level"] != "province" and row["parent_code"] not in codes] == []


@pytest.mark.parametrize(
    ("code", "day", "names"),
    [
        pytest.param("330106", "2026-03-02", ["西湖区"], id="in every list"),
        pytest.param("110228", "2014-06-01", ["密云县"], id="a county before it became a district"),
        pytest.param("110228", "2026-03-02", [], id="the county's code is gone now"),
        pytest.param("110118", "2026-03-02", ["密云区"], id="the district's code came later"),
        pytest.param("420600", "2009-05-01", ["襄樊市"], id="old name of a city"),
        pytest.param("420600", "2020-05-01", ["襄阳市"], id="new name under the same code"),
        pytest.param("710000", "2026-03-02", ["台湾省"], id="outside the scope of the 2023 list, so still open"),
        pytest.param("130171", "2026-03-02", [], id="a zone of the statistics bureau is no division"),
    ],
)
def test_a_division_has_the_name_it_had_on_a_day(
    divisions: list[dict[str, str]], code: str, day: str, names: list[str]
) -> None:
    found = [row["name"] for row in divisions if row["code"] == code and row["valid_from"] <= day <= row["valid_to"]]

    assert found == names


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(["甲", "甲", "甲"], [("甲", BEGINNING, END)], id="always there"),
        pytest.param(
            [None, "甲", "甲"], [("甲", date(2003, 1, 1), END)], id="counts from the day after the last list without it"
        ),
        pytest.param(["甲", None, None], [("甲", BEGINNING, SECOND)], id="counts until the first list that lacks it"),
        pytest.param(["甲", "乙", "乙"], [("甲", BEGINNING, FIRST), ("乙", date(2003, 1, 1), END)], id="renamed"),
        pytest.param(["甲", None, "甲"], [("甲", BEGINNING, END)], id="left out by one list only"),
        pytest.param(
            ["甲", None, "乙"], [("甲", BEGINNING, SECOND), ("乙", date(2004, 1, 1), END)], id="given to another"
        ),
    ],
)
def test_spans_follow_from_the_lists_a_code_stands_in(
    names: list[str | None], expected: list[tuple[str, date, date]]
) -> None:
    revisions = [
        Revision(day, {"110101": name} if name else {"110000": "京"})
        for day, name in zip((FIRST, SECOND, THIRD), names, strict=True)
    ]

    found = [span for span in spans(revisions) if span.code == "110101"]

    assert found == [Span("110101", *rest) for rest in expected]


def test_the_calendar_has_every_day_once_from_2007_to_2026(days: list[dict[str, str]]) -> None:
    first, last = date(2007, 1, 1), date(2026, 12, 31)
    wanted = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]

    assert [row["day"] for row in days] == wanted


def test_the_calendar_agrees_with_an_independent_package_on_every_day(days: list[dict[str, str]]) -> None:
    differing = [row["day"] for row in days
                 if (row["is_workday"] == "true") != chinese_calendar.is_workday(date.fromisoformat(row["day"]))]  # fmt: skip

    assert differing == []


@pytest.mark.parametrize(
    ("day", "is_workday"),
    [
        pytest.param("2026-02-14", "true", id="a Saturday worked for the Spring Festival"),
        pytest.param("2026-02-16", "false", id="a Monday off"),
        pytest.param("2020-01-31", "false", id="prolonged by the second notice of 2020"),
        pytest.param("2012-12-31", "true", id="a Monday that needs no notice"),
    ],
)
def test_the_calendar_follows_the_notices(days: list[dict[str, str]], day: str, is_workday: str) -> None:
    assert {row["day"]: row["is_workday"] for row in days}[day] == is_workday


def test_masking_the_comments_again_changes_nothing(comments: list[dict[str, str]]) -> None:
    assert [row["id"] for row in comments if masked(row) != row] == []


def test_the_comments_keep_their_line_breaks_and_their_number(comments: list[dict[str, str]]) -> None:
    assert len(comments) == 8000
    assert sum("\n" in row["text"] for row in comments) > 2500


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        pytest.param("請電 02-2345-6789 查詢", "請電 [电话已脱敏] 查詢", id="a fixed line"),
        pytest.param("電話(02)2345-6789，謝謝", "電話[电话已脱敏]，謝謝", id="brackets and no blank before"),
        pytest.param("寫信到 a.b@example.org 即可", "寫信到 [账号已脱敏] 即可", id="an e-mail address"),
        pytest.param("果園主人，0912-000-000", TEXT_MASK, id="a mobile number takes the whole text with it"),
        pytest.param("協尋某人", TEXT_MASK, id="a search for a person too"),
        pytest.param(
            "http://example.org/2016/02/0930000000-1.html",
            "http://example.org/2016/02/0930000000-1.html",
            id="an address stays",
        ),
    ],
)
def test_personal_data_in_a_comment_is_masked(sent: str, kept: str) -> None:
    assert masked({"text": sent, "reference": ""}) == {"text": kept, "reference": ""}
