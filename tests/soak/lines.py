"""Spoilt CSV files that Spark reads line by line, against the plain reader of the same files: row for row, value for value."""

import hashlib
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from jobs.conform.plain.catalogue import PLAIN
from jobs.ingest.csvfile import CsvReader
from jobs.ingest.header import slots
from jobs.ingest.read import read
from jobs.ingest.source import Source
from schemas.contract import Contract
from tests.ingest.cases import landed
from tests.soak import samples, worker

Row = tuple[str, int, str | None, tuple[str | None, ...]]  # file, row, defect, values
SHOWN = 5


def compared(spark: Any, asked: tuple[int, int], home: Path) -> dict[str, Any]:
    """Return what became of the files. asked: seed, and files."""
    made = {number: worker.made("lines", asked[0], number) for number in range(asked[1])}
    rows, refused, wrong = 0, 0, list[str]()
    for variant in [one for one in samples.csv() if one.contract.table in samples.KNOWN]:
        folder = home / variant.contract.table
        contents = {number: content for number, (one, content) in made.items() if one is variant}
        once = {hashlib.sha256(content).hexdigest(): (number, content) for number, content in contents.items()}
        files = tuple(landed(folder / f"{number}.csv", content) for number, content in once.values())
        refused += len(contents) - len(once)
        intake = read(spark, variant.contract, files, folder / "work", PLAIN)
        names = [column.name for column in variant.contract.columns if not column.compose]
        intake.frame.select("_path", "_row", "_defect", *names).write.parquet(str(folder / "frame"))
        found = [(one["_path"], one["_row"], one["_defect"], tuple(one[name] for name in names)) for one in pq.read_table(folder / "frame").to_pylist()]
        taken = {report.path: report.records for report in intake.files if not report.refused}
        refused += len(files) - len(taken)
        rows += len(found)
        plain = [row for number, content in once.values() if f"{number}.csv" in taken for row in _plain(folder / "plain" / f"{number}.csv", content, variant.contract, names)]
        assert sum(taken.values()) == len(plain), f"{variant.contract.table}: the reports have {sum(taken.values())} records, the plain reader {len(plain)}"
        wrong += [f"lines {path.removesuffix('.csv')} row {row} ({variant.contract.table})" for path, row in sorted({one[:2] for one in set(found) ^ set(plain)} | ({("twice", 0)} if len(found) != len(set(found)) else set()))]
    return {"rows": rows, "refused": refused, "failed": len(wrong), "first": wrong[:SHOWN]}


def _plain(path: Path, content: bytes, contract: Contract, names: list[str]) -> list[Row]:
    """The rows as the plain reader gives them, which a transcript would hold."""
    reader, known = CsvReader(), slots(contract)
    file = landed(path, content)
    found = reader.inspect(file, path.parent, 1 << 20)
    rows = []
    for record in reader.records(Source(path, found.packing, found.encoding, found.newline)):
        values = {known.names[slot]: value for slot, value in zip(known.layout(record.names).slots, record.values, strict=True) if slot is not None} if record.defect is None else {}
        rows.append((path.name, record.row, record.defect, tuple(values.get(name) for name in names)))
    return rows
