"""Large sides in few rows: at each batch's boundary a side is collected and broadcast again, which costs by the row."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

COUNT = 4096  # a million keys are 244 in each


def bucket(*key: Column) -> Column:
    """Return the number of the bucket a key is in, from 0 to COUNT - 1."""
    return F.pmod(F.xxhash64(*key), F.lit(COUNT))


def packed(rows: DataFrame, key: Sequence[Column], *lists: Column) -> DataFrame:
    """Return one row a bucket: `_bucket` and the lists (aggregates) of the rows whose key is in it."""
    return rows.groupBy(bucket(*key).alias("_bucket")).agg(*lists)
