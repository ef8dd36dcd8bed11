"""`make bench`: pairs measured in one run, as JSON lines in build/bench.jsonl and a table in docs/benchmarks.md."""

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jobs.session import session
from schemas.settings import ROOT, settings

OUT, TABLE = ROOT / "build" / "bench.jsonl", ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- made by make bench: begin -->", "<!-- made by make bench: end -->"


def measurements(names: list[str], rows: int) -> Iterator[dict[str, Any]]:
    """Run the benchmarks named, in one Spark session, and yield their lines as they come."""
    from tests.bench import audit, batch, conform, dags, idle, landed, past, readers, upkeep

    with tempfile.TemporaryDirectory() as home:
        spark = session(settings({"GOVLAKE_HOME": home, "GOVLAKE_DRIVER_MEMORY": "4g"}), "bench", is_long=True)
        if "conform" in names:
            yield from conform.compare_engines(spark, rows)
        if "batch" in names:
            yield from batch.against_copy(spark, rows)
        if "audit" in names:
            yield from audit.compare(spark, Path(home) / "audit", rows)
        if "growth" in names:
            yield from batch.growth((rows, 3 * rows, 10 * rows))
        if "upkeep" in names:
            yield from upkeep.hourly(spark)
        if "past" in names:
            yield from past.differences(spark, rows)
        spark.stop()
    if "landed" in names:
        yield from landed.file_to_gold()
    if "dags" in names:
        yield from dags.parse_dags()
    if "readers" in names:
        yield from readers.against_parsers()
    if "idle" in names:
        yield from idle.idle_runs()


def _told(lines: list[dict[str, Any]]) -> str:
    rows = [f"| {one['name']} | {one['value']} {one['unit']} | {one['against']} | {one['ratio']} | {one.get('aim', '')} |" for one in lines]
    return "\n".join(["| what | measured | against | ratio | aim |", "|---|---|---|---|---|", *rows])


def main() -> None:
    """Measure, print, and write both files."""
    known = ["conform", "batch", "audit", "growth", "landed", "dags", "upkeep", "past", "readers", "idle"]
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", default=known, help=f"which of {', '.join(known)}")
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    lines = []
    OUT.parent.mkdir(exist_ok=True)
    with OUT.open("w", encoding="utf-8") as out:
        for line in measurements(given.names or known, given.rows):
            print(json.dumps(line, ensure_ascii=False), file=out, flush=True)
            print(json.dumps(line, ensure_ascii=False), flush=True)
            lines.append(line)
    if TABLE.is_file() and set(known) == set(given.names or known):
        head, _, rest = TABLE.read_text(encoding="utf-8").partition(BEGIN)
        TABLE.write_text(f"{head}{BEGIN}\n{_told(lines)}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
