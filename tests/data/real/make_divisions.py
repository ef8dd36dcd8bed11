"""Derive tests/data/landing/reference/admin_division/*/divisions.csv from the revisions of GB/T 2260 and the 2023 list.

    python -m tests.data.real.make_divisions HISTORY_FOLDER DIVISIONS_2023_FOLDER OUTPUT.csv
"""

import calendar
import csv
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

FIRST_DAY = date(1980, 1, 1)  # for codes of the first known revision; when they really began is not in the sources
OPEN_END = date(9999, 12, 31)
ONE_DAY = timedelta(days=1)
STATISTICS_DAY = date(2023, 6, 30)  # reference day of the 2023 edition, read in a secondary source only
STATISTICAL_ZONES = range(71, 80)  # development zones of the statistics bureau: in its list, not in GB/T 2260
OUTSIDE_2023 = ("71", "81", "82")  # the statistics bureau lists 31 provinces, without these three
HEADING = "市辖区"
Names = Mapping[str, str]


@dataclass(frozen=True)
class Revision:
    """The codes and names in force on one day, as one published list has them."""

    day: date
    names: Names


@dataclass(frozen=True)
class Span:
    """A code with one name, from the first to the last day on which it counts, both included."""

    code: str
    name: str
    first: date
    last: date


def main(history: Path, divisions: Path, output: Path) -> None:
    """Write the spans of every code, ordered by code and first day."""
    revisions = sorted((_gb2260(path) for path in history.glob("*.tsv")), key=lambda revision: revision.day)
    revisions.append(_statistics(divisions, revisions[-1]))
    rows = sorted(spans(revisions), key=lambda span: (span.code, span.first))
    codes = {span.code for span in rows}
    with output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "name", "level", "parent_code", "valid_from", "valid_to"))
        writer.writerows((s.code, s.name, level(s.code), parent(s.code, codes), s.first, s.last) for s in rows)


def spans(revisions: list[Revision]) -> Iterator[Span]:
    """Yield each code's spans. A code counts from the day after the last list without it to the day of the first
    list without it again: the change lies somewhere between, and a code must not be refused for our ignorance.
    A code that only one list leaves out therefore has one span."""
    for code in sorted({code for revision in revisions for code in revision.names}):
        open_span: Span | None = None
        for seen in _seen(code, revisions):
            if open_span and seen.name == open_span.name and seen.first <= open_span.last + ONE_DAY:
                open_span = replace(open_span, last=seen.last)
                continue
            if open_span:
                yield replace(open_span, last=min(open_span.last, seen.first - ONE_DAY))
            open_span = seen
        if open_span:
            yield open_span


def _seen(code: str, revisions: list[Revision]) -> Iterator[Span]:
    changed = [FIRST_DAY, *(revision.day + ONE_DAY for revision in revisions[:-1])]
    gone = [*(revision.day for revision in revisions[1:]), OPEN_END]
    for revision, first, last in zip(revisions, changed, gone, strict=True):
        if code in revision.names:
            yield Span(code, revision.names[code], first, last)


def level(code: str) -> str:
    """Return province, prefecture or county."""
    return "province" if code.endswith("0000") else "prefecture" if code.endswith("00") else "county"


def parent(code: str, codes: set[str]) -> str:
    """Return the code one level up that the table holds; empty for a province."""
    if code.endswith("0000"):
        return ""
    prefecture = code[:4] + "00"
    return prefecture if prefecture != code and prefecture in codes else code[:2] + "0000"


def _gb2260(path: Path) -> Revision:
    year, month = int(path.stem[:4]), int(path.stem[4:] or 12)
    day = date(year, month, calendar.monthrange(year, month)[1])
    with path.open(encoding="utf-8", newline="") as file:
        return Revision(day, {row["code"]: row["name"] for row in csv.DictReader(file, delimiter="\t")})


def _statistics(folder: Path, last: Revision) -> Revision:
    names: dict[str, str] = {}
    for file_name in ("areas.csv", "cities.csv", "provinces.csv"):
        with (folder / file_name).open(encoding="utf-8", newline="") as file:
            names |= {row["code"].ljust(6, "0"): row["name"] for row in csv.DictReader(file)}
    names = {code: name for code, name in names.items() if int(code[4:]) not in STATISTICAL_ZONES}
    kept = {code: name for code, name in last.names.items() if _unlisted(code, name, names)}
    return Revision(STATISTICS_DAY, {**names, **kept})


def _unlisted(code: str, name: str, names: Names) -> bool:
    """True where the 2023 list is silent by its scope, not because the division ended."""
    return code[:2] in OUTSIDE_2023 or (name == HEADING and code.endswith("01") and code[:4] + "00" in names)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
