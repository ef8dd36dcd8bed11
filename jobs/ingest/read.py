"""Ingest: the waiting files of a table as one raw frame, and a report on each file. Nothing is dropped."""

import re
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from pyspark.sql import SparkSession

from jobs.evidence.intake import FileReport, Intake, LandedFile
from jobs.ingest.frame import raw_frame
from jobs.ingest.header import slots
from jobs.ingest.places import unpacked
from jobs.ingest.prepare import Desk, Prepared, prepare
from jobs.ingest.refusal import landed, refuse
from jobs.ingest.swap import Checks
from schemas.contract import Contract
from schemas.errors import Refused

BLOCK = 32 << 20  # bytes of a file for one task: a quarter of Spark's default, so that 100 MB keep two cores busy
UNITS = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}  # powers of two, as Spark spells sizes
NO_CHECKS: Checks = MappingProxyType({})
Outcome = Prepared | FileReport


def read(
    spark: SparkSession, contract: Contract, files: tuple[LandedFile, ...], workspace: Path, checks: Checks = NO_CHECKS
) -> Intake:
    """Read the files of one batch into the raw frame.

    The frame is lazy and reads landing and `workspace` when it is evaluated: keep both until then.  checks: plain
    predicates by identifier rule, to find swapped columns.  A file that is refused does not stop the others; its
    sentence is in its report.  Raises Unavailable when the disk is full.
    """
    workspace.mkdir(parents=True, exist_ok=True)
    desk = Desk(contract, slots(contract), workspace, checks, _block(spark))
    outcomes = _together(files, [_outcome(file, desk) for file in files])
    frame = raw_frame(spark, desk, [outcome for outcome in outcomes if isinstance(outcome, Prepared)])
    reports = tuple(outcome.report if isinstance(outcome, Prepared) else outcome for outcome in outcomes)
    kept = tuple(one for outcome in outcomes if isinstance(outcome, Prepared) for one in outcome.kept)
    return Intake(frame, tuple(_twin(report, reports) for report in reports), kept)


def _block(spark: SparkSession) -> int:
    """Return the session's own block size when it is smaller than ours."""
    setting = str(spark.conf.get("spark.sql.files.maxPartitionBytes")).lower()
    size = re.fullmatch(r"(\d+)([kmgt]?)b?", setting)
    return min(BLOCK, int(size[1]) << UNITS[size[2]]) if size else BLOCK


def _outcome(file: LandedFile, desk: Desk) -> Outcome:
    if file.refused or file.same_as:
        return FileReport(file.relative, file.sha256, file.bytes, refused=file.refused, same_as=file.same_as)
    try:
        return _counted(file, prepare(unpacked(file, desk.workspace), desk))
    except Refused as refusal:
        sentence = str(refusal)
    except FileNotFoundError:
        sentence = "is no longer there. Nothing was read. Land it again."
    return FileReport(file.relative, file.sha256, file.bytes, refused=f"{landed(file.relative)}: {sentence}")


def _counted(file: LandedFile, ready: Prepared) -> Prepared:
    """Raise Refused when a member does not have the records that the manifest says."""
    if file.records is not None and file.records != ready.report.records:
        fact = f"has {ready.report.records} records, and {file.records} by the manifest of its delivery"
        raise refuse(fact, "Ask the source which of the two is right.")
    return ready


def _together(files: tuple[LandedFile, ...], outcomes: list[Outcome]) -> list[Outcome]:
    """Refuse all members of a delivery of which one was refused, with that one's sentence: it is taken whole or not at all."""
    refused: dict[Path, str] = {}
    for file, outcome in zip(files, outcomes, strict=True):
        if file.member is not None and isinstance(outcome, FileReport) and outcome.refused:
            refused.setdefault(file.path, outcome.refused)
    return [
        FileReport(file.relative, file.sha256, file.bytes, refused=refused[file.path]) if file.member is not None and file.path in refused else outcome
        for file, outcome in zip(files, outcomes, strict=True)
    ]


def _twin(report: FileReport, reports: tuple[FileReport, ...]) -> FileReport:
    """A second name of a refused file is refused with it: there is nothing that it could be the same as."""
    if report.same_as not in {other.path for other in reports if other.refused}:
        return report
    fact = f"{landed(report.path)}: has the content of '{landed(str(report.same_as))}', which was refused"
    return replace(report, refused=f"{fact}. Nothing was read; the file stays in landing. See there.")
