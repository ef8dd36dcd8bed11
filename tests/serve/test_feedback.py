"""What goes back to a department: its files, rows taken and refused, reasons with places, and no value in clear."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.cli import main
from schemas.settings import Settings
from tests.serve.made_lake import (
    FILE,
    HELD,
    HELD_PATH,
    HOP,
    PATH,
    REFUSED,
    RELEASED_AT,
    SECRET_NAME,
    SECRET_NUMBER,
    SENTENCE,
    file,
    hop,
    make_held,
    put,
)

DAY = "2026-03-02"  # RELEASED_AT in Beijing
Told = Callable[..., Path]


@pytest.fixture
def told(lake: Settings, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Write the feedback of a day; the folder of the one department."""
    monkeypatch.setenv("GOVLAKE_HOME", str(lake.home))
    monkeypatch.setenv("GOVLAKE_CONTRACTS", str(lake.contracts))

    def write(day: str = DAY) -> Path:
        assert main(["feedback", "--date", day]) == 0
        return lake.home / "feedback" / "tests" / day

    return write


def rows(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))[1:]


def everything(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8-sig") for path in folder.iterdir()}


def test_each_file_says_how_many_of_its_rows_were_taken_and_refused(told: Told) -> None:
    assert rows(told() / "files.csv") == [["applicant", "2026-03-01", PATH, "已接收 taken", "6", "4", "2", ""]]


def test_each_refused_row_has_its_file_its_number_its_reasons_and_a_masked_value(told: Told) -> None:
    found = rows(told() / "rows.csv")
    assert [(row[2], row[3], row[4]) for row in found] == [
        (PATH, "5", "citizen_no"), (PATH, "5", "full_name"), (PATH, "6", "citizen_no"), (PATH, "6", "case_no"),
    ]  # fmt: skip
    assert found[0][5:] == ["公民身份号码（citizen_no）不是有效的18位公民身份号码", "citizen_no is not a valid 18-digit citizen number", "1****************9",
                            "拒收该行 row refused"]  # fmt: skip
    assert found[1][8] == "仅提示 warning only"


def test_the_page_says_it_in_chinese_and_english_with_places(told: Told) -> None:
    page = (told() / "feedback.html").read_text(encoding="utf-8-sig")
    assert all(part in page for part in ("报送反馈 Feedback: 测试部门 Department of tests, 2026-03-02", "citizen_no is not a valid", "不是有效的", "第5行 row 5"))


def test_no_secret_is_in_any_of_the_files(told: Told, lake: Settings) -> None:
    make_held(lake)
    put(lake.lake / "ledger" / "hop", HOP, [hop("hold", (4, 0, 0, 0), RELEASED_AT, batch=HELD, rows_filtered=4, note=SENTENCE)])
    told_of = "".join(everything(told()).values())
    assert [secret for secret in (SECRET_NAME, SECRET_NUMBER, "110101199001010009", "13800000000") if secret in told_of] == []


def test_a_second_writing_gives_the_same_bytes_and_leaves_nothing_beside_them(told: Told) -> None:
    first = everything(told())
    assert (everything(told()), set(first)) == (first, {"files.csv", "rows.csv", "feedback.html"})


def test_a_held_delivery_is_told_with_its_sentence_and_the_rows_it_would_lose(told: Told, lake: Settings) -> None:
    make_held(lake)
    put(lake.lake / "ledger" / "hop", HOP, [hop("hold", (4, 0, 0, 0), RELEASED_AT, batch=HELD, date="2026-03-02", rows_filtered=4, note=SENTENCE)])
    put(lake.lake / "ledger" / "file", FILE, [file("e" * 64, "held", RELEASED_AT, batch=HELD, date="2026-03-02", path=HELD_PATH, records=4)])
    folder = told()
    assert rows(folder / "files.csv")[1] == ["applicant", "2026-03-02", HELD_PATH, "扣留待定 held", "4", "0", "3", ""]
    assert [row[3] for row in rows(folder / "rows.csv") if row[2] == HELD_PATH] == ["2", "3", "4"]
    assert SENTENCE in (folder / "feedback.html").read_text(encoding="utf-8-sig")


def test_a_refused_file_is_told_with_its_sentence_and_a_formula_in_it_is_text(told: Told, lake: Settings) -> None:
    put(lake.lake / "ledger" / "file", FILE, [file("d" * 64, "refused", RELEASED_AT, batch=REFUSED, path="=1+1.csv", records=0, note="=1+1.csv: is empty.")])
    assert ["applicant", "2026-03-01", "'=1+1.csv", "拒收 refused", "0", "0", "0", "'=1+1.csv: is empty."] in rows(told() / "files.csv")


def test_a_day_without_deliveries_says_so_to_every_department(told: Told) -> None:
    folder = told("2026-03-05")
    assert ("No file of yours was judged on this day" in everything(folder)["feedback.html"], rows(folder / "files.csv"), rows(folder / "rows.csv")) == (True, [], [])


def test_the_command_names_the_folder_with_stable_keys_and_the_nearest_department(told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    folder = told()
    capsys.readouterr()
    assert main(["feedback", "--date", DAY, "--owner", "tests", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{
        "department": "tests", "name": "测试部门 Department of tests", "date": DAY, "folder": str(folder), "files": 1, "rows_taken": 4, "rows_refused": 2,
    }]  # fmt: skip
    assert main(["feedback", "--owner", "test"]) == 65
    assert capsys.readouterr().err == "No contract has ownerCode 'test'. Did you mean 'tests'? Nothing was read or written.\n"
