"""The air of a station's day, worked out slowly and plainly from its hours: what gold.air_quality_day is held against."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from jobs.conform.breakpoints import DAILY, places
from jobs.conform.plain.air import aqi_day, edition_of, iaqi

FIFTH = {"PM2.5": Decimal(7), "PM10": Decimal(10), "SO2": Decimal(10), "NO2": Decimal(8), "CO": Decimal("0.4"), "O3": Decimal(20)}
LONGEST_RUN, HOURS, WINDOW = 12, 24, 8


@dataclass(frozen=True)
class Told:
    """What is said of one hour of one pollutant. is_marked: by the contract's rules, or by the device, as a fault."""

    ends_at: datetime
    value: Decimal | None
    is_marked: bool = False


@dataclass
class Day:
    """Values that count, by hour from 1 to 24, and how many do not."""

    good: dict[int, Decimal] = field(default_factory=dict)
    faults: int = 0
    stuck: int = 0


def days(pollutant: str, told: Sequence[Told]) -> dict[date, Day]:
    """Sort the hours of a pollutant at one station into days; an hour belongs to the day it ends in, midnight to the one before."""
    found: dict[date, Day] = {}
    by_end = {one.ends_at: one for one in told if _is_good(one)}
    for one in told:
        within = one.ends_at - timedelta(seconds=1)
        day = found.setdefault(within.date(), Day())
        if one.is_marked or (one.value is not None and one.value < 0):
            day.faults += 1
        elif one.value is not None and one.value > FIFTH[pollutant] and _run(by_end, one) >= LONGEST_RUN:
            day.stuck += 1
        elif one.value is not None:
            day.good[within.hour + 1] = one.value
    return found


def _is_good(one: Told) -> bool:
    return one.value is not None and one.value >= 0 and not one.is_marked


def _run(by_end: dict[datetime, Told], one: Told) -> int:
    """How many hours in a row, this one among them, have its value."""
    length = 1
    for step in (timedelta(hours=1), timedelta(hours=-1)):
        at = one.ends_at + step
        while at in by_end and by_end[at].value == one.value:
            length, at = length + 1, at + step
    return length


def mean(pollutant: str, day: Day) -> Decimal | None:
    """The concentration the day is judged by; None where too few hours count."""
    if pollutant != "O3":
        return _rounded(pollutant, list(day.good.values())) if len(day.good) >= 20 else None
    windows = [[day.good[hour] for hour in range(last - WINDOW + 1, last + 1) if hour in day.good] for last in range(WINDOW, HOURS + 1)]
    means = [_rounded("O3", values) for values in windows if len(values) >= 6]
    return max(means) if len(means) >= 14 or (means and max(means) > 160) else None


def _rounded(pollutant: str, values: Sequence[Decimal]) -> Decimal:
    unit = 10 ** places(pollutant)
    exact = Fraction(sum(values)) * unit / len(values)
    whole = round(exact)  # half to even
    return (Decimal(whole) / unit).quantize(Decimal("0.1"), ROUND_HALF_EVEN)


def row(observed_on: date, by_pollutant: dict[str, Day]) -> dict[str, object]:
    """The gold row of a day but for its station, corrections and day of computing."""
    means = {name: mean(name, by_pollutant.get(name, Day())) for name in DAILY}
    indexes = {name: iaqi(value, name, DAILY[name], observed_on) for name, value in means.items()}
    whole = aqi_day(means, observed_on)
    is_available = None not in indexes.values() or edition_of(observed_on) == "HJ633-2012" or (whole.aqi or 0) > 100
    counts = [sum(count(day) for day in by_pollutant.values()) for count in (lambda d: len(d.good), lambda d: d.faults, lambda d: d.stuck)]
    names = {"PM2.5": "pm25_ugm3", "PM10": "pm10_ugm3", "SO2": "so2_ugm3", "NO2": "no2_ugm3", "CO": "co_mgm3", "O3": "o3_8h_ugm3"}
    return {
        "standard": edition_of(observed_on).replace("HJ", "HJ "), "known_aqi": whole.aqi, "aqi": whole.aqi if is_available else None,
        "category": whole.category if is_available else None, "primary_pollutants": ("+".join(whole.primary) or None) if is_available else None,
        **{names[name]: value for name, value in means.items()}, **{f"{names[name].split('_')[0]}_iaqi": value for name, value in indexes.items()},
        "valid_count": counts[0], "fault_count": counts[1], "stuck_count": counts[2], "missing_count": 144 - sum(counts),
    }  # fmt: skip
