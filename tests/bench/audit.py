"""What the audit of a batch costs, against the same expectations judged by Great Expectations on the rows themselves.

Ours: Spark measures the candidate (jobs/publish/measure.py), and `python -m expectations` judges the measurement, from
its start to its verdict, with its page. A part of that measuring is done for any batch, audited or not: counts and hash
for the ledger, and which rows of a key are left out. Theirs: Great Expectations' Spark engine in this process, already
imported, without a page. All are warmed up, results are compared first. CPU seconds of this process, its children, JVM.
Run with `python -m tests.bench.audit [ROWS]`; one JSON line each.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import expectations  # noqa: F401  # before Great Expectations: it keeps that from sending anything home
from jobs.publish.discard import crowded
from jobs.publish.measure import measure
from jobs.session import session
from schemas.contract import Contract
from schemas.load import load
from schemas.settings import ROOT, settings

ROWS, AIM = 1_000_000, 10.0
TABLE = "measured"
TEXTS = [f"text_{i}" for i in range(10)]
NUMBERS = [f"number_{i}" for i in range(9)]  # with the key: 20 columns
PUBLIC = {"classification": "public", "description": "Made. 生成。"}
STATES = 5  # of text_0 to text_2: few, so that a count by sketch is exact


def main(rows: int) -> None:
    """Measure both ways once and print what they cost."""
    with TemporaryDirectory() as folder:
        spark = session(settings({"GOVLAKE_HOME": folder}), "bench audit")
        for line in compare(spark, Path(folder), rows):
            print(json.dumps(line))
        spark.stop()


def compare(spark: SparkSession, home: Path, rows: int) -> list[dict[str, Any]]:
    """Return the lines of the benchmark. Raises AssertionError when the two ways disagree about a rule."""
    contract = _contract(home / "contracts")
    _candidate(spark, rows).write.parquet(str(home / "rows"))
    candidate = spark.read.parquet(str(home / "rows"))
    bare = replace(contract, set_rules=())
    few = candidate.where(F.col("id") % 5 == 0)
    _plain(few)
    _measured(few, bare, home)
    _measured(few, contract, home)
    anyway, _ = _cpu(spark, lambda: _measured(candidate, bare, home))
    measuring, path = _cpu(spark, lambda: _measured(candidate, contract, home))
    judging, verdict = _cpu(spark, lambda: _judged(home, path))
    plain, theirs = _cpu(spark, lambda: _plain(candidate))
    _same(json.loads(path.read_text(encoding="utf-8")), verdict, theirs)
    ours, added = measuring + judging, measuring - anyway + judging
    line = {"unit": "CPU s", "against": f"plain GX on Spark, {rows} rows, {len(theirs)} expectations"}
    return [
        {"name": "audit", "value": round(ours, 2), **line, "ratio": round(plain / ours, 1), "aim": AIM},
        {"name": "audit, its measuring", "value": round(measuring, 2), **line, "ratio": round(plain / measuring, 1)},
        {"name": "audit, its judging", "value": round(judging, 2), **line, "ratio": round(plain / judging, 1)},
        {"name": "audit, what it adds", "value": round(added, 2), **line, "ratio": round(plain / added, 1)},
        {"name": "plain GX on Spark", "value": round(plain, 2), "unit": "CPU s", "against": "itself", "ratio": 1.0},
    ]


def _contract(folder: Path) -> Contract:
    document = yaml.safe_load((ROOT / "schemas" / "business" / "enterprise.odcs.yaml").read_text(encoding="utf-8"))
    names = [("id", "integer"), *((t, "string") for t in TEXTS), *((n, "integer") for n in NUMBERS)]
    columns = [{"name": n, "businessName": n, "logicalType": kind, "examples": ["1"], **PUBLIC} for n, kind in names]
    columns[0] |= {"required": True, "primaryKey": True}
    document["schema"][0] |= {"name": TABLE, "properties": columns, "quality": _quality(), "customProperties": []}
    document["customProperties"] = [
        {**item, "value": []} if item["property"] == "orderBy" else item for item in document["customProperties"]
    ]
    folder.mkdir(parents=True)
    path = folder / f"{TABLE}.odcs.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return load(path)


def _quality() -> list[dict[str, Any]]:
    of_ours = [("distinctValues", text, 1, STATES) for text in TEXTS[:3]]
    of_ours += [("minimum", number, 0, 10) for number in NUMBERS[:3]]
    of_ours += [("maximum", number, 900, 1000) for number in NUMBERS[3:6]]
    of_ours += [("mean", number, 500, 510) for number in NUMBERS[6:9]]  # fails: it is 499.5
    nulls = [{"metric": "nullValues", "arguments": {"column": text}, "mustBe": 0} for text in TEXTS]
    custom = [
        {"type": "custom", "engine": "govlake", "implementation": {"metric": m, "column": c, "min": low, "max": high}}
        for m, c, low, high in of_ours
    ]
    return [{"metric": "rowCount", "mustBeGreaterThan": 0}, *nulls, *custom]


def _candidate(spark: SparkSession, rows: int) -> DataFrame:
    number = F.col("id")
    texts = [(F.pmod(F.xxhash64(number, F.lit(i)), F.lit(STATES if i < 3 else 10**9))).cast("string") for i in range(9)]
    holed = F.when(number % 100 != 0, F.xxhash64(number).cast("string"))  # fails: one in a hundred is empty
    return spark.range(rows).select(
        number,
        *(text.alias(name) for text, name in zip([*texts, holed], TEXTS, strict=True)),
        *(F.pmod(number * (2 * i + 3), F.lit(1000)).alias(name) for i, name in enumerate(NUMBERS)),
        F.expr("cast(array() as array<struct<rule:string,column:string,severity:string,value:string>>)").alias("_violations"),
        F.lit("silver").alias("_disposition"),
        F.xxhash64(number).alias("_hash"),
        F.lit("f").alias("_file"),
        F.lit("business/bench/2026-03-02/f.csv").alias("_path"),
        number.alias("_row"),
    )


def _measured(candidate: DataFrame, contract: Contract, home: Path) -> Path:
    counts, found = measure(candidate, crowded(candidate, contract, None), contract)
    whole = {"table": TABLE, "batch": "b", "date": "2026-03-01", "rows_in": counts.rows_in, "rows_silver": counts.silver,
             "rows_quarantined": counts.quarantined, "rows_duplicate": counts.duplicate, "history": []}  # fmt: skip
    (home / "measurement.json").write_text(json.dumps({**whole, **found}), encoding="utf-8")
    return home / "measurement.json"


def _judged(home: Path, measurement: Path) -> dict[str, bool]:
    places = {"GOVLAKE_HOME": str(home), "GOVLAKE_CONTRACTS": str(home / "contracts")}
    request = json.dumps({"measurement": str(measurement), "verdict": str(home / "verdict.json")})
    command = [sys.executable, "-m", "expectations", TABLE]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **places}, input=request + "\n", text=True, check=True)
    verdict = json.loads((home / "verdict.json").read_text(encoding="utf-8"))
    return {failure["rule"]: False for failure in verdict["failed"]}


def _plain(candidate: DataFrame) -> dict[str, tuple[bool, float]]:
    """Judge the rows themselves; the success and the figure of each rule, by its name in the measurement."""
    import great_expectations as gx
    import great_expectations.expectations as gxe

    wanted = _wanted(gxe)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_spark("rows").add_dataframe_asset(TABLE)
    whole = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": candidate})
    for name, one in wanted.items():
        one.meta = {"name": name}
    results = whole.validate(gx.ExpectationSuite("rows", list(wanted.values()))).results
    return {one.expectation_config.meta["name"]: (bool(one.success), _figure(one.result)) for one in results}


def _wanted(gxe: Any) -> dict[str, Any]:
    wanted: dict[str, Any] = {"rowCount": gxe.ExpectTableRowCountToBeBetween(min_value=1)}
    wanted["duplicateValues(id)"] = gxe.ExpectColumnValuesToBeUnique(column="id")
    for name in ("id", *TEXTS):
        wanted[f"nullValues({name})"] = gxe.ExpectColumnValuesToNotBeNull(column=name)
    for name in TEXTS[:3]:
        bounds = {"min_value": 1, "max_value": STATES}
        wanted[f"distinctValues({name})"] = gxe.ExpectColumnUniqueValueCountToBeBetween(column=name, **bounds)
    low, high, middle = gxe.ExpectColumnMinToBeBetween, gxe.ExpectColumnMaxToBeBetween, gxe.ExpectColumnMeanToBeBetween
    wanted |= {f"minimum({name})": low(column=name, min_value=0, max_value=10) for name in NUMBERS[:3]}
    wanted |= {f"maximum({name})": high(column=name, min_value=900, max_value=1000) for name in NUMBERS[3:6]}
    wanted |= {f"mean({name})": middle(column=name, min_value=500, max_value=510) for name in NUMBERS[6:9]}
    return wanted


def _figure(result: dict[str, Any]) -> float:
    return float(result["unexpected_count"] if "unexpected_count" in result else result["observed_value"])


def _same(measured: dict[str, Any], failed: dict[str, bool], theirs: dict[str, tuple[bool, float]]) -> None:
    """The same rules fail, and each figure is the same; a mean to nine digits."""
    keys = {"nullValues": "nulls", "duplicateValues": "duplicates", "distinctValues": "distinct"}
    for name, (success, figure) in theirs.items():
        metric, _, column = name.rstrip(")").partition("(")
        ours = measured["columns"][column][keys.get(metric, metric)] if column else measured["rows_silver"]
        assert abs(ours - figure) <= 1e-9 * abs(figure), f"{name}: {ours} here, {figure} there"
        assert failed.get(name, True) is success, f"{name}: judged otherwise"
    assert set(failed) <= set(theirs), f"only here: {set(failed) - set(theirs)}"
    assert len(failed) == 4, "the bench has four rules that must fail: a check that nothing is passed over"


def _cpu(spark: SparkSession, work: Callable[[], Any]) -> tuple[float, Any]:
    before = _seconds(spark)
    done = work()
    return _seconds(spark) - before, done


def _seconds(spark: SparkSession) -> float:
    jvm = spark._jvm.java.lang.ProcessHandle.current().pid()  # type: ignore[union-attr]
    fields = Path(f"/proc/{jvm}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    ticks = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime and stime, proc(5)
    return time.process_time() + children.ru_utime + children.ru_stime + ticks


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
