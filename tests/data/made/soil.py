"""Clean rows -> rows as they arrive: dirty values, resends, swapped columns, merged cells, totals and notes."""

from random import Random

from tests.data.made.dirt import placeholder
from tests.data.made.parties import Row
from tests.data.made.plan import KEPT_SHARE, REFUSED_SHARE, Plan, Soil

RESENT_SHARE = 0.008
TIED_SHARE = 0.0002  # two versions of a row that nothing tells apart
MERGED_EVERY, MERGED_RUN = 2_000, 3


def soiled(rows: list[Row], plan: Plan, rng: Random) -> list[Row]:
    """Return the rows with dirt at realistic rates; the number of rows grows by the resends and one line of totals."""
    found: list[Row] = []
    for row in rows:
        pick = rng.random()
        if pick < REFUSED_SHARE:
            soil(row, plan.refused[int(rng.random() * len(plan.refused))], rng)
        elif pick < REFUSED_SHARE + KEPT_SHARE:
            soil(row, plan.kept[int(rng.random() * len(plan.kept))], rng)
        found.append(row)
        if rng.random() < RESENT_SHARE:
            found.append(_again(row, plan, rng))
        elif rng.random() < TIED_SHARE:
            found.append(_renamed(row))
    _merge_cells(found, plan)
    return [*found, total(found)]


def sampled(rows: list[Row], plan: Plan, rng: Random) -> list[Row]:
    """Return few rows with dirt at fixed places: one in twenty refused, one in eight kept, one sent twice."""
    for places, soils in ((range(7, len(rows), 20), plan.refused), (range(3, len(rows), 8), plan.kept)):
        for place, one in zip(places, soils, strict=False):
            soil(rows[place], one, rng)
    return [*rows, _again(rows[0], plan, rng)]


def soil(row: Row, one: Soil, rng: Random) -> None:
    """Make one value of a row dirty, or swap the two columns named 'a+b'."""
    column, spoil = one
    if "+" in column:
        first, second = column.split("+")
        row[first], row[second] = row[second], row[first]
    elif row[column] or spoil is placeholder:
        row[column] = spoil(row[column], rng)


def total(rows: list[Row]) -> Row:
    """Return a line of totals, as offices leave it below the last row."""
    first, second, *rest = rows[0]
    return {first: "合计", second: str(len(rows)), **dict.fromkeys(rest, "")}


def _again(row: Row, plan: Plan, rng: Random) -> Row:
    pick, newer = rng.random(), dict(row)
    if pick < 0.4:
        return newer
    if row[plan.order][:4] == "2026":
        newer[plan.order] = f"2026-03-01 {rng.randrange(10, 23)}:{rng.randrange(10, 59)}:{rng.randrange(10, 59)}"
    if "row_guid" in row and "project_no" in row and pick > 0.7:
        newer["row_guid"] = f"{rng.getrandbits(128):032x}"
    return newer


def _renamed(row: Row) -> Row:
    changed = dict(row)
    column = next((name for name in ("address", "BZ", "result_explain", "remark") if name in row), None)
    return changed | {column: "示例路改2号"} if column else changed


def _merge_cells(rows: list[Row], plan: Plan) -> None:
    if plan.fill is None:
        return
    for start in range(100, len(rows) - MERGED_RUN, MERGED_EVERY):
        for row in rows[start + 1 : start + MERGED_RUN]:
            row[plan.fill] = ""
