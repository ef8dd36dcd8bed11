"""The air quality index against the public vectors, and the SQL function against plain Python on many values."""

import csv
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from jobs.conform.breakpoints import DAILY, TABLES
from jobs.conform.plain.air import aqi_day, iaqi
from schemas.errors import Refused
from schemas.settings import ROOT

VECTORS = ROOT / "tests" / "data" / "vectors"
DAYS = {"HJ633-2012": date(2026, 2, 28), "HJ633-2026": date(2026, 3, 1)}
IAQI = list(csv.DictReader((VECTORS / "iaqi.csv").open(encoding="utf-8")))
DAY = list(csv.DictReader((VECTORS / "aqi_day.csv").open(encoding="utf-8")))
COLUMNS = sorted({column for table in TABLES.values() for column in table})


def number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


@pytest.mark.parametrize("row", IAQI, ids=lambda row: " ".join(list(row.values())[:4]))
def test_an_index_is_the_one_of_the_vectors(row: dict[str, str]) -> None:
    found = iaqi(number(row["concentration"]), row["pollutant"], row["avg"], DAYS[row["standard"]])
    assert found == (int(row["iaqi"]) if row["iaqi"] else None), row["reason"]


@pytest.mark.parametrize("row", DAY, ids=lambda row: f"{row['standard']} {row['reason']}")
def test_a_day_has_the_index_the_primary_pollutants_and_the_category_of_the_vectors(row: dict[str, str]) -> None:
    found = aqi_day({name: number(row[name]) for name in DAILY}, DAYS[row["standard"]])
    assert (found.aqi, "+".join(found.primary), found.category or "") == (int(row["aqi"]) if row["aqi"] else None, row["primary"], row["category"])


def test_the_table_is_chosen_by_the_day_of_the_observation() -> None:
    assert [iaqi(Decimal(75), "PM2.5", "24h", day) for day in DAYS.values()] == [100, 114]


def test_an_unknown_pollutant_is_refused_and_a_mean_without_a_column_has_no_index() -> None:
    with pytest.raises(Refused, match="there is no index of 'NOx'"):
        iaqi(Decimal(1), "NOx", "1h", DAYS["HJ633-2012"])
    assert [iaqi(Decimal(1), "PM10", "1h", day) for day in DAYS.values()] == [None, 1]


def made(rng: Random, pollutant: str, mean: str) -> list[Decimal | None]:
    """Values on, just beside and between the breakpoints, halves to be rounded, and some below and above all."""
    unit = Decimal("0.1") if pollutant == "CO" else Decimal(1)
    points = sorted({Decimal(point) for table in TABLES.values() for point in table.get((pollutant, mean), ())})
    beside = [point + step * unit for point in points for step in (-1, Decimal("-0.5"), 0, Decimal("0.5"), 1, Decimal("1.5"))]
    return [*beside, *(Decimal(rng.randrange(0, 40_000_000)) / 10_000 for _ in range(150)), None, Decimal("-0.4"), Decimal("0.4999")]


@pytest.mark.spark
def test_the_sql_function_gives_the_index_of_the_twin_for_every_vector_and_many_made_values(spark: Any) -> None:
    from jobs.conform.air import FUNCTIONS

    rng = Random(633)
    cases = [(*column, value, day) for column in COLUMNS for value in made(rng, *column) for day in DAYS.values()]
    cases += [(row["pollutant"], row["avg"], number(row["concentration"]), DAYS[row["standard"]]) for row in IAQI if row["concentration"] != "NaN"]
    cases += [("NOx", "1h", Decimal(1), DAYS["HJ633-2012"]), ("PM10", "24h", Decimal(1), None)]
    spark.createDataFrame(cases, "pollutant string, mean string, value decimal(18,4), day date").createOrReplaceTempView("cases")
    for text in FUNCTIONS.values():
        spark.sql(text)
    found = spark.sql("SELECT *, iaqi(value, pollutant, mean, day) AS iaqi FROM cases").collect()
    known = [row for row in found if row["pollutant"] != "NOx" and row["day"]]
    assert [row for row in known if row["iaqi"] != iaqi(row["value"], row["pollutant"], row["mean"], row["day"])] == []
    assert ([row["iaqi"] for row in found if row not in known], len(found) == len(cases) > 4_000) == ([None, None], True)
