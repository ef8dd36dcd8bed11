"""The trace of a batch written: for each of its rows, the place it went to and what it was, for `govlake ledger --prove`."""

import shutil
from typing import TYPE_CHECKING, Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.evidence import trace
from jobs.publish import release
from jobs.publish.discard import CONFLICT

if TYPE_CHECKING:
    from jobs.publish.batch import Work


def write(work: "Work", measurement: dict[str, Any]) -> None:
    """Write where each row of the batch goes. Replaces what a killed run left: a repeat gives the same rows.

    1. Keep the contract that judged it: a later reading of its files needs the template, the key and the order of the columns.
    2. Write the rows.
    """
    settings, contract, batch = work.settings, work.contract, work.plan.batch
    kept = trace.edition(settings, contract, batch)
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(contract.path, kept)  # 1
    rows = release.candidate(work)
    reason = F.lit(None).cast("string")
    if measurement["rows_duplicate"] or CONFLICT in measurement["violations"]:
        rows, reason = rows.join(F.broadcast(release.discarded(work)), ["_path", "_row"], "left"), F.col("reason")
    torn = reason == CONFLICT
    place = F.when(torn, trace.QUARANTINE).otherwise(F.coalesce(reason, F.col("_disposition")))
    sent = F.when(torn, release.sent(contract)).otherwise(F.col("_sent"))
    placed = rows.withColumns({"_place": place, "_key": _key(contract.key), "_told": F.when(sent.isNotNull(), F.xxhash64(sent))})
    placed.select(*trace.COLUMNS).coalesce(1).write.mode("overwrite").parquet(str(trace.rows(settings, contract.table, batch)))  # 2


def _key(names: tuple[str, ...]) -> Column:
    return F.xxhash64(*names) if names else F.lit(None).cast("bigint")
