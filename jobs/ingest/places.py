"""A landed file read again for the places of its rows alone, without Spark: what `govlake ledger --prove` begins with."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from jobs.evidence.intake import LandedFile
from jobs.ingest import archive
from jobs.ingest.prepare import READERS
from jobs.ingest.source import Source
from schemas.contract import Contract

PART = "#"  # between a file's path and the sheet of it that a row stands in
BLOCK = 1 << 30  # bytes; no Spark task reads these files


class Place(NamedTuple):
    """One row of a file. within: what `_path` has behind the file's own path, empty but for a sheet of a workbook.

    is_aside: it is no record of the table, and a template or the reader sets it aside.
    """

    row: int
    within: str
    is_aside: bool


def places(file: LandedFile, contract: Contract, workspace: Path) -> Iterator[Place]:
    """Yield the places of a file's rows, by the contract that it was taken in by. Raises Refused when it cannot be read."""
    reader = READERS[contract.source_format](contract)
    whole = unpacked(file, workspace)
    found = reader.inspect(whole, workspace, BLOCK)
    for record in reader.records(Source(found.text or whole.path, found.packing, found.encoding, found.newline)):
        yield Place(record.row, f"{PART}{record.part}" if record.part else "", bool(record.aside))


def unpacked(file: LandedFile, workspace: Path) -> LandedFile:
    """Take a member out of its zip file, into the workspace."""
    if file.member is None:
        return file
    path = workspace / f"{file.sha256}.member{Path(file.member).suffix}"
    archive.unpack(file.path, file.member, path)
    return replace(file, path=path)
