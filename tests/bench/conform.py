"""(a) The CPU seconds of conform for a million rows, against the same rules in DuckDB; verdicts compared row for row first."""

import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.conform.conform import conform
from schemas.contract import Contract
from schemas.load import load
from schemas.settings import ROOT
from tests.bench import duck_rules, register

CONTRACT = ROOT / "tests" / "bench" / "contracts" / "business" / "register.odcs.yaml"
AIM = 3.0


def compare_engines(spark: SparkSession, rows: int) -> Iterator[dict[str, Any]]:
    """Yield the measurement. Raises AssertionError when the engines disagree about a row."""
    contract = load(CONTRACT)
    with tempfile.TemporaryDirectory() as folder:
        raw, texts = _raw(spark, contract, Path(folder), rows)
        judged = conform(raw, contract, {}, F.lit("2026-03-02").cast("date"))
        duck = duckdb.connect(config={"threads": os.cpu_count() or 1})
        ours, theirs = _ours(judged, Path(folder)), duck_rules.verdicts(contract, f"'{texts}/*.parquet'")
        _same(duck, ours, theirs)
        spark_cpu = _cpu(spark, lambda: judged.write.format("noop").mode("overwrite").save())
        duck_cpu = _cpu(None, lambda: duck.sql(f"CREATE OR REPLACE TEMP TABLE found AS {theirs}"))
        yield {"name": f"conform, {rows} rows", "value": round(spark_cpu, 1), "unit": "CPU-s", "against": f"DuckDB {duck_cpu:.1f} CPU-s",
               "ratio": round(spark_cpu / duck_cpu, 2), "aim": AIM}  # fmt: skip


def _raw(spark: SparkSession, contract: Contract, folder: Path, rows: int) -> tuple[DataFrame, Path]:
    """The rows as strings in Parquet, which both engines read, and as conform wants them."""
    register.write(folder / "register.csv", rows)
    texts = spark.read.csv(str(folder / "register.csv"), header=True).withColumn("_row", F.monotonically_increasing_id())
    texts.select("_row", *contract.names).write.parquet(str(folder / "texts"))
    raw = spark.read.parquet(str(folder / "texts")).withColumns({
        "_extra": F.lit(None).cast("map<string,string>"), "_file": F.lit("f"), "_path": F.lit("p"),
        "_defect": F.lit(None).cast("string"), "_raw": F.lit(None).cast("string"),
    })  # fmt: skip
    return raw, folder / "texts"


def _ours(judged: DataFrame, folder: Path) -> str:
    broken = "transform(filter(_violations, v -> v.severity = 'quarantine'), v -> concat(v.rule, ' ', v.column))"
    judged.select("_row", F.expr(broken).alias("broken")).write.parquet(str(folder / "ours"))
    return f"SELECT _row, broken FROM '{folder}/ours/*.parquet'"


def _same(duck: duckdb.DuckDBPyConnection, ours: str, theirs: str) -> None:
    differ = f"SELECT o._row, o.broken, t.broken FROM ({ours}) o JOIN ({theirs}) t USING (_row) WHERE list_sort(o.broken) <> list_sort(t.broken)"
    found = duck.sql(f"{differ} LIMIT 5").fetchall()
    assert not found, f"the engines disagree, for example about {found}"


def _cpu(spark: SparkSession | None, work: Callable[[], Any]) -> float:
    """CPU seconds of a second run of `work`, in this process or in Spark's JVM; the first run warms up."""
    work()
    before = _used(spark)
    work()
    return _used(spark) - before


def _used(spark: SparkSession | None) -> float:
    if spark is None:
        return resource.getrusage(resource.RUSAGE_SELF).ru_utime + resource.getrusage(resource.RUSAGE_SELF).ru_stime
    pid = spark.sparkContext._gateway.proc.pid  # type: ignore[union-attr]
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def seconds(work: Callable[[], Any]) -> float:
    """Wall seconds of one run."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
