"""A department's table followed by its database's log: every transaction once, in order, whatever dies when."""

import signal
from pathlib import Path
from typing import Any

import pytest

from schemas.settings import Settings
from tests.ingest.database.server import Server, extract
from tests.ingest.database.test_rows import landed, rows

pytestmark = pytest.mark.stack
DAY, NEXT = "2026-03-02", "2026-03-03"


def operations(*files: Path) -> list[tuple[Any, ...]]:
    return [(row["_operation"], row["licence_no"], row.get("seats")) for row in rows(*files)]


def take(here: Settings, day: str = DAY) -> list[tuple[Any, ...]]:
    """Extract once more and return what is new in landing."""
    known = landed(here, "licence")
    done = extract(here, "licence", day)
    assert done.returncode == 0, done.stderr
    return operations(*(path for path in landed(here, "licence") if path not in known))


def test_every_kind_of_change_comes_in_the_order_of_the_commits(server: Server, here: Settings) -> None:
    server.run("INSERT INTO register.licence VALUES ('L1', '甲', 1), ('L2', '乙', 2)")
    assert take(here) == [("I", "L1", "1"), ("I", "L2", "2")]
    server.together("INSERT INTO register.licence VALUES ('L3', '丙', 3)", "UPDATE register.licence SET seats = 4 WHERE licence_no = 'L3'")
    server.run("DELETE FROM register.licence WHERE licence_no = 'L1'", "UPDATE register.licence SET licence_no = 'L9' WHERE licence_no = 'L2'")
    assert take(here) == [("I", "L3", "3"), ("U", "L3", "4"), ("D", "L1", None), ("D", "L2", None), ("U", "L9", "2")]
    server.together("INSERT INTO register.licence VALUES ('L5', '戊', 5)", "TRUNCATE register.licence", "INSERT INTO register.licence VALUES ('L6', '己', 6)")
    assert take(here, NEXT) == [("I", "L5", "5"), ("D", "L3", None), ("D", "L9", None), ("D", "L5", None), ("I", "L6", "6")]
    assert take(here, NEXT) == []
    moments = [row["_changed_at"] for row in rows(*landed(here, "licence"))]
    assert moments[2:] == sorted(set(moments[2:]))


def test_a_transaction_that_began_before_an_extraction_and_committed_after_it_comes_with_the_next(server: Server, here: Settings) -> None:
    take(here)
    slow = server.connect()
    slow.autocommit = False
    slow.cursor().execute("INSERT INTO register.licence VALUES ('L1', '甲', 1)")
    server.run("INSERT INTO register.licence VALUES ('L2', '乙', 2)")
    assert take(here) == [("I", "L2", "2")]
    slow.commit()
    slow.close()
    assert take(here) == [("I", "L1", "1")]


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_an_extraction_killed_after_any_step_lands_every_change_once(server: Server, here: Settings, step: int) -> None:
    server.run("INSERT INTO register.licence VALUES ('L1', '甲', 1)")
    assert [extract(here, "licence", DAY, step).returncode, extract(here, "licence", DAY).returncode] == [-signal.SIGKILL, 0]
    server.run("UPDATE register.licence SET seats = 2", "DELETE FROM register.licence")
    assert [extract(here, "licence", NEXT, step).returncode, extract(here, "licence", NEXT).returncode] == [-signal.SIGKILL, 0]
    assert operations(*landed(here, "licence")) == [("I", "L1", "1"), ("U", "L1", "2"), ("D", "L1", None)]


def test_long_values_that_did_not_change_are_landed_whole_and_a_table_that_would_not_log_them_is_refused(server: Server, here: Settings) -> None:
    server.run("ALTER TABLE register.licence REPLICA IDENTITY DEFAULT")
    refused = extract(here, "licence", DAY)
    assert (refused.returncode, "can hold long values" in refused.stderr, "REPLICA IDENTITY FULL" in refused.stderr) == (65, True, True)
    server.run("ALTER TABLE register.licence REPLICA IDENTITY FULL", "ALTER TABLE register.licence ALTER holder SET STORAGE EXTERNAL")
    take(here)
    server.run("INSERT INTO register.licence VALUES ('L1', repeat('字', 9000), 1)", "UPDATE register.licence SET seats = 2")
    assert take(here) == [("I", "L1", "1"), ("U", "L1", "2")]
    assert {len(row["holder"]) for row in rows(*landed(here, "licence"))} == {9000}


def test_a_column_added_or_dropped_comes_and_goes_with_the_lines_and_the_position_is_kept(server: Server, here: Settings) -> None:
    take(here)
    server.run(
        "INSERT INTO register.licence VALUES ('L1', '甲', 1)", "ALTER TABLE register.licence ADD note text, ADD is_open boolean, ADD seen timestamptz",
        "INSERT INTO register.licence VALUES ('L2', '乙', 2, 'x', true, '2026-03-01 10:00:00.25+00')",
        "ALTER TABLE register.licence DROP note", "INSERT INTO register.licence VALUES ('L3', '丙', 3)",
    )  # fmt: skip
    take(here)
    found = [{name: value for name, value in row.items() if name not in ("_changed_at", "_operation", "holder")} for row in rows(*landed(here, "licence"))]
    assert found == [
        {"licence_no": "L1", "seats": "1"},
        {"licence_no": "L2", "seats": "2", "note": "x", "is_open": "true", "seen": "2026-03-01 18:00:00.250000"},
        {"licence_no": "L3", "seats": "3", "is_open": None, "seen": None},
    ]


def test_a_key_that_goes_by_another_name_is_refused_and_nothing_is_passed_over(server: Server, here: Settings) -> None:
    take(here)
    server.run("INSERT INTO register.licence VALUES ('L1', '甲', 1)", "ALTER TABLE register.licence RENAME licence_no TO number", "INSERT INTO register.licence VALUES ('L2', '乙', 2)")
    refused = extract(here, "licence", DAY)
    assert (refused.returncode, "has no column for 'licence_no'" in refused.stderr) == (65, True)
    server.run("ALTER TABLE register.licence RENAME number TO licence_no")
    refused = extract(here, "licence", DAY)
    assert (refused.returncode, "has no column for 'licence_no'" in refused.stderr) == (65, True)
    assert landed(here, "licence") == []
    assert extract(here, "licence", DAY, 0, "--again").returncode == 0
    assert operations(*landed(here, "licence")) == [("I", "L1", "1"), ("I", "L2", "2")]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("DROP PUBLICATION govlake_licence", "publishes no changes of 'register.licence'. Nothing was landed. Ask its administrator: CREATE PUBLICATION govlake_licence FOR TABLE register.licence;"),
        ("ALTER PUBLICATION govlake_licence DROP TABLE register.licence", "ALTER PUBLICATION govlake_licence ADD TABLE register.licence;"),
        ("ALTER PUBLICATION govlake_licence SET (publish = 'insert')", "does not publish all kinds of changes"),
        ("ALTER TABLE register.licence REPLICA IDENTITY NOTHING", "'register.licence' has no replica identity: updates and deletions would not tell which record they are of."),
        ("REVOKE SELECT ON register.licence FROM govlake_reader", "may read no table 'register.licence'"),
    ],
)
def test_a_table_whose_changes_would_not_come_whole_is_refused_with_the_statement_that_helps(server: Server, here: Settings, change: str, sentence: str) -> None:
    server.run(change)
    refused = extract(here, "licence", DAY)
    assert (refused.returncode, sentence in refused.stderr, landed(here, "licence")) == (65, True, []), refused.stderr


def test_a_lost_slot_is_told_and_the_table_taken_anew_tells_what_ended_meanwhile(server: Server, here: Settings) -> None:
    server.run("INSERT INTO register.licence VALUES ('L1', '甲', 1), ('L2', '乙', 2)")
    take(here)
    server.run("SELECT pg_drop_replication_slot('govlake_licence')", "DELETE FROM register.licence WHERE licence_no = 'L1'", "UPDATE register.licence SET seats = 5")
    refused = extract(here, "licence", NEXT)
    assert (refused.returncode, "no longer has slot 'govlake_licence'" in refused.stderr) == (65, True)
    assert [extract(here, "licence", NEXT, step, "--again").returncode for step in (2, 3, 4)] == [-signal.SIGKILL] * 3
    assert extract(here, "licence", NEXT).returncode == 0
    server.run("DELETE FROM register.licence")
    assert extract(here, "licence", NEXT).returncode == 0
    assert operations(*landed(here, "licence")[1:]) == [("I", "L2", "5"), ("D", "L1", None), ("D", "L2", None)]


def test_a_slot_that_nothing_in_landing_belongs_to_is_left_alone(server: Server, here: Settings) -> None:
    server.run("SELECT pg_create_logical_replication_slot('govlake_licence', 'pgoutput')")
    refused = extract(here, "licence", DAY)
    assert (refused.returncode, "It is of another installation, or landing was lost." in refused.stderr) == (65, True)
    assert server.run("SELECT count(*) FROM pg_replication_slots") == [(1,)]


def test_a_backlog_larger_than_a_file_comes_in_several_and_the_log_is_given_back(server: Server, here: Settings) -> None:
    from jobs.ingest.database import changes

    take(here)
    for number in range(4):
        server.run(f"INSERT INTO register.licence SELECT 'L' || n, '甲', {number} FROM generate_series({number * changes.MOST}, {number * changes.MOST + changes.MOST // 2}) n")
    assert len(take(here)) == 4 * (changes.MOST // 2 + 1)
    assert len(landed(here, "licence")) == 2
    ((kept,),) = server.run("SELECT pg_current_wal_flush_lsn() - confirmed_flush_lsn FROM pg_replication_slots")
    assert kept < 1 << 20


def test_a_landing_folder_that_was_restored_from_a_backup_is_not_gone_on_with(server: Server, here: Settings) -> None:
    take(here)
    server.run("INSERT INTO register.licence VALUES ('L1', '甲', 1)")
    take(here)
    landed(here, "licence")[-1].unlink()
    refused = extract(here, "licence", DAY)
    assert (refused.returncode, "has told slot 'govlake_licence' up to" in refused.stderr, "which landing has not" in refused.stderr) == (65, True, True)
