"""Raw rows made from a contract's examples, as ingest would hand them over."""

from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from schemas.contract import Contract

Sent = Mapping[str, str | None]


def example(contract: Contract) -> dict[str, str | None]:
    """The contract's example row: the first example of each column."""
    return {column.name: column.examples[0] for column in contract.columns}


def raw(spark: SparkSession, contract: Contract, rows: Sequence[Sent], defects: Sequence[str | None] = ()) -> DataFrame:
    """The raw frame of these rows, numbered from 2 as in a CSV file with a header."""
    names = [*contract.names, "_extra", "_file", "_path", "_row", "_defect", "_raw"]
    types = ["string"] * len(contract.names) + ["map<string,string>", "string", "string", "bigint", "string", "string"]
    schema = ", ".join(f"`{name}` {kind}" for name, kind in zip(names, types, strict=True))
    marks = [*defects, *[None] * (len(rows) - len(defects))]
    data: list[tuple[Any, ...]] = [
        (*(row.get(name) for name in contract.names), None, "f" * 64, "made.csv", number + 2, mark, None)
        for number, (row, mark) in enumerate(zip(rows, marks, strict=True))
    ]
    return spark.createDataFrame(data, schema)


def references(spark: SparkSession) -> dict[str, DataFrame]:
    """Small reference tables: every division an example uses, every day of the published calendars."""
    divisions = "select col1 as code, date'1980-01-01' as valid_from, date'9999-12-31' as valid_to from values {}"
    codes = ", ".join(f"('{code}')" for code in ("330106", "110101", "340000", "110000", "330100", "330000", "100000", "310101", "150100", "150102"))
    days = "select day, weekday(day) < 5 as is_workday from (select explode(sequence(date'2004-01-01', date'2026-12-31')) as day)"
    return {"admin_division": spark.sql(divisions.format(codes)), "working_day": spark.sql(days)}
