"""A held batch whose contract has changed since: its files are judged anew, in a batch of their own."""

from datetime import UTC, datetime

from jobs.evidence.ledger import FileEntry, Hop, balance, record
from jobs.publish import plan
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.settings import Settings


def supersede(settings: Settings, contract: Contract, old: plan.Plan) -> None:
    """End a held batch that another version of the contract held. None of its rows was released; its files are in landing.

    1. Write the ledger: the rows of the batch are accounted for, and its files count as not taken in.
    2. Forget the working space.
    Raises Refused when a killed `accept` left it half released: only that can finish it.
    """
    if (old.folder / "accepted").exists():
        raise Refused(
            f"{old.table} {old.date}: batch {old.batch} was being accepted when that was stopped. Nothing was started. "
            f"Finish it first: `govlake accept {old.table} {old.batch} --because …`."
        )
    at = datetime.now(UTC)
    note = f"The contract is now version {contract.version}: the files are judged anew in another batch."
    rows = int((plan.read_json(old.folder / "measurement.json") or {}).get("rows_in", 0))
    hop = Hop(old.batch, old.table, old.date, "superseded", rows, 0, 0, 0, rows, "0", None, None, at, note)
    reports = plan.read_json(old.folder / "reports.json") or ()
    files = [
        FileEntry(one["sha256"], one["path"], old.table, old.date, old.batch, one["bytes"], one["records"], one["encoding"], "superseded", note, at)
        for one in reports
        if one["refused"] is None and one["same_as"] is None
    ]
    record(settings, f"{old.batch}-superseded", [balance(hop)], files)  # 1
    plan.forget(old)  # 2
