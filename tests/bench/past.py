"""(j) A dump of a million rows of which one in a hundred differs, against the same comparison in DuckDB; and a merge of changes against a rewrite."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from jobs.intake import Ingest
from jobs.lake import tables
from jobs.lake.versions import ended
from jobs.publish.run import Order, run
from jobs.serve.lake import ledger
from schemas.contract import Contract
from schemas.load import load
from schemas.settings import ROOT, Settings, settings

CONTRACTS = ROOT / "tests" / "data" / "past"
FIRST, SHARE, LONG_AGO = date(2026, 3, 1), 100, 1_700_000_000
DIFFERENCE = """SELECT count(*) FILTER (before.licence_no IS NULL), count(*) FILTER (before.seats <> after.seats), count(*) FILTER (after.licence_no IS NULL)
                FROM read_csv('{0}') AS before FULL JOIN read_csv('{1}') AS after USING (licence_no)"""


def differences(spark: SparkSession, rows: int) -> Iterator[dict[str, Any]]:
    """Yield both pairs; what the runs booked is compared with what DuckDB finds first."""
    with tempfile.TemporaryDirectory() as home:
        here = settings({**os.environ, "GOVLAKE_HOME": home, "GOVLAKE_CONTRACTS": str(CONTRACTS)})
        yield _dumps(here, rows)
        yield _merge(spark, here, rows)


def _dumps(here: Settings, rows: int) -> dict[str, Any]:
    """A third of the differences are rows that are new, that changed, and that are gone."""
    roll = load(CONTRACTS / "roll.odcs.yaml")
    each = rows // SHARE // 3
    old = _land(here, roll, FIRST, "licence_no,seats", (f"L{number},{number % 50}" for number in range(rows)))
    _taken(here, roll, FIRST)
    lines = (f"L{number},{number % 50 + (number < 2 * each)}" for number in range(each, rows + each))
    new = _land(here, roll, FIRST + timedelta(days=1), "licence_no,seats", lines)
    ours = _seconds(lambda: _taken(here, roll, FIRST + timedelta(days=1)))
    found: list[Any] = []
    theirs = _seconds(lambda: found.append(duckdb.connect().execute(DIFFERENCE.format(old, new)).fetchone()))
    last = ledger(here, "roll")[-1]
    assert found == [(each, each, each)] and last.rows_silver == 2 * each, (found, last.rows_silver)
    return {"name": f"(j) dump of {rows:,} rows, 1 % differ, as a whole run", "value": round(ours, 1), "unit": "s", "against": f"DuckDB compares the files in {theirs:.1f} s", "ratio": round(ours / theirs, 1)}


def _merge(spark: SparkSession, here: Settings, rows: int) -> dict[str, Any]:
    licence = load(CONTRACTS / "licence.odcs.yaml")
    head = "licence_no,changed_on,change,seats"
    _land(here, licence, FIRST, head, (f"L{number},2026-02-01,S,{number % 50}" for number in range(rows)))
    _taken(here, licence, FIRST)
    before = tables.version(target := tables.table(here, "silver", "licence"))
    day = FIRST + timedelta(days=1)
    _land(here, licence, day, head, (f"L{number},2026-03-01,S,{number % 50 + 1}" for number in range(0, rows, SHARE)))
    whole = _seconds(lambda: _taken(here, licence, day))
    versions, old = tables.read(spark, target), tables.read(spark, target, before)
    assert versions is not None and old is not None and versions.count() == rows + rows // SHARE
    fresh = versions.where(F.col("_ingested_at") > old.agg(F.max("_ingested_at").alias("at")).collect()[0]["at"])
    again = ended(old.unionByName(fresh), licence.key)
    rewrite = _seconds(lambda: again.write.format("delta").save(str(here.lake / "silver" / "rewritten")))
    return {"name": f"(j) {rows // SHARE:,} changes into {rows:,} versions, as a whole run", "value": round(whole, 1), "unit": "s",
            "against": f"all versions written anew, no checks, {rewrite:.1f} s", "ratio": round(whole / rewrite, 2)}  # fmt: skip


def _land(here: Settings, contract: Contract, day: date, head: str, lines: Iterator[str]) -> Path:
    path = here.landing / contract.source_class / contract.table / day.isoformat() / "all.csv"
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in (head, *lines))
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def _taken(here: Settings, contract: Contract, day: date) -> None:
    run(Order(here, contract, day.isoformat(), Ingest(), lambda line: None, lambda step: None))


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
