"""Raw rows made from a contract's examples, as ingest would hand them over."""

from collections.abc import Mapping, Sequence
from datetime import date
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


def references(spark: SparkSession, contract: Contract) -> dict[str, DataFrame]:
    """The tables this contract looks codes up in, holding what its example row uses, and the days of 2004 to 2026."""
    days = "select day, weekday(day) < 5 as is_workday from (select explode(sequence(date'2004-01-01', date'2026-12-31')) as day)"
    found = {"working_day": spark.sql(days)} if "working_day" in contract.references else {}
    codes: dict[str, dict[str, set[str]]] = {}
    for column in contract.columns:
        for use in column.rules:
            if use.rule == "in_table":
                given = codes.setdefault(use.arguments["table"], {})
                given.setdefault(use.arguments["column"], set()).add(column.examples[0])
    for table, columns in codes.items():
        ((name, values),) = columns.items()
        rows = [(value, date(1980, 1, 1), date(9999, 12, 31)) for value in sorted(values)]
        found[table] = spark.createDataFrame(rows, f"`{name}` string, valid_from date, valid_to date")
    return found
