"""(b) A whole batch against a plain copy of the same rows to Delta, and (e) how its time grows with the rows."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from pyspark.sql import SparkSession

from jobs.intake import Ingest
from jobs.lake import tables
from jobs.publish.run import Order, run
from schemas.load import load
from schemas.settings import ROOT, Settings, settings
from tests.bench import register
from tests.bench.conform import CONTRACT, seconds

DAY, LONG_AGO = "2026-03-02", 1_700_000_000
AIM = 2.5


def against_copy(spark: SparkSession, rows: int, pairs: int = 3) -> Iterator[dict[str, Any]]:
    """Yield the pairs' median. Each pair starts from an empty lake; the order within a pair alternates."""
    with tempfile.TemporaryDirectory() as folder:
        source = register.write(Path(folder) / "register.csv", rows)
        _whole(source, Path(folder) / "warm")
        copies, wholes = [], []
        for number in range(pairs):
            place = Path(folder) / str(number)
            if number % 2:
                copies.append(_copy(spark, source, place))
            wholes.append(_whole(source, place))
            if not number % 2:
                copies.append(_copy(spark, source, place))
        ratio = median(whole / copy for whole, copy in zip(wholes, copies, strict=True))
        yield {"name": f"batch, {rows} rows", "value": round(median(wholes), 1), "unit": "s", "against": f"plain copy {median(copies):.1f} s",
               "ratio": round(ratio, 2), "aim": AIM}  # fmt: skip


def growth(sizes: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """Yield the seconds per million rows of each size, against those of the first."""
    first = None
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            spent = _whole(register.write(Path(folder) / "register.csv", rows), Path(folder) / "lake")
        each = spent / rows * 1_000_000
        first = first or each
        yield {"name": f"batch, {rows} rows", "value": round(spent, 1), "unit": "s", "against": "seconds a million of the first size",
               "ratio": round(each / first, 2), "aim": 1.0}  # fmt: skip


def _whole(source: Path, home: Path) -> float:
    at = _installation(home)
    landed = at.landing / "business" / "register" / DAY / "register.csv"
    landed.parent.mkdir(parents=True)
    os.link(source, landed)
    os.utime(landed, (LONG_AGO, LONG_AGO))
    order = Order(at, load(CONTRACT), DAY, Ingest(), lambda line: None, lambda step: None)
    return seconds(lambda: run(order))


def _copy(spark: SparkSession, source: Path, home: Path) -> float:
    target = tables.table(_installation(home), "silver", "copy")
    rows = spark.read.csv(str(source), header=True)
    return seconds(lambda: rows.write.format("delta").save(str(target.path)))


def _installation(home: Path) -> Settings:
    return settings({**os.environ, "GOVLAKE_HOME": str(home), "GOVLAKE_CONTRACTS": str(ROOT / "tests" / "bench" / "contracts")})
