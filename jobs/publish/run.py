"""A run of one table for one business date: finish what a killed run left, then take in what waits in landing."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from jobs.evidence import ledger
from jobs.ingest import landing
from jobs.lake import lock, tables
from jobs.publish import batch, plan
from jobs.publish.audit import Auditor
from jobs.session import session
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.settings import Settings

Say = Callable[[str], None]


def run(settings: Settings, contract: Contract, date: str, say: Say, after: Callable[[int], None]) -> None:
    """Bring every file that waits for this date into the lake, as one batch.

    say: gets one line of progress per step.  after: called with the number of each step of the protocol once it is done.
    Raises Refused when a file was refused or the batch is held: what else came in is in the lake by then.
    Raises Unavailable when a reference table has no version yet, or another run writes this table.
    """
    with lock.writing(settings, contract.table), Auditor(settings, contract.table) as auditor:
        spark = session(settings, f"{contract.dag_id} {date}")
        left = plan.unfinished(settings, contract)
        if left is not None:
            say(f"{contract.table} {left.date}: going on with batch {left.batch}, which an earlier run left unfinished.")
            with Auditor(settings, contract.table) as second:
                _publish(batch.Work(spark, settings, contract, left, after), second, say)
        taken = ledger.files(spark, settings, contract.table)
        files = landing.waiting(settings, contract, date, taken)
        if not files:
            say(f"{contract.table} {date}: nothing new in {settings.landing / contract.source_class / contract.table / date}.")
            return
        _publish(batch.Work(spark, settings, contract, plan.make(settings, contract, date, files), after), auditor, say)


def accept(settings: Settings, contract: Contract, batch_id: str, because: str) -> None:
    """Release a held batch by a person's decision, with the reason in the ledger. Raises Refused when none is held."""
    found = plan.held(settings, contract.table, batch_id)
    if found is None:
        raise Refused(f"{contract.table} holds no batch '{batch_id}'. `govlake ledger --table {contract.table}` lists them.")
    with lock.writing(settings, contract.table):
        spark = session(settings, f"{contract.dag_id} accept {batch_id}")
        batch.accept(batch.Work(spark, settings, contract, found, lambda step: None), because)


def references(spark: SparkSession, settings: Settings, contract: Contract) -> Mapping[str, DataFrame]:
    """Return the rows of every table the contract's rules look things up in, as far as they have a version."""
    found = {name: tables.read(spark, tables.table(settings, "silver", name)) for name in contract.references}
    return {name: frame for name, frame in found.items() if frame is not None}


def _publish(work: batch.Work, auditor: Auditor, say: Say) -> None:
    name = f"{work.contract.table} {work.plan.date}"
    say(f"{name}: batch {work.plan.batch}, {len(work.plan.files)} file(s).")
    found = batch.publish(work, references(work.spark, work.settings, work.contract), auditor)
    say(
        f"{name}: {found['rows_in']} rows in, {found['rows_silver']} to silver, {found['rows_quarantined']} quarantined, "
        f"{found['rows_duplicate']} duplicates."
    )
    refused = [report["refused"] for report in found["files"] if report["refused"]]
    if refused:
        raise Refused(" ".join(refused))
