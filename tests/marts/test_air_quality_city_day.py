"""The air quality of a city: random days of random stations as a plain model in fractions has them, and the table that comes from a gold one is proved like any other."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from jobs.conform.breakpoints import DAILY, places
from jobs.conform.plain.air import aqi_day, edition_of, iaqi
from jobs.lake import tables
from jobs.marts.mart import refresh
from jobs.serve.proof import gold
from schemas.errors import Unavailable
from schemas.load import load_marts
from schemas.settings import ROOT, Settings

pytestmark = pytest.mark.spark
CITY = load_marts(ROOT / "schemas")["air_quality_city_day"]
NAMES = {"PM2.5": "pm25_ugm3", "PM10": "pm10_ugm3", "SO2": "so2_ugm3", "NO2": "no2_ugm3", "CO": "co_mgm3", "O3": "o3_8h_ugm3"}
STATION = f"station string, observed_on date, {', '.join(f'{name} decimal(12,1)' for name in NAMES.values())}"
FIRST = date(2026, 2, 20)  # the edition changes on 1 March
Means = dict[str, Decimal | None]


def drawn(random: Random) -> Means:
    """The means of a station's day; one in ten lacks, and some are halves, which means of two are where rounding is decided."""
    return {name: None if random.random() < 0.1 else Decimal(random.randrange(0, 60)) / 10 if name == "CO" else Decimal(random.randrange(0, 400)) for name in DAILY}


def mean(pollutant: str, values: list[Decimal]) -> Decimal | None:
    unit = 10 ** places(pollutant)
    return Decimal(round(Fraction(sum(values)) * unit / len(values))) / unit if values else None


def model(observed_on: date, stations: list[Means]) -> dict[str, Any]:
    given = {name: [value for one in stations if (value := one[name]) is not None] for name in DAILY}
    means = {name: mean(name, values) for name, values in given.items()}
    indexes = {name: iaqi(value, name, DAILY[name], observed_on) for name, value in means.items()}
    whole = aqi_day(means, observed_on)
    is_available = None not in indexes.values() or edition_of(observed_on) == "HJ633-2012" or (whole.aqi or 0) > 100
    return {
        "standard": edition_of(observed_on).replace("HJ", "HJ "), "known_aqi": whole.aqi, "aqi": whole.aqi if is_available else None,
        "category": whole.category if is_available else None, "primary_pollutants": ("+".join(whole.primary) or None) if is_available else None,
        **{NAMES[name]: value for name, value in means.items()}, **{f"{NAMES[name].split('_')[0]}_iaqi": index for name, index in indexes.items()},
        "station_count": len(stations), "fewest_count": min(map(len, given.values())), "as_of": date(2026, 3, 11),
    }  # fmt: skip


def test_a_city_is_the_mean_of_its_stations_as_a_plain_model_has_it_and_is_proved_with_the_gold_table_it_comes_from(spark: Any, here: Settings) -> None:
    random = Random(663)
    register = [(f"S{number}", f"33{number % 9:02d}00", number % 7 != 0) for number in range(40)]
    told = [(station, FIRST + timedelta(days=day), drawn(random)) for station, _, _ in [*register, ("unknown", "", True)] for day in range(21) if random.random() < 0.9]
    rows = [(station, day, *(means[name] for name in NAMES)) for station, day, means in told]
    tables.replace_once(spark.createDataFrame(register, "station string, city_code string, is_assessed boolean"), tables.table(here, "silver", "air_station"), "made")
    with pytest.raises(Unavailable, match="has no released version yet"):
        refresh(here, CITY, "2026-03-11", lambda line: None)
    tables.replace_once(spark.createDataFrame(rows, STATION), tables.table(here, "gold", "air_quality_day"), "made")
    refresh(here, CITY, "2026-03-11", lambda line: None)
    read = tables.read(spark, tables.table(here, "gold", "air_quality_city_day"))
    assert read is not None
    found = {(row["city_code"], row["observed_on"]): row.asDict() for row in read.collect()}
    stations: dict[tuple[str, date], list[Means]] = defaultdict(list)
    for station, day, means in told:
        for city in [city for name, city, is_assessed in register if name == station and is_assessed and day <= date(2026, 3, 11)]:
            stations[city, day].append(means)
    assert found.keys() == stations.keys()
    wrong = {key: [(name, found[key][name], value) for name, value in model(key[1], those).items() if found[key][name] != value] for key, those in stations.items()}
    assert {key: said for key, said in wrong.items() if said} == {}
    halves = [1 for those in stations.values() for name in DAILY if len(values := [one[name] for one in those if one[name] is not None]) and (Fraction(sum(values)) * 10 ** places(name) / len(values)).denominator == 2]
    assert len(halves) > 100

    strange = [finding.sentence for finding in gold.prove(here, CITY).findings]
    assert [("version 0 of gold.air_quality_day" in one, "version 0 of silver.air_station" in one) for one in strange] == [(True, False), (False, True)]  # made here, so no ledger knows them
