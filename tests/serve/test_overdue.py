"""Deliveries that were due and did not come: expected by the schedule and the calendar of working days, told to whom they belong."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.cli import main
from jobs.conform.plain.workdays import published
from jobs.serve.overdue import BEIJING, expected, overdue
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.load import load
from schemas.settings import Settings
from tests.serve.conftest import CONTRACTS
from tests.serve.made_lake import FILE, file, put

CONTRACT = "business/applicant.odcs.yaml"
BEGUN = datetime(2026, 2, 9, 18, 5, tzinfo=UTC)  # 02:05 on Tuesday 10 February in Beijing: the first file was booked


def contract(tmp_path: Any, delivery: str, schedule: str) -> Contract:
    text = (CONTRACTS / CONTRACT).read_text(encoding="utf-8").replace('"0 2 * * *"', f'"{schedule}"')
    path = tmp_path / "applicant.odcs.yaml"
    path.write_text(f"{text}  - {{property: delivery, value: {delivery}}}\n", encoding="utf-8")
    return load(path)


@pytest.fixture
def watched(empty: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation whose one table expects a file each working day, and whose first file has come for 9 February 2026."""
    monkeypatch.setenv("GOVLAKE_HOME", str(empty.home))
    monkeypatch.setenv("GOVLAKE_CONTRACTS", str(empty.contracts))
    path = empty.contracts / CONTRACT
    path.write_text(f"{path.read_text(encoding='utf-8')}  - {{property: delivery, value: working_days}}\n", encoding="utf-8")
    came(empty, "2026-02-09", BEGUN)
    return empty


NIGHTLY = replace(load(CONTRACTS / CONTRACT), delivery="working_days")


def came(settings: Settings, day: str, at: datetime) -> None:
    put(settings.lake / "ledger" / "file", FILE, [file(day, "taken", at, date=day)])


def owed(settings: Settings, at: datetime) -> list[str]:
    return [one.date for one in overdue(settings, at).found]


def beijing(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=BEIJING)


def days(one: Contract, begun: date, at: datetime) -> dict[str, str]:
    return {day.isoformat(): f"{due:%m-%d %H:%M}" if due else "unknown" for day, due in expected(one, published(), begun, at)}


@pytest.mark.parametrize(("delivery", "schedule", "wanted"), [
    pytest.param("every_day", "0 2 * * *", {"2026-02-12": "02-13 02:00", "2026-02-13": "02-14 02:00", "2026-02-14": "02-15 02:00", "2026-02-15": "02-16 02:00"}, id="nightly, every day"),
    pytest.param("every_day", "15 * * * *", {"2026-02-12": "02-13 00:15", "2026-02-13": "02-14 00:15", "2026-02-14": "02-15 00:15", "2026-02-15": "02-16 00:15"}, id="hourly: a day is owed once"),
    pytest.param("working_days", "0 2 * * *", {"2026-02-12": "02-13 02:00", "2026-02-13": "02-14 02:00"}, id="14 February is a Saturday made up, the 15th begins the holiday"),
    pytest.param("every_day", "0 2 * * 5", {"2026-02-13": "02-20 02:00"}, id="weekly"),
])  # fmt: skip
def test_a_delivery_is_due_at_the_first_run_after_its_day(tmp_path: Any, delivery: str, schedule: str, wanted: dict[str, str]) -> None:
    until = beijing(2, 20) if schedule.endswith("5") else beijing(2, 16, 3)
    assert days(contract(tmp_path, delivery, schedule), date(2026, 2, 12), until) == wanted


def test_what_the_last_working_day_before_a_holiday_owes_is_asked_for_after_it(tmp_path: Any) -> None:
    nightly = contract(tmp_path, "working_days", "0 2 * * *")
    assert days(nightly, date(2026, 2, 14), beijing(2, 24, 1)) == {}
    assert days(nightly, date(2026, 2, 14), beijing(2, 24, 3)) == {"2026-02-14": "02-24 02:00"}
    assert days(nightly, date(2026, 2, 26), beijing(3, 2, 3)) == {"2026-02-26": "02-27 02:00", "2026-02-27": "02-28 02:00", "2026-02-28": "03-02 02:00"}


@given(st.dates(date(2015, 1, 1), date(2026, 11, 1)), st.integers(0, 40))
def test_working_days_alone_are_expected_and_every_one_of_them(begun: date, span: int) -> None:
    known = published()
    at = datetime(begun.year, begun.month, begun.day, 12, tzinfo=BEIJING).timestamp() + span * 86400
    found = dict(expected(NIGHTLY, known, begun, datetime.fromtimestamp(at, BEIJING)))
    assert all(known[day] and due and known[due.date()] and due.date() > day for day, due in found.items())
    last = max(found, default=begun)
    assert [day for day in known if begun <= day <= last and known[day]] == list(found) or not found


def test_the_end_of_the_calendar_is_said_and_never_taken_for_monday_to_friday(watched: Settings, capsys: Any) -> None:
    came(watched, "2026-12-31", datetime(2026, 12, 31, 19, tzinfo=UTC))
    found = overdue(watched, datetime(2027, 1, 10, tzinfo=UTC))
    assert (found.unknown, "ends on 2026-12-31" in found.sentences[-1]) == (("business.applicant",), True)
    table = pa.schema([("day", pa.date32()), ("is_workday", pa.bool_())])
    put(watched.lake / "silver" / "working_day", table, [{"day": date(2027, 1, n), "is_workday": n > 3} for n in range(1, 32)])
    assert (overdue(watched, datetime(2027, 1, 10, tzinfo=UTC)).unknown, owed(watched, datetime(2027, 1, 5, 12, tzinfo=UTC))[-1]) == ((), "2027-01-04")


def test_what_has_not_come_is_owed_until_a_file_of_it_lies_in_landing_or_is_booked(watched: Settings) -> None:
    assert (owed(watched, beijing(2, 11, 1)), owed(watched, beijing(2, 13))) == ([], ["2026-02-10", "2026-02-11", "2026-02-12"])
    came(watched, "2026-02-10", beijing(2, 13, 11))
    folder = watched.landing / "business" / "applicant" / "2026-02-11"
    folder.mkdir(parents=True)
    (folder / ".hidden").touch()
    assert owed(watched, beijing(2, 13)) == ["2026-02-11", "2026-02-12"]
    (folder / "1.csv").touch()
    assert owed(watched, beijing(2, 13)) == ["2026-02-12"]


def test_a_past_day_is_told_as_it_was(watched: Settings) -> None:
    came(watched, "2026-02-10", beijing(2, 13, 11))
    assert (owed(watched, beijing(2, 12)), owed(watched, beijing(2, 14))[0]) == (["2026-02-10", "2026-02-11"], "2026-02-11")


def test_a_table_is_watched_from_its_first_file_on_and_a_month_back(watched: Settings) -> None:
    assert owed(watched, beijing(2, 10)) == []
    assert owed(watched, beijing(6, 1))[0] == "2026-05-06"  # 1 to 5 May are holidays


def test_a_contract_that_expects_nothing_owes_nothing(empty: Settings) -> None:
    came(empty, "2026-02-09", BEGUN)
    assert owed(empty, beijing(6, 1)) == []


def test_the_command_names_table_department_due_time_and_delay_and_its_exit_code_tells(watched: Settings, capsys: Any) -> None:
    assert main(["overdue", "--on", "2026-02-11"]) == 75
    assert capsys.readouterr().err == (
        "测试部门 Department of tests 未按时报送: business.applicant 2026-02-10 was due 2026-02-11 02:00 (Beijing) and has not come, 22 h ago. "
        "Readers keep the last release. See docs/runbooks/overdue.md\n"
    )
    assert main(["overdue", "--on", "2026-02-10"]) == 0
    capsys.readouterr()
    assert main(["overdue", "--on", "2026-02-11", "--owner", "tets"]) == 65
    assert capsys.readouterr().err == "No contract has ownerCode 'tets'. Did you mean 'tests'? Nothing was read or written.\n"


def test_the_keys_of_the_json_answer_are_stable(watched: Settings, capsys: Any) -> None:
    assert main(["overdue", "--on", "2026-02-11", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (set(found), len(found["sentences"])) == ({"at", "overdue", "sentences"}, 1)
    assert set(found["overdue"][0]) == {"table", "title", "owner", "owner_code", "date", "due_at", "late_hours", "sentence"}


def test_a_wrong_word_gets_the_right_one(tmp_path: Any) -> None:
    with pytest.raises(Refused, match=r"\.yaml:75: delivery is 'workdays', must be 'every_day' or 'working_days'\. Did you mean 'working_days'\?"):
        contract(tmp_path, "workdays", "0 2 * * *")
