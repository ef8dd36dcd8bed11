"""A hundred thousand dirty records through batch and through a stream: they break the same rules, each of them."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.conform.conform import conform
from jobs.stream.sides import Sides
from jobs.stream.verdict import verdicts
from schemas.contract import Contract
from tests.data.made import make, soil
from tests.data.made.plan import PLANS
from tests.stream.made_sides import AT

pytestmark = pytest.mark.spark
ROWS, SEED = 100_000, 20260302
COUNTS = {**dict.fromkeys(make.ROWS, 20), "service_item": 400, "case_accept": ROWS, "enterprise": 2_000}
SAID = "request_id string, violations array<struct<rule:string,column:string,severity:string>>"


@pytest.fixture(scope="module")
def requests(contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one file of requests, a JSON object a line, as dirty as the demo's files."""
    folder = tmp_path_factory.mktemp("requests")
    rows = soil.soiled(make.world(COUNTS, SEED)["case_accept"], PLANS["case_accept"], Random(SEED))
    with (folder / "requests.jsonl").open("w", encoding="utf-8") as out:
        for number, row in enumerate(rows):
            given = {name: value for name, value in row.items() if name in contract.names and value is not None}
            out.write(json.dumps({"request_id": str(number), **given}, ensure_ascii=False) + "\n")
    return folder


def batch(spark: Any, sides: Sides, folder: Path) -> DataFrame:
    """What batch says of each: request_id and the rules it breaks."""
    fields = ", ".join(f"`{name}` string" for name in ("request_id", *sides.contract.names))
    read = spark.read.text(str(folder)).select(F.from_json("value", fields).alias("one")).select("one.*")
    absent = {"_extra": "map<string,string>", "_file": "string", "_path": "string", "_row": "bigint", "_defect": "string", "_raw": "string"}
    raw = read.withColumns({name: F.lit(None).cast(kind) for name, kind in absent.items()})
    judged = conform(raw, sides.contract, sides.references, F.lit(AT[:10]).cast("date"))
    return judged.select("request_id", broken(F.col("_violations")).alias("batch"))


def stream(spark: Any, sides: Sides, folder: Path, out: Path) -> DataFrame:
    """What a streaming query with the stream's own plan says of each."""
    lines = spark.readStream.text(str(folder))
    record = {"topic": F.lit("instant.request"), "partition": F.lit(0), "offset": F.lit(0).cast("bigint"), "timestamp": F.expr(f"timestamp'{AT}'")}
    asked = lines.select(F.col("value").cast("binary").alias("value"), *(column.alias(name) for name, column in record.items()))
    answers = verdicts(asked, sides, "a").select(F.col("value").cast("string"))
    query = answers.writeStream.format("parquet").option("path", str(out / "answers")).option("checkpointLocation", str(out / "checkpoint"))
    query.trigger(availableNow=True).start().awaitTermination()
    found = spark.read.parquet(str(out / "answers")).select(F.from_json("value", SAID).alias("said"))
    seen = F.filter("said.violations", lambda one: one["rule"] != "case_seen")  # the one thing that batch does not ask
    return found.select(F.col("said.request_id").alias("request_id"), broken(seen).alias("stream"))


def broken(violations: Any) -> Any:
    """The rules broken, as one text whatever their order."""
    return F.array_join(F.array_sort(F.transform(violations, lambda one: F.concat_ws(" ", one["rule"], one["column"], one["severity"]))), "; ")


def test_batch_and_stream_find_no_difference_in_a_hundred_thousand_records(spark: Any, sides: Sides, requests: Path, tmp_path: Path) -> None:
    both = batch(spark, sides, requests).join(stream(spark, sides, requests, tmp_path), "request_id", "full").persist()
    rows, dirty = both.count(), both.where("batch <> ''").count()
    assert both.where("NOT (batch <=> stream)").limit(5).collect() == []
    assert (rows >= ROWS, dirty > ROWS // 50) == (True, True)
    both.unpersist()
