"""A department's table taken whole, or by its watermark: each row once, whatever is killed."""

import gzip
import json
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from jobs.ingest.landing import waiting
from schemas.load import load
from schemas.settings import Settings
from tests.ingest.database.server import CONTRACTS, Server, extract

pytestmark = pytest.mark.stack
DAY, NEXT = "2026-03-02", "2026-03-03"


def landed(here: Settings, table: str) -> list[Path]:
    return sorted((here.landing / "business" / table).glob("*/[!.]*"))


def rows(*files: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in files for line in gzip.open(path)]


def test_a_whole_table_is_one_file_a_date_with_every_value_as_text_and_only_the_columns_granted(server: Server, here: Settings) -> None:
    server.run("""INSERT INTO register.roll VALUES ('L1', E'甲\\n"乙"\\\\ 😀', 3, 'hidden'), ('L2', NULL, NULL, 'hidden')""")
    done = extract(here, "roll", DAY)
    assert (done.returncode, done.stdout) == (0, "roll 2026-03-02: 2 line(s) of connection 'registry' landed as full-2026-03-02.jsonl.gz.\n"), done.stderr
    assert rows(*landed(here, "roll")) == [{"licence_no": "L1", "holder": '甲\n"乙"\\ 😀', "seats": "3"}, {"licence_no": "L2", "holder": None, "seats": None}]
    again = extract(here, "roll", DAY)
    assert (again.returncode, "is landed already" in again.stdout, len(landed(here, "roll"))) == (0, True, 1)


def test_a_file_may_be_taken_in_as_soon_as_it_is_landed(server: Server, here: Settings) -> None:
    server.run("INSERT INTO register.roll VALUES ('L1', '甲', 3, 'hidden')")
    extract(here, "roll", DAY)
    assert len(waiting(here, load(CONTRACTS / "roll.odcs.yaml"), DAY, frozenset())) == 1


def test_a_table_is_not_taken_for_a_date_before_one_that_it_was_taken_for(server: Server, here: Settings) -> None:
    server.run("INSERT INTO register.roll VALUES ('L1', '甲', 3, '')")
    extract(here, "roll", NEXT)
    refused = extract(here, "roll", DAY)
    assert refused.returncode == 65
    assert "the table was taken for 2026-03-03 already, and a database does not say what it held on an earlier date" in refused.stderr


def test_an_empty_table_is_not_believed(server: Server, here: Settings) -> None:
    refused = extract(here, "roll", DAY)
    assert (refused.returncode, landed(here, "roll"), "is empty. Nothing was landed, so that no record seems to have ended." in refused.stderr) == (65, [], True)


def test_rows_with_an_equal_watermark_are_neither_lost_nor_taken_twice(server: Server, here: Settings) -> None:
    server.run(
        "INSERT INTO register.tally VALUES ('L1', '2026-03-01 10:00:00.5+08', '甲', 1), ('L2', '2026-03-02 10:00:00+08', '乙', 2), ('L2', '2026-03-02 10:00:00+08', '乙', 2)",
    )
    assert [extract(here, "tally", DAY).returncode for _ in range(2)] == [0, 0]
    assert [path.name for path in landed(here, "tally")] == ["rows-00000001~beginning~2026-03-02T10_00_00.000000.jsonl.gz"]
    server.run("INSERT INTO register.tally VALUES ('L3', '2026-03-02 10:00:00+08', '丙', 3)", "UPDATE register.tally SET seats = 9, updated_at = '2026-03-02 11:00:00+08' WHERE licence_no = 'L1'")
    assert [extract(here, "tally", day).returncode for day in (DAY, NEXT)] == [0, 0]
    server.run("INSERT INTO register.tally VALUES ('L4', '2026-03-02 11:00:00+08', '丁', 4)")
    assert [extract(here, "tally", NEXT).returncode for _ in range(2)] == [0, 0]
    taken = Counter((row["licence_no"], row["updated_at"], row["seats"]) for row in rows(*landed(here, "tally")))
    assert taken == {
        ("L1", "2026-03-01 10:00:00.500000", "1"): 1, ("L2", "2026-03-02 10:00:00.000000", "2"): 2, ("L3", "2026-03-02 10:00:00.000000", "3"): 1,
        ("L1", "2026-03-02 11:00:00.000000", "9"): 1, ("L4", "2026-03-02 11:00:00.000000", "4"): 1,
    }  # fmt: skip


@pytest.mark.parametrize("table", ["roll", "tally"])
def test_an_extraction_killed_after_each_step_in_turn_lands_every_row_once(server: Server, here: Settings, table: str) -> None:
    server.run("INSERT INTO register.roll VALUES ('L1', '甲', 3, '')", "INSERT INTO register.tally VALUES ('L1', '2026-03-02 10:00:00+08', '甲', 3)")
    assert [extract(here, table, DAY, step).returncode for step in (1, 2, 3)] == [-signal.SIGKILL] * 3
    assert extract(here, table, DAY).returncode == 0
    assert [row["licence_no"] for row in rows(*landed(here, table))] == ["L1"]
    assert not list((here.landing / "business" / table).glob("*/.*"))


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("INSERT INTO register.tally VALUES ('L1', NULL, '甲', 1)", "has rows whose 'updated_at' is empty or lies in the future"),
        ("INSERT INTO register.tally VALUES ('L1', '9999-12-31', '甲', 1)", "has rows whose 'updated_at' is empty or lies in the future"),
        ("ALTER TABLE register.tally ALTER updated_at TYPE text", "has 'updated_at' as no number, date or timestamp"),
    ],
)
def test_a_watermark_after_which_changes_could_not_be_seen_is_refused(server: Server, here: Settings, statement: str, sentence: str) -> None:
    server.run(statement)
    refused = extract(here, "tally", DAY)
    assert (refused.returncode, sentence in refused.stderr, landed(here, "tally")) == (65, True, [])
