"""One batch from landing to released silver, as numbered steps that can be killed between any two and repeated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.conform.conform import conform
from jobs.evidence.intake import FileReport, Intake, LandedFile
from jobs.lake import blobs, tables
from jobs.publish import discard, history, measure, plan, release, shape, trace
from jobs.publish.audit import Auditor
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.settings import Settings


class Ingest(Protocol):
    """What publish asks of its neighbours: which files wait for a date, their rows, and what the table has had so far."""

    def waiting(self, settings: Settings, contract: Contract, date: str) -> tuple[LandedFile, ...]:
        """Return the files that wait, those of content already taken in left out."""
        ...

    def unsettled(self, settings: Settings, contract: Contract, date: str) -> tuple[str, ...]:
        """Return the names of files for a date that are still being written."""
        ...

    def read(self, spark: SparkSession, contract: Contract, files: tuple[LandedFile, ...], workspace: Path) -> Intake:
        """Return the rows of these files as one raw frame, and a report on each file."""
        ...

    def history(self, settings: Settings, table: str) -> list[int]:
        """Return the rows taken in by the last ten released batches of a table, newest first."""
        ...

    def dates(self, settings: Settings, table: str) -> list[str]:
        """Return the business dates of which a table has a released batch."""
        ...


@dataclass(frozen=True)
class Work:
    """What every step needs: the session, where things are, the contract, the plan, ingest, and what to call after a step."""

    spark: SparkSession
    settings: Settings
    contract: Contract
    plan: plan.Plan
    ingest: Ingest
    after: Callable[[int], None]


def publish(work: Work, references: Mapping[str, DataFrame], auditor: Auditor) -> dict[str, Any]:
    """Take one planned batch through the lake. Returns its measurement. Raises Refused when it is held.

    1. Keep the bytes that rows point to, and write the candidate rows, conformed once, with what the reader says of each file.
    2. Measure the candidate.
    3. Audit the measurements.
    4. Append the quarantined rows to quarantine.
    5. Bring the good rows into silver.
    6. Write where each row went, then the ledger: from here on the batch is done.
    7. Forget the working space.
    A step leaves its result in the working space in one move, so a repeat starts at the first one that is missing;
    4, 5 and 6 carry the batch id as Delta transaction, so a repeat of them changes nothing; the trace is replaced by an equal one.
    """
    reports = _candidate(work, references)  # 1
    _check_refused(work, reports)
    work.after(1)
    measurement = _measured(work, reports)  # 2
    work.after(2)
    verdict = plan.read_json(work.plan.folder / "verdict.json") or auditor.verdict(
        work.plan.folder / "measurement.json", work.plan.folder / "verdict.json"
    )  # 3
    work.after(3)
    if not verdict["success"]:
        release.hold(work, measurement, reports, verdict)
        raise Refused(str(verdict["sentence"]))
    _released(work, measurement, reports, None)
    return measurement


def accept(work: Work, because: str) -> None:
    """Release a held batch by a person's decision: measured anew, since silver may have moved on; then steps 4 to 7.

    The mark `accepted` follows the new measurement, so that a killed accept is repeated with the one it began with.
    """
    accepted = work.plan.folder / "accepted"
    if not accepted.exists():
        (work.plan.folder / "measurement.json").unlink(missing_ok=True)
    reports = tuple(FileReport(**report) for report in plan.read_json(work.plan.folder / "reports.json") or ())
    measurement = _measured(work, reports)
    plan.write_json(accepted, because)
    _released(work, measurement, reports, f"accepted: {because}")


def _released(work: Work, measurement: dict[str, Any], reports: tuple[FileReport, ...], note: str | None) -> None:
    release.quarantine(work, measurement)  # 4
    work.after(4)
    written = replace(release.silver(work, measurement), note=note)  # 5
    work.after(5)
    trace.write(work, measurement)
    release.book(work, measurement, reports, written)  # 6
    work.after(6)
    plan.forget(work.plan)  # 7


def _check_refused(work: Work, reports: tuple[FileReport, ...]) -> None:
    """Raise Refused, and let the batch be, when no file could be read, or one of a snapshot: what stood in it would seem to have ended."""
    refused = [str(report.refused) for report in reports if report.refused]
    if len(refused) == len(reports) or (refused and work.contract.merge == "snapshot"):
        others = [] if len(refused) == len(reports) else ["A snapshot is the whole table: the other files of the delivery wait too."]
        release.refuse(work, reports)
        plan.forget(work.plan)
        raise Refused(" ".join(dict.fromkeys([*refused, *others])))


def _candidate(work: Work, references: Mapping[str, DataFrame]) -> tuple[FileReport, ...]:
    done = work.plan.folder / "reports.json"
    known = plan.read_json(done)
    if known is not None:
        return tuple(FileReport(**report) for report in known)
    intake = work.ingest.read(work.spark, work.contract, work.plan.files, work.plan.folder / "transcripts")
    for one in intake.kept:
        blobs.keep(work.settings, work.contract.table, one.sha256, one.path)
    rows = conform(intake.frame, work.contract, references, F.lit(work.plan.date).cast("date"))
    stamped = rows.withColumns({"_batch": F.lit(work.plan.batch), "_ingested_at": F.lit(work.plan.ingested_at)})
    stamped.write.mode("overwrite").partitionBy("_disposition").parquet(str(work.plan.candidate))
    plan.write_json(work.plan.folder / "schema.json", stamped.schema.jsonValue())
    plan.write_json(done, [vars(report) for report in intake.files])
    return intake.files


def _measured(work: Work, reports: tuple[FileReport, ...]) -> dict[str, Any]:
    known: dict[str, Any] | None = plan.read_json(work.plan.folder / "measurement.json")
    if known is not None:
        return known
    target = tables.table(work.settings, "silver", work.contract.table)
    silver = tables.read(work.spark, target)
    if work.contract.merge != "replace":  # of which nothing stays
        silver = shape.fitted(silver, work.contract)
    candidate = release.candidate(work)
    crowded = discard.crowded(candidate, work.contract, history.known(silver, work.contract, work.plan.date))
    crowded.coalesce(1).write.mode("overwrite").parquet(str(work.plan.crowded))
    counts, details = measure.measure(candidate, release.crowded(work), work.contract)
    measurement = {
        "table": work.contract.table, "batch": work.plan.batch, "date": work.plan.date,
        "rows_read": sum(report.records for report in reports if report.refused is None),
        "rows_in": counts.rows_in, "rows_silver": counts.silver, "rows_quarantined": counts.quarantined,
        "rows_duplicate": counts.duplicate, "hash": counts.hash,
        "rows_filtered": sum(report.aside for report in reports if report.refused is None),
        "table_rows": 0 if silver is None else silver.count(),
        "version": tables.version(target),
        "files": [vars(report) for report in reports],
        "history": work.ingest.history(work.settings, work.contract.table),
        **details, **history.measured(work, candidate, silver, release.news(work)),
    }
    plan.write_json(work.plan.folder / "measurement.json", measurement)
    return measurement
