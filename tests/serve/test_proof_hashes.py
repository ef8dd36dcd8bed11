"""Hashes of stored rows without Spark: XXH64 by its published values, and the same as Spark's over every type of a contract."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from deltalake import DeltaTable
from pyspark.sql import functions as F

from jobs.serve.proof import hashes, stored, xxhash

PUBLISHED = {b"": 0xEF46DB3751D8E999, b"a": 0xD24EC4F1A98C6E5B, b"abc": 0x44BC2CF5AD770999, b"Nobody inspects the spammish repetition": 0xFBCEA83C8A378BF1}


@pytest.mark.parametrize("text, value", PUBLISHED.items())
def test_a_text_has_the_published_hash(text: bytes, value: int) -> None:
    found = xxhash.of_bytes(np.frombuffer(text, np.uint8), np.array([0]), np.array([len(text)]), np.zeros(1, np.uint64))
    assert int(found[0]) == value


def test_an_empty_column_and_a_column_that_is_not_there_leave_the_hash_as_it_is() -> None:
    rows = pa.table({"a": ["x", "y"], "b": pa.array([None, "z"], pa.string())})
    with_both, with_one = hashes.row_hashes(rows, ("a", "b", "c")), hashes.row_hashes(rows, ("a",))
    assert (with_both[0] == with_one[0], with_both[1] == with_one[1]) == (True, False)


def test_a_slice_of_rows_has_the_hashes_of_its_rows() -> None:
    rows = pa.table({"a": [f"文{n}" * n for n in range(50)], "d": pa.array([Decimal(n) for n in range(50)], pa.decimal128(25, 2))})
    assert hashes.row_hashes(rows.slice(20, 10), ("a", "d")).tolist() == hashes.row_hashes(rows, ("a", "d")).tolist()[20:30]


@pytest.mark.spark
def test_rows_of_every_type_hash_as_in_spark(spark: Any, tmp_path: Path) -> None:
    kinds = "n int, text string, whole bigint, small decimal(18,6), large decimal(38,2), measure double, truth boolean, day date, moment timestamp"
    made = [
        (n, "长文 text" * n, n * 7**15 % 2**62 - 2**61, Decimal(n - 40) / 8, Decimal((-1) ** n * 7**n % 10**35) / 100,
         (0.0, -0.0, math.nan, math.inf, -1e300, n / 7)[n % 6], n % 3 == 0, date(1900 + 3 * n, 2, 1), datetime(1901 + n, 3, 4, 5, 6, 7, n, UTC))
        for n in range(90)
    ]  # fmt: skip
    rows = [(row[0], *(None if (row[0] + place) % 11 == 0 else value for place, value in enumerate(row[1:]))) for row in made]
    frame = spark.createDataFrame(rows, kinds)
    names = [field.split()[0] for field in kinds.split(", ")]
    frame.withColumn("_hash", F.xxhash64(*names)).coalesce(1).write.format("delta").save(str(tmp_path / "rows"))
    found = pa.concat_tables(stored.read(DeltaTable(str(tmp_path / "rows")), [*names, "_hash"]))
    assert hashes.row_hashes(found, names).tolist() == found["_hash"].to_pylist()
