"""A run of one table for one business date: finish what a killed run left, then take in what waits in landing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession

from jobs.lake import lock, tables
from jobs.publish import batch, plan
from jobs.publish.audit import Auditor
from jobs.publish.supersede import supersede
from jobs.session import session
from schemas.contract import Contract
from schemas.errors import Refused, Unavailable
from schemas.settings import Settings


@dataclass(frozen=True)
class Order:
    """One run: a table and a business date. say: gets a line per step.  after: is called with each step's number once it is done."""

    settings: Settings
    contract: Contract
    date: str
    ingest: batch.Ingest
    say: Callable[[str], None]
    after: Callable[[int], None]


def run(order: Order) -> None:
    """Bring every file that waits for this date into the lake, as one batch.

    Raises Refused when a file was refused or the batch is held: what else came in is in the lake by then.
    Raises Unavailable when a reference table has no version yet, or another run writes this table.
    """
    settings, contract = order.settings, order.contract
    with lock.writing(settings, contract.table):
        left = plan.unfinished(settings, contract)
        if left is not None:
            _finish(order, left)
        files = order.ingest.waiting(settings, contract, order.date)
        if not files:
            _check_settled(order)
            folder = settings.landing / contract.source_class / contract.table / order.date
            order.say(f"{contract.table} {order.date}: nothing new in {folder}.")
            return
        _check_order(order, order.date)
        for old in plan.outdated(settings, contract, order.date):
            supersede(settings, contract, old)
            order.say(f"{contract.table} {old.date}: batch {old.batch} was held under another version of the contract; its files are judged anew.")
        _publish(order, plan.make(settings, contract, order.date, files))


def accept(order: Order, batch_id: str, because: str) -> None:
    """Release a held batch by a person's decision, with the reason in the ledger. Raises Refused when none is held."""
    table = order.contract.table
    found = plan.held(order.settings, table, batch_id)
    if found is None:
        raise Refused(f"{table} holds no batch '{batch_id}'. `govlake ledger {table}` lists them.")
    if not plan.is_current(found, order.contract) and not (found.folder / "accepted").exists():
        raise Refused(
            f"{table} {found.date}: batch {batch_id} was held under another version of the contract than today's {order.contract.version}. "
            f"Nothing was changed. Run the date again, so that its files are judged anew: `python -m jobs run {table} --date {found.date}`."
        )
    with lock.writing(order.settings, table):
        _check_order(order, found.date)
        batch.accept(_work(order, found), because)
        order.say(f"{table} {found.date}: batch {batch_id} accepted.")


def references(spark: SparkSession, settings: Settings, contract: Contract) -> Mapping[str, DataFrame]:
    """Return the rows of every table the contract's rules look things up in, as far as they have a version."""
    found = {name: tables.whole(spark, tables.table(settings, "silver", name)) for name in contract.references}
    return {name: frame for name, frame in found.items() if frame is not None}


def _check_settled(order: Order) -> None:
    """Raise Unavailable when there are only files that are still being written: a run that ended well would leave them for good."""
    if names := order.ingest.unsettled(order.settings, order.contract, order.date):
        raise Unavailable(
            f"{order.contract.table} {order.date}: {', '.join(names)} is still being written, or was changed within the last seconds. "
            "Nothing was taken in; it stays in landing, and the run is tried again."
        )


def _check_order(order: Order, date: str) -> None:
    """Raise Refused for an older delivery of a table that each delivery replaces: a backfill would set readers back."""
    newest = max(order.ingest.dates(order.settings, order.contract.table), default="")
    if order.contract.merge == "replace" and date < newest:
        raise Refused(
            f"{order.contract.table} {date}: readers have the delivery of {newest}, and each delivery of this table is the whole of it: an older one would set it back. "
            f"Nothing was taken in; its files stay where they are. To go back on purpose, deliver them under {newest} or a later date."
        )


def _session(order: Order) -> SparkSession:
    """Return the session, started only now: a run that finds nothing new needs none."""
    return session(order.settings, f"{order.contract.dag_id} {order.date}".strip())


def _work(order: Order, planned: plan.Plan) -> batch.Work:
    contract = plan.begun_under(planned, order.contract)
    return batch.Work(_session(order), order.settings, contract, planned, order.ingest, order.after)


def _finish(order: Order, left: plan.Plan) -> None:
    """Go on with a batch that was left unfinished, under the contract it was begun under."""
    name = f"{left.table} {left.date}"
    if plan.is_current(left, order.contract) or plan.is_judged(left):
        order.say(f"{name}: going on with batch {left.batch}, which an earlier run left unfinished.")
        return _publish(order, left)
    plan.forget(left)
    order.say(f"{name}: batch {left.batch}, which an earlier run left unfinished, had written nothing yet, and the contract has another version since: its files are taken in anew.")
    return None


def _publish(order: Order, planned: plan.Plan) -> None:
    contract, name = order.contract, f"{planned.table} {planned.date}"
    order.say(f"{name}: batch {planned.batch}, {len(planned.files)} file(s).")
    with Auditor(order.settings, contract.table) as auditor:
        work = _work(order, planned)
        found = batch.publish(work, references(work.spark, order.settings, contract), auditor)
    order.say(
        f"{name}: {found['rows_in']} rows in, {found['rows_silver']} to silver, {found['rows_quarantined']} quarantined, "
        f"{found['rows_duplicate']} duplicates." + (f" {closed} record(s) closed." if (closed := found.get("records_missing")) else "")
    )
    refused = [report["refused"] for report in found["files"] if report["refused"]]
    if refused:
        raise Refused(" ".join(dict.fromkeys(refused)))
