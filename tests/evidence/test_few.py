"""A few rows in a Delta table without Spark, and what its log says of a version."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from deltalake import DeltaTable

from jobs.lake.plain import few
from jobs.lake.plain.version import look
from schemas.errors import Refused, Unavailable

COLUMNS = {"batch": "str", "rows": "int", "at": "datetime"}
AT = datetime(2026, 3, 2, 1, 5, tzinfo=UTC)
KEPT = {"delta.enableExpiredLogCleanup": "false"}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Where a table is to be, under a folder that an address would have to escape."""
    return tmp_path / "湖 lake=1%" / "hop"


def append(table: Path, event: str, **row: object) -> None:
    few.append_once(table, {**COLUMNS, **{name: "str" for name in row if name not in COLUMNS}}, [{"batch": "b", "rows": 1, "at": AT, **row}], event, KEPT)


def test_an_event_is_written_once_and_the_next_one_beside_it(table: Path) -> None:
    for event in ("one", "one", "two", "one"):
        append(table, event, batch=event)
    assert sorted(row["batch"] for row in few.rows(table, ["batch"])) == ["one", "two"]
    assert few.rows(table, ["rows", "at"], batch="two") == [{"rows": 1, "at": AT}]
    assert DeltaTable(table).metadata().configuration == KEPT
    assert [DeltaTable(table).transaction_version(event) for event in ("one", "two", "three")] == [1, 1, None]


def test_a_column_that_a_later_edition_writes_joins_the_table(table: Path) -> None:
    append(table, "one")
    append(table, "two", note="late")
    assert sorted(str(row["note"]) for row in few.rows(table, ["note"])) == ["None", "late"]


def test_a_table_that_cannot_be_written_is_unavailable_and_unchanged(table: Path) -> None:
    append(table, "one")
    (table / "_delta_log" / f"{1:020}.json").write_text('{"add": {"path"', encoding="utf-8")
    before = sorted(table.rglob("*"))
    with pytest.raises(Unavailable, match=r"hop could not be written: .* Nothing was changed in it; run again"):
        append(table, "two")
    with pytest.raises(Unavailable, match="hop could not be read: "):
        few.rows(table, ["batch"])
    assert sorted(table.rglob("*")) == before


def test_a_version_is_known_by_its_files_as_they_are_on_disk(table: Path) -> None:
    assert look(table) is None and few.rows(table, ["batch"]) == []
    append(table, "one")
    append(table, "two")
    first, newest = look(table, 0), look(table)
    assert first is not None and newest is not None
    assert (first.number, newest.number, len(newest.files)) == (0, 1, 2)
    assert set(first.files) < set(newest.files) and all(path.is_file() for path in newest.files)
    with pytest.raises(Refused, match="version 7 is not kept any more"):
        look(table, 7)
