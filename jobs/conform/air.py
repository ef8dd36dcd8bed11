"""The air quality index as SQL functions for gold tables: whole numbers only, so that no binary fraction rounds an index up."""

from jobs.conform.breakpoints import FIRST_DAY_2026, INDICES, LEVELS, PLACES, TABLES, TOP

NEWER = f"observed_on >= DATE'{FIRST_DAY_2026}'"
LEVEL = f"array({', '.join(map(str, INDICES))})"


def _points() -> str:
    """The breakpoints of a pollutant and mean as an array, in whole units of their last place; null where the edition has no such column."""
    older, newer = TABLES["HJ633-2012"], TABLES["HJ633-2026"]
    found = []
    for pollutant, mean in sorted(older.keys() | newer.keys()):
        of_both = [_array(pollutant, table.get((pollutant, mean))) for table in (older, newer)]
        points = of_both[0] if of_both[0] == of_both[1] else f"if({NEWER}, {of_both[1]}, {of_both[0]})"
        found.append(f"WHEN pollutant = '{pollutant}' AND mean = '{mean}' THEN {points}")
    return f"CASE {' '.join(found)} END"


def _array(pollutant: str, points: tuple[int, ...] | None) -> str:
    unit = 10 ** PLACES.get(pollutant, 0)
    return "NULL" if points is None else f"array({', '.join(str(point * unit) for point in points)})"


def _value() -> str:
    """The concentration rounded half to even, in whole units of its last place."""
    fine = " ".join(f"WHEN '{name}' THEN bround(concentration, {places}) * {10**places}" for name, places in PLACES.items())
    return f"cast(CASE pollutant {fine} ELSE bround(concentration, 0) END AS bigint)"


# Individual index of one pollutant by the edition in force on the day of the observation; the same as `jobs.conform.plain.air.iaqi`.
# concentration: µg/m³, CO mg/m³; twelve places, so that a mean of 24 hours is not rounded twice.  mean: 1h, 8h or 24h.
# Null for null, for a negative value, for a pollutant or mean without a column, and, in 2012, above the last breakpoint of SO2 1h and O3 8h.
# Source: HJ 633-2012 and HJ 633-2026, eq. 1 and table 1; what of them is unverified stands in `jobs.conform.breakpoints`.
IAQI = f"""
CREATE OR REPLACE TEMPORARY FUNCTION iaqi(concentration DECIMAL(30, 12), pollutant STRING, mean STRING, observed_on DATE) RETURNS INT
RETURN get(transform(array(named_struct('value', {_value()}, 'points', {_points()})), judged ->
  get(transform(array(size(filter(judged.points, point -> point < judged.value))), above ->
    CASE WHEN concentration < 0 OR judged.value IS NULL OR judged.points IS NULL OR observed_on IS NULL THEN NULL
         WHEN above = 0 THEN 0
         WHEN above < size(judged.points) THEN cast(get({LEVEL}, above - 1) +
           ((judged.value - get(judged.points, above - 1)) * (get({LEVEL}, above) - get({LEVEL}, above - 1)) + get(judged.points, above) - get(judged.points, above - 1) - 1)
           DIV (get(judged.points, above) - get(judged.points, above - 1)) AS int)
         WHEN get({LEVEL}, above - 1) = {TOP} OR {NEWER} THEN get({LEVEL}, above - 1)
    END), 0)), 0)"""
CATEGORY = f"""
CREATE OR REPLACE TEMPORARY FUNCTION aqi_category(aqi INT) RETURNS STRING
RETURN CASE {" ".join(f"WHEN aqi <= {limit} THEN '{word}'" for limit, word in LEVELS)} END"""
STANDARD = f"""
CREATE OR REPLACE TEMPORARY FUNCTION aqi_standard(observed_on DATE) RETURNS STRING
RETURN if({NEWER}, 'HJ 633-2026', 'HJ 633-2012')"""
FUNCTIONS = {"iaqi": IAQI, "aqi_category": CATEGORY, "aqi_standard": STANDARD}
