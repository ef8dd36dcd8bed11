"""Hours of the air from landing to gold: faults are counted, a late file corrects the hour it speaks of, and the day says so."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from jobs.marts.mart import refresh
from jobs.serve.lake import Asked, ledger, show
from jobs.serve.proof import gold
from schemas.contract import Contract
from schemas.load import load_marts
from schemas.settings import ROOT, Settings, settings
from tests.data.made.stations import hours
from tests.publish.notices import stored, unbalanced

pytestmark = pytest.mark.spark
MART = load_marts(ROOT / "schemas")["air_quality_day"]
HEADER = "year,month,day,hour,PM2.5,PM10,SO2,NO2,CO,O3,PRES,station\n"
LATE = "2026-03-05"


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An installation with the shipped contracts."""
    return settings({"GOVLAKE_HOME": str(tmp_path / "var")})


def line(number: int, **sent: int) -> str:
    """The hour that ends `number` hours into 1 March: the last one at midnight."""
    values = {"pm25": 50 + number % 2, "pm10": 60 + number, "so2": 9, "no2": 30 + number, "co": 600 + number, "o3": 90 + number, "pressure": 1010} | sent
    return f"2026,3,{1 + number // 24},{number % 24},{','.join(map(str, values.values()))},S1\n"


def test_a_late_file_corrects_an_hour_and_the_day_is_computed_again_and_says_what_it_was_and_by_which_batch(
    spark: Any, here: Settings, contracts: dict[str, Contract], land: Callable[..., Path], take_in: Callable[..., list[str]]
) -> None:
    air, packets = contracts["air_quality_hour"], contracts["station_value"]
    faults = {3: {"so2": -999}, 5: {"no2": -4}, 7: {"pm25": 1200}}  # what no device measures: a code, less than nothing, more than it can
    land("iot", "air_quality_hour", "2026-03-02", "day.csv", (HEADER + "".join(line(number, **faults.get(number, {})) for number in range(1, 25))).encode())
    land("iot", "station_value", "2026-03-02", "day.hj212", b"".join(hours(Random(1))))
    take_in(air, "2026-03-02")
    take_in(packets, "2026-03-02")
    days = []
    for day, rows in (("2026-03-02", ""), (LATE, line(14, pm25=250))):
        if rows:
            land("iot", "air_quality_hour", day, "late.csv", (HEADER + rows).encode())
            take_in(air, day)
        refresh(here, MART, day, lambda told: None)
        days.append(next(row for row in stored(spark, here, "gold", "air_quality_day") if row["station"] == "S1" and row["observed_on"] == date(2026, 3, 1)))
    assert [(row["pm25_ugm3"], row["fault_count"], row["missing_count"], row["valid_count"], row["corrected_hour_count"]) for row in days] == [(50, 3, 0, 141, 0), (59, 3, 0, 141, 1)]
    batches = [entry.batch for entry in ledger(here, "air_quality_hour")]
    assert (days[0]["corrections"], json.loads(days[1]["corrections"])) == ("[]", [
        {"hour": "2026-03-01 14:00", "column": "pm25_ugm3", "told_on": LATE, "was": 50, "is": 250, "was_batch": batches[0], "batch": batches[1]}])
    known = [show(here, "air_quality_hour", "pm25_ugm3 = 250", 5, Asked(date(2026, 3, day))).rows for day in (4, 5)]
    assert ([len(rows) for rows in known], unbalanced(spark, here), gold.prove(here, MART).findings) == ([0, 1], [], ())
