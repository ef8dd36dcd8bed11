"""The air quality index as column expressions: whole numbers only, so that no binary fraction rounds an index up."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.breakpoints import DAILY, FIRST_DAY_2026, LEVELS, TABLES, Edition, beyond, breakpoints, places


def iaqi(concentration: Column, pollutant: str, mean: str, observed_on: Column) -> Column:
    """Individual air quality index of one pollutant, by the edition of HJ 633 in force on the day of the observation.

    concentration: decimal, µg/m³ (CO: mg/m³), null where not measured.  pollutant: SO2, NO2, PM10, PM2.5, CO or O3.
    mean: 1h, 8h or 24h.  observed_on: date.
    Returns int 0-500, rounded up; null for null, for a negative value, where the edition has no column for this mean, and, in 2012,
    above the last breakpoint of SO2 1h and O3 8h (2026: 200 and 300).  Raises Refused for an unknown pollutant.
    Source: HJ 633-2012 and HJ 633-2026, eq. 1 and table 1; what of them is unverified stands in `jobs.conform.breakpoints`.
    """
    scaled = F.bround(concentration.cast("decimal(18,6)"), places(pollutant)) * F.lit(10 ** places(pollutant))
    value = F.when(concentration >= F.lit(0), scaled.cast("bigint"))
    newer, older = (_by(value, pollutant, mean, edition) for edition in reversed(TABLES))
    return F.when(observed_on >= F.lit(FIRST_DAY_2026), newer).when(observed_on.isNotNull(), older)


def aqi_day(means: Mapping[str, Column], observed_on: Column) -> Column:
    """Air quality index of a day from its means, O3 being the largest 8-hour mean.

    Returns struct<aqi int, primary array<string>, category string>; primary: all that have the index, in alphabetical order, none
    up to 50.  aqi and category are null where nothing could be judged.  It is computed from what is there: that 2026 (§5.3) does not
    publish an index up to 100 of a day that lacks a pollutant is left to the one who publishes.
    """
    names = sorted(name for name in DAILY if name in means)
    each = F.array(*(iaqi(means[name], name, DAILY[name], observed_on) for name in names))
    return _with(each, lambda each: _with(F.array_max(each), lambda highest: _told(names, each, highest)))


def _with(value: Column, use: Callable[[Column], Column]) -> Column:
    """What is made of a value, which stands in the plan once: written out at each place of use, six indexes are tens of thousands of nodes."""
    return F.get(F.transform(F.array(value), use), F.lit(0))


def _told(names: Sequence[str], each: Column, highest: Column) -> Column:
    named = F.array_compact(F.array(*(F.when((each[place] == highest) & (highest > LEVELS[0][0]), F.lit(name)) for place, name in enumerate(names))))
    category = reduce(lambda chosen, level: chosen.when(highest <= level[0], F.lit(level[1])), LEVELS[1:], F.when(highest <= LEVELS[0][0], F.lit(LEVELS[0][1])))
    return F.struct(highest.alias("aqi"), named.alias("primary"), category.alias("category"))


def _by(value: Column, pollutant: str, mean: str, edition: Edition) -> Column:
    """The index by one edition. value: concentration in whole units of its last place."""
    points, unit = breakpoints(pollutant, mean, edition), 10 ** places(pollutant)
    none = F.lit(None).cast("int")
    if not points:
        return none
    index = F.when(value.isNull(), none)
    for low, high in itertools.pairwise(points):
        width = (high.concentration - low.concentration) * unit
        rise = (value - F.lit(low.concentration * unit)) * F.lit(high.level - low.level)
        up = F.call_function("div", rise + F.lit(width - 1), F.lit(width))  # (a + b - 1) div b is a / b rounded up
        index = index.when(value <= F.lit(high.concentration * unit), (up + F.lit(low.level)).cast("int"))
    return index.otherwise(F.lit(beyond(points, edition)).cast("int"))
