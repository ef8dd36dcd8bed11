"""The breakpoints of the air quality index in both editions of HJ 633, and its categories; read for SQL and by the plain twin.

HJ 633-2012 and the PM columns and dates of HJ 633-2026 were checked against several independent copies. Unverified, and
so to be checked before a publication leans on them: that the gas columns of 2026 are those of 2012 in every cell (copies agree, the
standard's own text was not at hand), what becomes of a value above the end (two implementations for 2026, convention for 2012),
and the places concentrations are rounded to, but for PM in 2026 (§4.2).
"""

from datetime import date
from typing import Literal, NamedTuple

from schemas.errors import Refused

Edition = Literal["HJ633-2012", "HJ633-2026"]
FIRST_DAY_2026 = date(2026, 3, 1)  # in force, Ministry of Ecology and Environment, 2026-02-24
INDICES = (0, 50, 100, 150, 200, 300, 400, 500)
TOP = INDICES[-1]
DAILY = {"SO2": "24h", "NO2": "24h", "PM10": "24h", "PM2.5": "24h", "CO": "24h", "O3": "8h"}  # O3: largest 8-hour mean of the day
LEVELS = ((50, "优"), (100, "良"), (150, "轻度污染"), (200, "中度污染"), (300, "重度污染"), (500, "严重污染"))
# µg/m³, CO in mg/m³; table 1 of HJ 633. Shorter rows end before index 500.
GASES = {
    ("SO2", "24h"): (0, 50, 150, 475, 800, 1600, 2100, 2620), ("SO2", "1h"): (0, 150, 500, 650, 800),
    ("NO2", "24h"): (0, 40, 80, 180, 280, 565, 750, 940), ("NO2", "1h"): (0, 100, 200, 700, 1200, 2340, 3090, 3840),
    ("CO", "24h"): (0, 2, 4, 14, 24, 36, 48, 60), ("CO", "1h"): (0, 5, 10, 35, 60, 90, 120, 150),
    ("O3", "1h"): (0, 160, 200, 300, 400, 800, 1000, 1200), ("O3", "8h"): (0, 100, 160, 215, 265, 800),
}  # fmt: skip
PM10, PM25 = (0, 50, 120, 250, 350, 420, 500, 600), (0, 35, 60, 115, 150, 250, 350, 500)
TABLES: dict[Edition, dict[tuple[str, str], tuple[int, ...]]] = {
    "HJ633-2012": {**GASES, ("PM10", "24h"): (0, 50, 150, 250, 350, 420, 500, 600), ("PM2.5", "24h"): (0, 35, 75, 115, 150, 250, 350, 500)},
    # 2026 judges the hour's mean of PM by the column of the day.
    "HJ633-2026": {**GASES, ("PM10", "24h"): PM10, ("PM10", "1h"): PM10, ("PM2.5", "24h"): PM25, ("PM2.5", "1h"): PM25},
}
PLACES = {"CO": 1}  # decimals of the rounded concentration; none for the others


class Breakpoint(NamedTuple):
    """A concentration, in the unit of the pollutant, and its level: the index it has."""

    concentration: int
    level: int


def breakpoints(pollutant: str, mean: str, edition: Edition) -> tuple[Breakpoint, ...]:
    """Return the breakpoints of a pollutant for a mean over 1h, 8h or 24h; none where the edition has no column for it.

    Raises Refused for an unknown pollutant.
    """
    if pollutant not in DAILY:
        raise Refused(f"there is no index of '{pollutant}'. Nothing was computed. Known: {', '.join(DAILY)}.")
    return tuple(map(Breakpoint, TABLES[edition].get((pollutant, mean), ()), INDICES))


def beyond(points: tuple[Breakpoint, ...], edition: Edition) -> int | None:
    """Return the index above the last breakpoint: 500; where a row ends before, its last index in 2026 and none in 2012.

    2012 hands over to another mean: SO2 of the day, O3 of the hour.
    """
    last = points[-1].level
    return last if last == TOP or edition == "HJ633-2026" else None


def places(pollutant: str) -> int:
    """Return the decimals that a concentration is rounded to, half to even (GB/T 8170), before it is judged."""
    return PLACES.get(pollutant, 0)
