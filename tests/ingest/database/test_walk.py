"""The whole walk, department's database to silver: by its log, whole, and by watermark, with updates and deletions, proved to the last row."""

import os
import subprocess
import sys
from typing import Any

import pytest

from jobs.ingest.database.extract import extract
from jobs.intake import Ingest
from jobs.lake import tables
from jobs.publish.run import Order, run
from schemas.load import load_all
from schemas.settings import ROOT, Settings
from tests.ingest.database.server import CONTRACTS, Server
from tests.publish.notices import stored, unbalanced

pytestmark = [pytest.mark.spark, pytest.mark.stack]
FIRST, SECOND = "2026-03-02", "2026-03-03"
TABLES = load_all(CONTRACTS)


def walk(here: Settings, table: str, day: str) -> str:
    """Extract and run a table for a day; returns the last line that was said."""
    said: list[str] = []
    extract(here, TABLES[table], day, said.append, lambda step: None)
    run(Order(here, TABLES[table], day, Ingest(), said.append, lambda step: None))
    return said[-1]


def silver(spark: Any, here: Settings, table: str) -> list[tuple[Any, ...]]:
    return sorted((row["licence_no"], row["seats"]) for row in stored(spark, here, "silver", table))


def standing(spark: Any, here: Settings, table: str) -> dict[str, int]:
    """The records that have not ended."""
    found = tables.read(spark, tables.table(here, "silver", table)).where("_valid_to IS NULL AND NOT _is_deleted")
    return {row["licence_no"]: row["seats"] for row in found.collect()}


def test_a_register_is_in_silver_as_the_department_has_it_and_every_row_is_accounted_for(spark: Any, server: Server, here: Settings) -> None:
    for table in ("licence (licence_no, holder, seats)", "roll (licence_no, holder, seats)"):
        server.run(f"INSERT INTO register.{table} SELECT 'L' || n, E'甲\\n\\\\😀', n FROM generate_series(1, 9) n")
    server.run("INSERT INTO register.tally SELECT 'L' || n, '2026-03-01 08:00:00+08', '甲', n FROM generate_series(1, 9) n")
    assert [walk(here, table, FIRST).split(":")[1] for table in TABLES] == [" 9 rows in, 9 to silver, 0 quarantined, 0 duplicates."] * 3

    server.together("UPDATE register.licence SET seats = 70 WHERE licence_no = 'L7'", "UPDATE register.licence SET seats = 77 WHERE licence_no = 'L7'")
    server.run(
        "DELETE FROM register.licence WHERE licence_no = 'L1'", "UPDATE register.licence SET licence_no = 'L20' WHERE licence_no = 'L2'",
        "ALTER TABLE register.licence ADD note text", "INSERT INTO register.licence VALUES ('L30', '丙', 30, '新')",
        "DELETE FROM register.roll WHERE licence_no = 'L1'", "UPDATE register.roll SET seats = 77 WHERE licence_no = 'L7'",
        "UPDATE register.tally SET seats = 77, updated_at = '2026-03-02 09:00:00+08' WHERE licence_no = 'L7'",
    )  # fmt: skip
    assert walk(here, "licence", SECOND).startswith("licence 2026-03-03: 6 rows in, 6 to silver")
    assert walk(here, "roll", SECOND) == "roll 2026-03-03: 8 rows in, 1 to silver, 0 quarantined, 7 duplicates. 1 record(s) closed."
    assert walk(here, "tally", SECOND).startswith("tally 2026-03-03: 1 rows in, 1 to silver")
    kept = {f"L{n}": n for n in range(3, 10)} | {"L7": 77}
    assert standing(spark, here, "licence") == {**kept, "L20": 2, "L30": 30}
    assert standing(spark, here, "roll") == {**kept, "L2": 2}
    assert silver(spark, here, "tally") == sorted({**kept, "L1": 1, "L2": 2}.items())
    versions = [row["seats"] for row in sorted(stored(spark, here, "silver", "licence"), key=lambda row: row["changed_at"]) if row["licence_no"] == "L7"]
    assert versions == [7, 70, 77]

    assert walk(here, "licence", SECOND).startswith("licence 2026-03-03: nothing new in ")
    assert unbalanced(spark, here) == []
    proof = [sys.executable, "-m", "jobs.cli", "ledger", "--prove"]
    told = subprocess.run(proof, cwd=ROOT, env={**os.environ, **here.environment}, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
