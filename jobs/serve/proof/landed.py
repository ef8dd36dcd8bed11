"""Landing as it is now, against the files that the ledger says were taken in: what each still holds, and what waits."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from jobs.serve.pending import DATE
from jobs.serve.proof.books import Books
from jobs.serve.proof.finding import Finding
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.settings import Settings

WITHIN = "!/"  # between a zip file and its member, as jobs/ingest/delivery.py writes it
ROWS = pa.schema([("_file", pa.string()), ("_path", pa.string()), ("_row", pa.int64()), ("aside", pa.int32())])


@dataclass(frozen=True)
class Looks:
    """How landing is looked at, handed in by the command line: packages of the upper floor do not import one another.

    survey: jobs.ingest.landing.survey.  places: jobs.ingest.places.places.  holding, unfinished: of jobs.publish.plan.
    """

    survey: Callable[[Path, Path], Any]
    places: Callable[[Any, Contract, Path], Iterable[Any]]
    holding: Callable[[Settings, str], Iterable[Any]]
    unfinished: Callable[[Settings, Contract], Any | None]


@dataclass(frozen=True)
class Landed:
    """The rows of the files that were taken in or are held. unread: content hashes of files whose rows nobody can tell.

    waiting: files that no batch has settled yet.
    """

    rows: pa.Table
    unread: tuple[str, ...]
    waiting: int
    findings: tuple[Finding, ...]


def landed(settings: Settings, books: Books, looks: Looks, workspace: Path) -> Landed:
    """Read the files of a table again, those of batches without a trace left out."""
    there, unsettled = _surveyed(settings, books.contract, looks)
    parts, unread, findings = [], [], []
    for line, contract, is_over in _lines(books):
        found, fault = there.get(line["path"]), None
        if found is not None and found.sha256 == line["sha256"]:
            try:
                parts.append(_rows(line, looks.places(found, contract, workspace)))
                continue
            except Refused as refused:
                fault = f"cannot be read any more: it {str(refused).split('. ')[0]}"
        elif line["path"].split(WITHIN)[0] in unsettled:
            fault = "is being written to"
        elif found is not None or not is_over:
            fault = "is no longer in landing" if found is None else "has other bytes than were taken in"
        unread.append(line["sha256"])
        if fault:
            findings.append(_finding(books, line, fault))
    known = {line["sha256"] for batch in books.batches for line in batch.files} | {line["sha256"] for line in books.held}
    waiting = sum(file.sha256 not in known for file in there.values())
    return Landed(pa.concat_tables([ROWS.empty_table(), *parts]), tuple(unread), waiting, tuple(findings))


def _surveyed(settings: Settings, contract: Contract, looks: Looks) -> tuple[dict[str, Any], set[str]]:
    """What lies in landing for a table: files by their path, and paths of those that are still being written."""
    folder = settings.landing / contract.source_class / contract.table
    dates = sorted(path for path in folder.iterdir() if DATE.match(path.name)) if folder.is_dir() else []
    surveys = [(date.relative_to(settings.landing).as_posix(), looks.survey(date, settings.landing)) for date in dates]
    there = {file.relative: file for _, found in surveys for file in found.files}
    return there, {f"{place}/{name}" for place, found in surveys for name in found.unsettled}


def _lines(books: Books) -> Iterator[tuple[Mapping[str, Any], Contract, bool]]:
    """The ledger's line of each file to read, with the contract to read it by, and whether its time is over."""
    for batch in books.batches:
        if batch.is_traced:
            yield from ((line, batch.contract, batch.is_over) for line in batch.files)
    yield from ((line, books.contract, False) for line in books.held)


def _rows(line: Mapping[str, Any], places: Iterable[Any]) -> pa.Table:
    numbers, parts, aside = [], [], []
    for place in places:
        numbers.append(place.row)
        parts.append(place.within)
        aside.append(int(place.is_aside))
    paths = pa.array([line["path"] + part for part in dict.fromkeys(parts)] or [""])
    order = {part: number for number, part in enumerate(dict.fromkeys(parts))}
    path = pa.DictionaryArray.from_arrays(pa.array([order[part] for part in parts], pa.int32()), paths).cast(pa.string())
    file = pa.array([line["sha256"]], pa.string()).take(pa.array([0] * len(numbers), pa.int32()))
    return pa.table([file, path, pa.array(numbers, pa.int64()), pa.array(aside, pa.int32())], schema=ROWS)


def _finding(books: Books, line: Mapping[str, Any], fault: str) -> Finding:
    told = f"landing/{line['path']} {fault.rstrip('.')}: what stands in the tables of it is proved from the trace on, and no further."
    return Finding(books.contract.table, line["path"], None, "file", line["batch"], told)
