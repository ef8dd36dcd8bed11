"""The air quality of a day: every public vector, and random days with every fault, as a slow plain model has them; corrections with what was said before."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from jobs.conform.breakpoints import DAILY
from jobs.lake import tables
from jobs.lake.versions import ended
from jobs.marts.mart import refresh
from schemas.load import load_marts
from schemas.settings import ROOT, Settings
from tests.marts.air_days import Told, days, row

pytestmark = pytest.mark.spark
CONTRACT = load_marts(ROOT / "schemas")["air_quality_day"]
VECTORS = ROOT / "tests" / "data" / "vectors"
EDITIONS = {"HJ633-2012": date(2026, 2, 28), "HJ633-2026": date(2026, 3, 1)}
COLUMNS = {"PM2.5": "pm25_ugm3", "PM10": "pm10_ugm3", "SO2": "so2_ugm3", "NO2": "no2_ugm3", "CO": "co_ugm3", "O3": "o3_ugm3"}
FACTORS = {"PM2.5": ("a34004", 1), "PM10": ("a34002", 1), "SO2": ("a21026", 1000), "NO2": ("a21004", 1000), "CO": ("a21005", 1), "O3": ("a05024", 1000)}
BEIJING = timedelta(hours=8)
HOUR = f"""station string, observed_at timestamp, {", ".join(f"{name} decimal(10,4)" for name in COLUMNS.values())},
           _violations array<struct<rule:string,column:string,severity:string,value:string>>, _valid_from date, _is_deleted boolean, _ingested_at timestamp, _batch string"""
VALUE = "mn string, cn string, measured_at timestamp, factor string, st string, avg_value decimal(18,6), flag string, unit string, _violations array<struct<rule:string,column:string,severity:string,value:string>>"
History = dict[str, list[Told]]  # by pollutant


def read(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((VECTORS / name).open(encoding="utf-8")))


def steady(observed_on: date, value: str) -> list[Told]:
    """A day whose mean, and whose every 8-hour mean, is this value, though no two hours that follow have the same."""
    start, mean = datetime(observed_on.year, observed_on.month, observed_on.day), Decimal(value)
    return [Told(start + timedelta(hours=hour), mean + (-1) ** hour * min(abs(mean), Decimal("0.1"))) for hour in range(1, 25)]


def vectors() -> Iterator[tuple[str, History, dict[str, Any]]]:
    """Stations that have the concentrations of a vector, and what of the gold row must then be what."""
    for number, one in enumerate(read("aqi_day.csv")):
        told = {name: steady(EDITIONS[one["standard"]], one[name]) for name in DAILY if one[name]}
        yield f"day {number}", told, {"known_aqi": int(one["aqi"]) if one["aqi"] else None}
    for number, one in enumerate(read("iaqi.csv")):
        name = one["pollutant"]
        if one["avg"] == DAILY[name] and one["concentration"] not in ("", "NaN"):
            column = "o3_iaqi" if name == "O3" else f"{COLUMNS[name].split('_')[0]}_iaqi"
            yield f"index {number}", {name: steady(EDITIONS[one["standard"]], one["concentration"])}, {column: int(one["iaqi"]) if one["iaqi"] else None}


def drawn(random: Random) -> Iterator[Told]:
    """Three days and a bit of one pollutant: walks, halves, gaps, negative and marked values, and values that stay for 8 to 16 hours."""
    value, rest = Decimal(random.choice((3, 30, 80, 150, 400))), 0
    gaps = random.choice((0.02, 0.1, 0.25))
    for hour in range(77):
        rest = rest - 1 if rest else random.randrange(8, 17) if random.random() < 0.03 else 0
        value = value if rest else max(Decimal(0), value + Decimal(random.randrange(-20, 21)) / 2)
        fault = random.random()
        if fault > gaps:
            told = -value - 1 if fault > 0.99 else None if fault > 0.97 else value
            yield Told(datetime(2026, 2, 27) + timedelta(hours=hour), told, told is not None and fault > 0.98)


def hour_rows(station: str, told: History, batch: tuple[str, date] = ("b1", date(2026, 3, 3))) -> Iterator[tuple[Any, ...]]:
    """The rows of silver that say so, CO in µg/m³, a marked value with the warning that the contract's range gives it."""
    by_end: dict[datetime, dict[str, Told]] = {}
    for name, all_of_it in told.items():
        for one in all_of_it:
            by_end.setdefault(one.ends_at, {})[name] = one
    for at, sent in by_end.items():
        values = [None if name not in sent or sent[name].value is None else sent[name].value * (1000 if name == "CO" else 1) for name in COLUMNS]
        marks = [("range", COLUMNS[name], "warn", "…") for name, one in sent.items() if one.is_marked]
        yield (station, (at - BEIJING).replace(tzinfo=UTC), *values, marks, batch[1], False, datetime(2026, 3, 4, int(batch[0][1:]), tzinfo=UTC), batch[0])


def packet_rows(station: str, told: History, declared: bool | None = None) -> Iterator[tuple[Any, ...]]:
    """The rows of silver that a device's packets of hourly values give: a marked value flagged as calibration, beyond all scales, or -999.

    declared: None for the units of the code table, said nowhere; True where the contract says them; False for a device that sends each in the other one.
    """
    for name, all_of_it in told.items():
        factor, unit = FACTORS[name]
        in_milligrams = (unit == 1000 or name == "CO") is (declared is not False)
        said = None if declared is None else "mg/m³" if in_milligrams else "µg/m³"
        if declared is False:
            unit = Decimal("0.001") if name == "CO" else 1 if unit == 1000 else 1000
        for one in all_of_it:
            value = None if one.value is None else one.value / unit
            fault = one.ends_at.hour % 3 if one.is_marked else None
            fault = 0 if fault == 1 and unit == Decimal("0.001") else fault  # beyond the scale of µg/m³ fits no column
            sent = (Decimal(10) ** 11, None)[fault - 1] if fault else value
            marks = [("placeholder", "avg_value", "warn", "****")] if fault == 2 else []
            yield (station, "2061", (one.ends_at - BEIJING).replace(tzinfo=UTC), factor, "22", sent, "C" if fault == 0 else "N", said, marks)


def put(spark: Any, here: Settings, hours: list[Any], packets: list[Any], batch: str) -> None:
    silver = ended(spark.createDataFrame(hours, HOUR), ("station", "observed_at"))
    tables.replace_once(silver, tables.table(here, "silver", "air_quality_hour"), batch)
    tables.replace_once(spark.createDataFrame(packets, VALUE), tables.table(here, "silver", "station_value"), batch)


def gold(spark: Any, here: Settings) -> dict[tuple[str, date], Any]:
    refresh(here, CONTRACT, "2026-03-05", lambda line: None)
    found = tables.read(spark, tables.table(here, "gold", "air_quality_day"))
    assert found is not None
    return {(one["station"], one["observed_on"]): one.asDict() for one in found.collect()}


def test_every_vector_and_every_random_day_is_judged_as_by_the_plain_model(spark: Any, here: Settings) -> None:
    random, known = Random(633), list(vectors())
    by_file: dict[str, History] = {name: told for name, told, _ in known if told}
    by_file |= {f"file {number}": {name: list(drawn(random)) for name in DAILY} for number in range(40)}
    by_packet: dict[str, History] = {f"device {number}": {name: list(drawn(random)) for name in DAILY} for number in range(20)}
    others = [("device 1", "2011", datetime(2026, 3, 1, 3, 5, tzinfo=UTC), "a34004", "22", Decimal(900), "N", None, []), ("flue", "2061", datetime(2026, 3, 1, 3, tzinfo=UTC), "a21026", "31", Decimal(20), "N", None, [])]
    put(spark, here, [one for name, told in by_file.items() for one in hour_rows(name, told)], [*(one for number, (name, told) in enumerate(by_packet.items()) for one in packet_rows(name, told, (None, True, False)[number % 3])), *others], "made")
    found = gold(spark, here)
    meant: dict[tuple[str, date], dict[str, Any]] = {}
    for name, told in (by_file | by_packet).items():
        of_day = {pollutant: days(pollutant, all_of_it) for pollutant, all_of_it in told.items()}
        for day in {day for known_days in of_day.values() for day in known_days}:
            meant[name, day] = row(day, {pollutant: known_days[day] for pollutant, known_days in of_day.items() if day in known_days})
    assert found.keys() == meant.keys()
    wrong = {key: [(name, found[key][name], value) for name, value in said.items() if found[key][name] != value] for key, said in meant.items()}
    assert {key: said for key, said in wrong.items() if said} == {}
    for name, told, said in known:
        assert [{column: one[column] for column in said} for key, one in found.items() if key[0] == name] == ([said] if told else [])
    published = [one for one in found.values() if one["known_aqi"] is not None]
    kinds = {(one["standard"], one["aqi"] is None, one["known_aqi"] > 100) for one in published}
    assert (("HJ 633-2026", True, False) in kinds, ("HJ 633-2012", True, False) in kinds, sum(one["stuck_count"] for one in published) > 100) == (True, False, True)


def test_a_later_delivery_corrects_the_hour_it_speaks_of_and_the_day_says_what_it_was_and_by_which_batch(spark: Any, here: Settings) -> None:
    told = {name: steady(date(2026, 3, 1), value) for name, value in (("PM2.5", "59"), ("PM10", "60"), ("SO2", "9"), ("NO2", "30"), ("CO", "0.6"), ("O3", "90"))}
    first = list(hour_rows("S1", told))
    packets = [("M1", "2061", datetime(2026, 3, 1, tzinfo=UTC), "a34004", "22", Decimal(35), "N", None, [])]
    put(spark, here, first, packets, "before")
    before = gold(spark, here)["S1", date(2026, 3, 1)]
    late = hour_rows("S1", {name: [Told(one.ends_at, one.value + 48 if name == "PM2.5" else one.value) for one in hours if one.ends_at.hour == 14] for name, hours in told.items()}, ("b2", date(2026, 3, 5)))
    later = hour_rows("S1", {name: [one for one in hours if one.ends_at.hour == 15] for name, hours in told.items()}, ("b3", date(2026, 3, 6)))  # not told by then
    put(spark, here, [*first, *late, *later], packets, "after")
    after = gold(spark, here)["S1", date(2026, 3, 1)]
    assert [(one["aqi"], one["pm25_ugm3"], one["corrected_hour_count"]) for one in (before, after)] == [(98, 59, 0), (101, 61, 1)]
    assert (before["corrections"], json.loads(after["corrections"])) == ("[]", [
        {"hour": "2026-03-01 14:00", "column": "pm25_ugm3", "told_on": "2026-03-05", "was": 59.1, "is": 107.1, "was_batch": "b1", "batch": "b2"}])
