"""What became of one input: taken as so many rows, set aside, or refused; and whether that adds up."""

import json
from pathlib import Path
from typing import NamedTuple

from jobs.conform.plain.catalogue import PLAIN
from jobs.conform.violations import DEFECTS, OF_FORMAT
from jobs.evidence.intake import FileReport, LandedFile
from jobs.ingest.delivery import spread
from jobs.ingest.places import places
from jobs.ingest.prepare import Prepared
from jobs.ingest.read import _outcome, _together
from schemas.contract import Contract
from tests.ingest.cases import desk, landed


class Account(NamedTuple):
    """rows: records, the defective ones among them counted in `defects`.  refused: inputs, or files of one, refused with a sentence."""

    rows: int = 0
    defects: int = 0
    aside: int = 0
    refused: int = 0

    def __add__(self, other: "Account") -> "Account":  # type: ignore[override]
        return Account(*(one + more for one, more in zip(self, other, strict=True)))


REFUSED = Account(refused=1)


def of_file(path: Path, content: bytes, contract: Contract) -> Account:
    """Land a file, make it ready as a run does, and count: what was written, what the report says, and what the proof finds there later."""
    files = spread(landed(path, content))
    maker = desk(contract, path.parent / "work", checks=PLAIN)
    outcomes = _together(files, [_outcome(file, maker) for file in files])
    found = Account()
    for file, outcome in zip(files, outcomes, strict=True):
        found += _refused(outcome) if isinstance(outcome, FileReport) else _taken(file, outcome, contract)
    return found


def _refused(report: FileReport) -> Account:
    assert (report.refused and ". " in report.refused) or report.same_as, f"{report.path} is neither taken nor refused with a sentence"
    return REFUSED


def _taken(file: LandedFile, ready: Prepared, contract: Contract) -> Account:
    report, found = ready.report, list(places(file, contract, ready.path.parent))
    there = [place for place in found if not place.is_aside]
    assert len(there) == report.records, f"the report has {report.records} records, the proof finds {len(there)}"
    assert len(found) - len(there) == report.aside, f"the report has {report.aside} rows aside, the proof finds {len(found) - len(there)}"
    assert len({(place.within, place.row) for place in there}) == len(there), "two records stand in one place"
    if ready.layout is not None:
        return Account(report.records, 0, report.aside)
    defects = _defects(ready.path, contract)
    assert len(defects) == report.records, f"the report has {report.records} records, the transcript {len(defects)}"
    return Account(report.records, sum(one is not None for one in defects), report.aside)


def _defects(transcript: Path, contract: Contract) -> list[str | None]:
    """What is wrong with each record of a transcript; Spark must be able to read every line, and conform must know every defect."""
    known = (None, *DEFECTS, *OF_FORMAT.get(contract.source_format, ()))
    with transcript.open(encoding="utf-8", newline="\n") as file:
        lines = [json.loads(line) for line in file]
    found = [line.get("d") for line in lines]
    assert not set(found) - set(known), f"conform knows no defect {sorted(set(found) - set(known))}"
    assert all("v" in line for line in lines if "d" not in line), "a record without a defect has no values"
    return found
