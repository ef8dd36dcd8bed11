"""The air quality index in plain Python, exactly: the twin of the SQL function in jobs/conform/air.py, over the same table."""

import itertools
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from jobs.conform.breakpoints import DAILY, FIRST_DAY_2026, LEVELS, Edition, beyond, breakpoints, places


class Day(NamedTuple):
    """Index of a day, the pollutants that have it, in alphabetical order and only above 50, and its category."""

    aqi: int | None
    primary: tuple[str, ...]
    category: str | None


def edition_of(observed_on: date) -> Edition:
    """Return the edition in force on the day of the observation."""
    return "HJ633-2026" if observed_on >= FIRST_DAY_2026 else "HJ633-2012"


def iaqi(concentration: Decimal | None, pollutant: str, mean: str, observed_on: date) -> int | None:
    """Return the individual index of one pollutant; see `jobs.conform.air`."""
    edition = edition_of(observed_on)
    points = breakpoints(pollutant, mean, edition)
    if concentration is None or not concentration.is_finite() or concentration < 0 or not points:
        return None
    value = Fraction(concentration.quantize(Decimal(1).scaleb(-places(pollutant)), ROUND_HALF_EVEN))
    for low, high in itertools.pairwise(points):
        if value <= high.concentration:
            share = (value - low.concentration) / (high.concentration - low.concentration)
            return ceil(share * (high.level - low.level)) + low.level
    return beyond(points, edition)


def aqi_day(means: Mapping[str, Decimal | None], observed_on: date) -> Day:
    """Return the index of a day from its means, O3 being the largest 8-hour mean; of those that are there, whether or not it may be published."""
    found = {name: iaqi(means.get(name), name, mean, observed_on) for name, mean in DAILY.items()}
    known = {name: index for name, index in found.items() if index is not None}
    if not known:
        return Day(None, (), None)
    highest = max(known.values())
    primary = tuple(sorted(name for name, index in known.items() if index == highest)) if highest > LEVELS[0][0] else ()
    return Day(highest, primary, next(word for limit, word in LEVELS if highest <= limit))
