"""Make the dirty but plausible files of the demo: python tests/data/made/make.py OUT_DIR [--scale F] [--seed N] [--sample]."""

import argparse
import sys
from pathlib import Path
from random import Random

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.data.made import cases, credit, files, hotline, listings, parties, soil
from tests.data.made.files import Part
from tests.data.made.parties import Row
from tests.data.made.places import BUSINESS_DATE
from tests.data.made.plan import PLANS

ROWS = {"enterprise": 20_000, "permit": 15_000, "penalty": 5_000, "service_item": 400, "case_accept": 12_000,
        "case_result": 11_000, "hotline_ticket": 6_000, "credit_listing": 600}
SAMPLE_ROWS = {"enterprise": 40, "permit": 30, "penalty": 25, "service_item": 24, "case_accept": 30, "case_result": 26,
               "hotline_ticket": 25, "credit_listing": 40}
PARTS = {
    "enterprise": (Part("city.csv", 0.7), Part("county-gb18030.csv", 0.15, "gb18030", titles=True),
                   Part("archive.csv.gz", 0.1), Part("office-bom.csv", 0.05, "utf-8-sig", extra=True)),
    "permit": (Part("city.csv", 0.8), Part("county-gb18030.csv", 0.15, "gb18030"), Part("office-utf16.csv", 0.05, "utf-16", titles=True)),
    "penalty": (Part("city.csv", 0.75), Part("county-mixed.csv", 0.05, mixed=25), Part("office-titles.csv", 0.2, titles=True, note=True)),
    "service_item": (Part("city.csv", 0.8), Part("office-two-headers.csv", 0.2, second=True)),
    "case_accept": (Part("hall.csv", 0.9), Part("county-gb18030.csv", 0.1, "gb18030")),
    "case_process": (Part("hall.jsonl", 1.0),),
    "case_result": (Part("hall.csv", 0.9), Part("county.csv.gz", 0.1)),
    "credit_listing": (Part("city.csv", 0.8), Part("court-gb18030.csv", 0.2, "gb18030", titles=True)),
    "hotline_ticket": (Part("hotline.csv", 0.9), Part("county-gb18030.csv", 0.1, "gb18030", titles=True)),
}
SOURCE_CLASS = {"hotline_ticket": "social"}
IN_DATABASE = {"case_process": 0.2}  # share of the rows that a county keeps in its own database, clean as its columns are


def main(arguments: list[str] | None = None) -> None:
    """Write all files below OUT_DIR and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="rows as a multiple of the demo's 96,000")
    parser.add_argument("--seed", type=int, default=20260302)
    parser.add_argument("--sample", action="store_true", help="one small plain file a table, as committed under tests/data/landing")
    given = parser.parse_args(arguments)
    counts = SAMPLE_ROWS if given.sample else {table: max(20, round(n * given.scale)) for table, n in ROWS.items()}
    for table, rows in world(counts, given.seed).items():
        plan, rng = PLANS[table], Random(f"{given.seed} {table}")
        rows = rows if given.sample else _handed_over(given.out, table, rows)
        arrived = soil.sampled(rows, plan, rng) if given.sample else soil.soiled(rows, plan, rng)
        _write(given.out, table, arrived, _sample(table) if given.sample else PARTS[table])


def world(counts: dict[str, int], seed: int) -> dict[str, list[Row]]:
    """Return the clean rows of all tables; results refer to cases, cases to items, permits and penalties to bodies.

    The first row of a business table is the example of its contract, so that what the guide shows is found in the lake.
    """
    rng = Random(seed)
    register = parties.enterprises(rng, counts["enterprise"])
    catalogue = cases.items(rng, counts["service_item"])
    accepted = cases.accepts(rng, counts["case_accept"], catalogue, register)
    process, results = cases.steps(rng, accepted, counts["case_result"])
    made = {
        "permit": credit.permits(rng, counts["permit"], register),
        "penalty": credit.penalties(rng, counts["penalty"], register),
        "enterprise": register, "service_item": catalogue, "case_accept": accepted,
        "case_process": process, "case_result": results, "hotline_ticket": hotline.tickets(rng, counts["hotline_ticket"]),
        "credit_listing": listings.listings(Random(f"{seed} credit_listing"), counts["credit_listing"], register),
    }
    for table in made.keys() - SOURCE_CLASS.keys():
        shown = files.example(table)
        made[table].insert(0, {name: shown[name] for name in made[table][0]})
    return made


def _handed_over(out: Path, table: str, rows: list[Row]) -> list[Row]:
    """Write the rows that stand in a department's database, and return those that come as files."""
    cut = len(rows) - round(len(rows) * IN_DATABASE.get(table, 0))
    if cut < len(rows):
        path = out / "department" / f"made-{table}.jsonl"
        files.write(Part(path.name, 1.0), path, rows[cut:], {})
        print(f"{path.relative_to(out)}: {len(rows) - cut} rows for a database, {path.stat().st_size} bytes")
    return rows[:cut]


def _sample(table: str) -> tuple[Part, ...]:
    return (Part(f"sample-{table}.{'jsonl' if table == 'case_process' else 'csv'}", 1.0),)


def _write(out: Path, table: str, rows: list[Row], parts: tuple[Part, ...]) -> None:
    source_class = SOURCE_CLASS.get(table, "business")
    folder, titles = out / source_class / table / BUSINESS_DATE.isoformat(), files.titles(source_class, table)
    start = 0
    for part in parts:
        end = len(rows) if part is parts[-1] else start + round(len(rows) * part.share)
        path = folder / f"made-{part.name}"
        files.write(part, path, rows[start:end], titles)
        print(f"{path.relative_to(out)}: {end - start} rows, {path.stat().st_size} bytes")
        start = end


if __name__ == "__main__":
    main()
