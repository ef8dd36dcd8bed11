"""The end of a batch: released into silver and quarantine, or held so that readers keep what they had."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from jobs.evidence.intake import FileReport
from jobs.evidence.ledger import FileEntry, Hop, balance, record, row_hashes
from jobs.lake import tables
from jobs.lake.versions import VALID_FROM
from jobs.publish import history, plan, shape
from jobs.publish.discard import CONFLICT
from schemas.contract import Contract
from schemas.errors import Refused

if TYPE_CHECKING:
    from jobs.publish.batch import Work

INTERNAL = ("_sent", "_hash", "_disposition")
SYSTEM = ("_extra", "_violations", "_file", "_path", "_row", "_batch", "_ingested_at")
UNKNOWN = {"evolve": "kept in _extra", "freeze": "refused", "discard_row": "whose rows are in quarantine", "discard_value": "left out"}
QUARANTINE = ("_sent", "_violations", "_extra", "_file", "_path", "_row", "_batch", "_ingested_at")


def candidate(work: "Work") -> DataFrame:
    """Return the candidate rows of the batch."""
    schema = T.StructType.fromJson(plan.read_json(work.plan.folder / "schema.json") or {})
    return work.spark.read.schema(schema).parquet(str(work.plan.candidate))


def discarded(work: "Work") -> DataFrame:
    """Return _path, _row, reason of the candidate's rows that stay out of silver."""
    return crowded(work).where(F.col("reason").isNotNull()).select("_path", "_row", "reason")


def crowded(work: "Work") -> DataFrame:
    """Return the rows of keys that occur more than once, see `discard.crowded`, as step 2 left them."""
    schema = "_path string, _row bigint, key bigint, reason string"
    return work.spark.read.schema(schema).parquet(str(work.plan.crowded))


def news(work: "Work") -> DataFrame:
    """Return the candidate's rows that go into silver, with the columns they have there."""
    good, left_out = candidate(work).where(F.col("_disposition") == "silver"), discarded(work)
    if work.contract.merge != "snapshot":  # of a whole table nearly every row is known: too many to hand to every task
        left_out = F.broadcast(left_out)
    return good.join(left_out, ["_path", "_row"], "left_anti").select(*work.contract.names, *SYSTEM)


def sent(contract: Contract) -> Column:
    """Return what quarantine keeps of a row that conform had found good."""
    return F.to_json(F.struct(*contract.names))


def quarantine(work: "Work", measurement: dict[str, Any]) -> None:
    """Append the refused rows, and those of keys in conflict, to the contract's one quarantine table."""
    if not measurement["rows_quarantined"]:
        return
    rows = candidate(work)
    refused = rows.where(F.col("_disposition") == "quarantine")
    conflicts = discarded(work).where(F.col("reason") == CONFLICT)
    torn = rows.join(F.broadcast(conflicts), ["_path", "_row"], "left_semi").withColumns(
        {"_sent": sent(work.contract), "_violations": _conflict(work)}
    )
    target = tables.table(work.settings, "quarantine", work.contract.table)
    tables.append_once(refused.select(*QUARANTINE).unionByName(torn.select(*QUARANTINE)).coalesce(1), target, work.plan.batch)


def silver(work: "Work", measurement: dict[str, Any]) -> Hop:
    """Bring the good rows into silver and prove it by reading them back. Raises Refused when the proof fails."""
    target = tables.table(work.settings, "silver", work.contract.table)
    rows = candidate(work).where(F.col("_disposition") == "silver").select(*work.contract.names, *SYSTEM)
    if measurement["rows_duplicate"] or CONFLICT in measurement["violations"]:
        rows = news(work)
    if work.contract.keeps_past:
        history.write(work, rows)
    elif work.contract.merge == "replace":
        tables.replace_once(rows, target, work.plan.batch)
    elif (reshaped := _reshaped(work, rows)) is not None:
        tables.replace_once(reshaped, target, work.plan.batch)
    elif work.contract.merge == "append" or not measurement["table_rows"]:
        tables.append_once(rows, target, work.plan.batch)
    else:
        tables.merge_once(rows, target, work.contract.key, work.plan.batch)
    return _proved(work, measurement, rows)


def _reshaped(work: "Work", rows: DataFrame) -> DataFrame | None:
    """Return all of silver with these rows, where the contract calls a column by another name or type than silver does; else None."""
    target = tables.table(work.settings, "silver", work.contract.table)
    if shape.is_fitting(tables.kinds(target), work.contract):
        return None
    kept = shape.fitted(tables.read(work.spark, target), work.contract)
    assert kept is not None
    if work.contract.merge != "append":
        kept = kept.join(rows.select(*work.contract.key), list(work.contract.key), "left_anti")
    return kept.unionByName(rows, allowMissingColumns=True)


def book(work: "Work", measurement: dict[str, Any], reports: tuple[FileReport, ...], released: Hop) -> None:
    """Write the hops and files of a released batch into the ledger. Raises Refused when a hop does not balance."""
    event, hops = f"{work.plan.batch}-released", [*_hops(work, measurement), balance(released)]
    if released.note:  # accepted by a person: the hold has booked the first hops
        event, hops = f"{work.plan.batch}-accepted", [balance(released)]
    hops += [balance(hop) for hop in _made(work, measurement)]
    record(work.settings, event, hops, _files(work, reports, "taken"))


def _made(work: "Work", found: dict[str, Any]) -> list[Hop]:
    """What a dump says without a row, each as many versions without a place in landing: records it lacks, and what a late one must not change."""
    closed, restated = found.get("records_missing", 0), found.get("records_restated", 0)
    if not closed + restated:
        return []
    target = tables.table(work.settings, "silver", work.contract.table)
    versions = tables.whole(work.spark, target, without=found["version"])
    assert versions is not None
    mine = versions.where((F.col("_batch") == work.plan.batch) & F.col("_path").isNull())
    counts = dict(tuple(row) for row in mine.groupBy(F.col(VALID_FROM) > work.plan.date).count().toLocalIterator())
    told = (("close", closed, False, f"{closed} record(s) that the delivery lacks are closed from {work.plan.date} on."),
            ("restate", restated, True, f"{restated} record(s) are again from the next snapshot on what they were: this one came late."))
    return [_hop(work, hop, rows, rows_out=counts.get(is_later, 0), note=note) for hop, rows, is_later, note in told if rows]


def hold(work: "Work", measurement: dict[str, Any], reports: tuple[FileReport, ...], verdict: dict[str, Any]) -> None:
    """Book a batch as held: its candidate stays for a decision, silver stays as it is."""
    at = _hop(work, "hold", measurement["rows_in"], rows_filtered=measurement["rows_in"], note=str(verdict["sentence"]))
    record(work.settings, f"{work.plan.batch}-held", [*_hops(work, measurement), at], _files(work, reports, "held"))
    plan.write_json(work.plan.folder / "held", verdict)


def refuse(work: "Work", reports: tuple[FileReport, ...]) -> None:
    """Book files of which none could be read: no batch comes of them, they stay in landing."""
    record(work.settings, f"{work.plan.batch}-refused", [], _files(work, reports, "refused"))


def _conflict(work: "Work"):  # type: ignore[no-untyped-def]
    fields = (F.lit(CONFLICT).alias("rule"), F.lit("+".join(work.contract.identity)).alias("column"))
    return F.array(F.struct(*fields, F.lit("quarantine").alias("severity"), F.lit(None).cast("string").alias("value")))


def _hops(work: "Work", found: dict[str, Any]) -> list[Hop]:
    row_level = found["rows_quarantined"] - found["violations"].get(CONFLICT, 0)
    good = found["rows_in"] - row_level
    aside = found.get("rows_filtered", 0)
    ingest = _hop(work, "ingest", found["rows_read"] + aside, rows_out=found["rows_in"], rows_filtered=aside, hash=str(found["hash"]))
    conformed = _hop(work, "conform", found["rows_in"], rows_out=good, rows_quarantined=row_level, hash=str(found["hash"]))
    return [balance(ingest), balance(conformed)]


def _proved(work: "Work", found: dict[str, Any], good: DataFrame) -> Hop:
    target = tables.table(work.settings, "silver", work.contract.table)
    written = tables.whole(work.spark, target, without=found["version"])
    assert written is not None
    sent = (F.col("_batch") == work.plan.batch) & F.col("_path").isNotNull()  # not what closes the records a dump lacks
    sides = row_hashes(written.where(sent), work.contract.names).unionByName(
        row_hashes(good, work.contract.names)
    )
    sums, meant = sides.toLocalIterator()
    if sums != meant:
        raise Refused(
            f"{work.contract.table} {work.plan.date}: silver holds {sums} of batch {work.plan.batch}, meant were {meant}. "
            f"The batch is not booked; restore version {found['version']} of the table and run again."
        )
    conflict = found["violations"].get(CONFLICT, 0)
    return _hop(
        work, "release", sums["rows"] + found["rows_duplicate"] + conflict, rows_out=sums["rows"], rows_quarantined=conflict,
        rows_duplicate=found["rows_duplicate"], hash=str(sums["hash"]), version_read=found["version"],
        version_written=tables.version(target),
    )


def _hop(work: "Work", hop: str, rows_in: int, **given: Any) -> Hop:
    empty = {"rows_out": 0, "rows_quarantined": 0, "rows_duplicate": 0, "rows_filtered": 0, "hash": "0",
             "version_read": None, "version_written": None, "note": None}
    at = datetime.now(UTC)
    return Hop(work.plan.batch, work.contract.table, work.plan.date, hop, rows_in, at=at, **{**empty, **given})


def _files(work: "Work", reports: tuple[FileReport, ...], state: str) -> list[FileEntry]:
    found = []
    for r in reports:
        place = state if r.state == "taken" else r.state
        found.append(FileEntry(r.sha256, r.path, work.contract.table, work.plan.date, work.plan.batch, r.bytes, r.records,
                               r.encoding, place, _note(r, UNKNOWN[work.contract.drift.columns]), datetime.now(UTC)))
    return found


def _note(report: FileReport, unknown: str) -> str | None:
    parts = [
        report.refused or "",
        f"same content as {report.same_as}" if report.same_as else "",
        f"{report.aside} row(s) set aside: {', '.join(report.aside_at)}" if report.aside else "",
        f"missing columns: {', '.join(report.missing)}" if report.missing else "",
        f"unknown columns {unknown}: {', '.join(report.unknown)}" if report.unknown else "",
    ]
    return "; ".join(part for part in parts if part) or None
