"""A few known rows as a frame, without a Python worker: `createDataFrame` of rows starts one."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T


def literal(spark: SparkSession, rows: Sequence[Mapping[str, Any]], schema: T.StructType) -> DataFrame:
    """Return the rows as a frame of one partition. Instants need their zone. Meant for tens of rows: they travel as one text."""
    text = json.dumps(list(rows), ensure_ascii=False, default=_spelled)
    return spark.range(0, 1, 1, 1).select(F.inline(F.from_json(F.lit(text), T.ArrayType(schema))))


def _spelled(value: object) -> str:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.isoformat()
    raise TypeError(f"a literal row cannot hold {type(value).__name__}")
