"""(g) A year of hourly loads on one table: how long a read takes before and after its upkeep, against the same rows in one load."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from pyspark.sql import SparkSession

from jobs.lake import tables
from jobs.maintenance.upkeep import Task, upkeep
from jobs.serve import delta
from schemas.settings import Settings, settings

YEAR, BETWEEN, ROWS, TRIES, AIM = 8_760, 6, 100, 7, 1.5
SUMS = "SELECT count(*) AS rows, sum(reading) AS total, max(hour) AS newest FROM stored"
Read = Callable[[Path], Any]


def hourly(spark: SparkSession, commits: int = YEAR) -> Iterator[dict[str, Any]]:
    """Yield the reads without Spark and with it: before upkeep, after it, and just before the next one."""
    with tempfile.TemporaryDirectory() as home:
        here = settings({"GOVLAKE_HOME": home})
        readers: dict[str, Read] = {"DuckDB": _without_spark, "Spark": lambda path: _with_spark(spark, path)}
        _load(here, "hourly", range(commits))
        _load(here, "once", range(commits), size=commits)
        yield from _compared(here, readers, f"{commits} hourly loads")
        begun = time.perf_counter()
        upkeep(here, Task("hourly", ("silver",), "hourly", 190))
        yield {"name": f"(g) first upkeep after {commits} hourly loads", "value": round(time.perf_counter() - begun, 1), "unit": "s", "against": "", "ratio": ""}
        yield from _compared(here, readers, f"{commits} hourly loads and upkeep", AIM)
        for noun, size in (("hourly", 1), ("once", BETWEEN)):
            _load(here, noun, range(commits, commits + BETWEEN), size)
        yield from _compared(here, readers, f"the same and {BETWEEN} loads more", AIM)


def _load(here: Settings, noun: str, hours: range, size: int = 1) -> None:
    """Append rows hour by hour, or `size` hours a commit."""
    path = here.lake / "silver" / noun
    for first in range(hours.start, hours.stop, size):
        each = [hour for hour in range(first, first + size) for _ in range(ROWS)]
        rows = pa.table({"hour": pa.array(each, pa.int64()), "station": [f"S{one % ROWS:04}" for one in range(len(each))], "reading": [float(one % 97) for one in each]})
        write_deltalake(DeltaTable(str(path)) if path.exists() else str(path), rows, mode="append")


def _compared(here: Settings, readers: dict[str, Read], what: str, aim: float | None = None) -> Iterator[dict[str, Any]]:
    """Read both tables in turns; the answers must agree."""
    for reader, read in readers.items():
        spent: dict[str, list[float]] = {"hourly": [], "once": []}
        for _ in range(TRIES):
            answers = {noun: _timed(read, here.lake / "silver" / noun, spent[noun]) for noun in spent}
            assert answers["hourly"] == answers["once"], answers
        many, one = (statistics.median(spent[noun]) for noun in ("hourly", "once"))
        line = {"name": f"(g) read by {reader} after {what}", "value": round(1000 * many), "unit": "ms", "against": f"the same rows in one load {1000 * one:.0f} ms"}
        yield {**line, "ratio": round(many / one, 2), **({"aim": aim} if aim else {})}


def _timed(read: Read, path: Path, spent: list[float]) -> Any:
    begun = time.perf_counter()
    answer = read(path)
    spent.append(time.perf_counter() - begun)
    return answer


def _without_spark(path: Path) -> Any:
    table = delta.opened(path)
    return table and delta.ask(table, SUMS)


def _with_spark(spark: SparkSession, path: Path) -> Any:
    rows = tables.read(spark, tables.Table("silver", path.name, path))
    assert rows is not None
    rows.createOrReplaceTempView("stored")
    return spark.sql(SUMS).collect()
