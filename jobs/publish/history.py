"""The versions of records: which rows of a batch join them, what a dump says without a row, and the one write that brings both in."""

from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.evidence.ledger import row_hashes
from jobs.lake import tables
from jobs.lake.versions import IS_DELETED, RECORDED, VALID_FROM, VALID_TO, ended, valid_on
from jobs.publish import shape
from schemas.contract import Contract
from schemas.errors import Refused

if TYPE_CHECKING:
    from jobs.publish.batch import Work

BEFORE = "1900-01-01"  # rows of a table that kept no past count since before anybody knows
PLACE = ("_file", "_path", "_row")  # of a row in landing; what a dump says without a row has none


@dataclass(frozen=True)
class Dump:
    """A delivery that is the whole table. standing: the records that stand on its day.  gone: of these, what it lacks.  news: its rows that are news."""

    standing: DataFrame
    gone: DataFrame
    news: DataFrame


def versions(silver: DataFrame | None, contract: Contract) -> DataFrame | None:
    """Return silver's rows as versions. Those of a table that has kept the newest rows only become the first versions."""
    if silver is None or not contract.keeps_past or VALID_TO in silver.columns:
        return silver
    kind = F.lit(BEFORE).cast("date")
    since = kind if contract.counts_from is None else F.coalesce(F.col(contract.counts_from), kind)
    return ended(silver.withColumns({VALID_FROM: since, IS_DELETED: _is_deleted(contract)}), contract.key)


def known(silver: DataFrame | None, contract: Contract, day: str) -> DataFrame | None:
    """Return the rows that a new one is held against: the records as they are on its day where that day dates it, else all."""
    found = versions(silver, contract)
    return valid_on(found, day) if found is not None and contract.is_dated_by_delivery else found


def lacking(candidate: DataFrame, silver: DataFrame | None, contract: Contract, day: str) -> tuple[DataFrame, DataFrame] | None:
    """Return the records that stand on the day of a dump, and of these the ones that it lacks; None for a table that is not dumped, or never was.

    A row in quarantine still names its record, which so is not lacking.
    """
    standing = known(silver, contract, day) if contract.merge == "snapshot" else None
    return None if standing is None else (standing, standing.join(candidate.select(*contract.key), list(contract.key), "left_anti"))


def measured(work: "Work", candidate: DataFrame, silver: DataFrame | None, news: DataFrame) -> dict[str, int]:
    """Return how many records stand on the day of a dump, how many it lacks, and of how many it is said again what they were later.

    The versions that close the first and restate the others are kept for step 5. news: the rows that go into silver.
    """
    found = lacking(candidate, silver, work.contract, work.plan.date)
    if found is None or silver is None:
        return {"records": 0, "records_missing": 0, "records_restated": 0}
    dump = Dump(*found, news)
    made = _made(work, dump.gone, work.plan.date).withColumn(IS_DELETED, F.lit(True))
    later = min((day for day in work.ingest.dates(work.settings, work.contract.table) if day > work.plan.date), default=None)
    if later is not None:
        made = made.unionByName(_restated(work, dump, silver, later), allowMissingColumns=True)
    made.coalesce(1).write.mode("overwrite").parquet(str(work.plan.made))
    counted = work.spark.read.schema(made.schema).parquet(str(work.plan.made)).groupBy(F.col(VALID_FROM) > work.plan.date).count()
    counts = dict(tuple(row) for row in counted.toLocalIterator())
    return {"records": dump.standing.count(), "records_missing": counts.get(False, 0), "records_restated": counts.get(True, 0)}


def write(work: "Work", rows: DataFrame) -> None:
    """Bring the rows of a batch, and what a dump says without a row, among the versions, in one commit; prove it by reading back.

    1. Find the other versions of the records concerned, as they were without this batch.
    2. Insert the new versions and set the ends of those beside them; a repeat with the same batch changes nothing.
    3. Read the versions of these records back. Raises Refused when they are not what was meant.
    """
    contract, target = work.contract, tables.table(work.settings, "silver", work.contract.table)
    fresh = _fresh(work, rows)
    is_fitting = shape.is_fitting(tables.kinds(target), contract)
    # Delta reads no frame again whose columns have changed meanwhile, but one of a version.
    silver = tables.read(work.spark, target, None if is_fitting else tables.version(target))
    before = _without(versions(shape.fitted(silver, contract), contract), work.plan.batch)  # 1
    if before is None or silver is None:
        tables.append_once(ended(fresh, contract.key), target, work.plan.batch)  # 2
        return _prove(work, fresh, None)
    if VALID_TO not in silver.columns or not is_fitting:
        tables.replace_once(ended(before.unionByName(fresh, allowMissingColumns=True), contract.key), target, work.plan.batch)  # 2
    else:
        same = (*contract.key, VALID_FROM, "_batch")
        tables.merge_once(_moved(before, fresh, contract), target, same, work.plan.batch, (VALID_TO,))  # 2
    return _prove(work, fresh, before)  # 3


def _fresh(work: "Work", rows: DataFrame) -> DataFrame:
    contract = work.contract
    since = F.lit(work.plan.date).cast("date") if contract.counts_from is None else F.col(contract.counts_from)
    sent = rows.withColumns({VALID_FROM: since, IS_DELETED: _is_deleted(contract)})
    if contract.merge != "snapshot" or not work.plan.made.exists():
        return sent
    return sent.unionByName(work.spark.read.parquet(str(work.plan.made)), allowMissingColumns=True)


def _without(versions: DataFrame | None, batch: str) -> DataFrame | None:
    return None if versions is None else versions.where(F.col("_batch") != batch)


def _touched(before: DataFrame, fresh: DataFrame, contract: Contract) -> DataFrame:
    names = [*contract.key, VALID_FROM, VALID_TO, IS_DELETED, *RECORDED]
    return before.select(*names).join(fresh.select(*contract.key), list(contract.key), "left_semi")


def _moved(before: DataFrame, fresh: DataFrame, contract: Contract) -> DataFrame:
    """The new versions whole, and of the old ones whose end moves what tells which they are."""
    old = _touched(before, fresh, contract).withColumns({"_end": F.col(VALID_TO), "_is_new": F.lit(False)})
    together = old.unionByName(fresh.withColumn("_is_new", F.lit(True)), allowMissingColumns=True)
    moved = F.col("_is_new") | ~F.col(VALID_TO).eqNullSafe(F.col("_end"))
    return ended(together, contract.key).where(moved).drop("_end", "_is_new")


def _prove(work: "Work", fresh: DataFrame, before: DataFrame | None) -> None:
    contract, target = work.contract, tables.table(work.settings, "silver", work.contract.table)
    names = (*contract.key, VALID_FROM, VALID_TO, IS_DELETED, "_batch")
    plain = fresh.select(*contract.key, VALID_FROM, IS_DELETED, *RECORDED)
    meant = ended(plain if before is None else _touched(before, fresh, contract).drop(VALID_TO).unionByName(plain), contract.key)
    written = tables.whole(work.spark, target)
    assert written is not None
    found, wanted = row_hashes(_touched(written, fresh, contract), names).unionByName(row_hashes(meant, names)).toLocalIterator()
    if found != wanted:
        raise Refused(
            f"{contract.table} {work.plan.date}: the versions of the records of batch {work.plan.batch} are {found}, meant were {wanted}. "
            "The batch is not booked; restore the version of the table before it and run again."
        )


def _is_deleted(contract: Contract) -> Column:
    """Whether a row says that its record ended."""
    signs = [F.coalesce(F.col(name).isin(*wanted), F.lit(False)) for name, wanted in contract.deleted.items()]
    return reduce(and_, signs) if signs else F.lit(False)


def _made(work: "Work", rows: DataFrame, day: str) -> DataFrame:
    """Versions from a day on that no row of a file says: what the rows say, without a place in landing."""
    nowhere = {name: F.lit(None).cast(dict(rows.dtypes)[name]) for name in PLACE}
    stamps = {"_batch": F.lit(work.plan.batch), "_ingested_at": F.lit(work.plan.ingested_at)}
    return rows.withColumns({**nowhere, **stamps, VALID_FROM: F.lit(day).cast("date")}).drop(VALID_TO)


def _restated(work: "Work", dump: Dump, silver: DataFrame, later: str) -> DataFrame:
    """What a late dump changes must not reach beyond the next one, which told nothing of it: from that day on the records are again what they were."""
    key = list(work.contract.key)
    told = silver.where(F.col(VALID_FROM) == later) if VALID_FROM in silver.columns else silver.limit(0)
    untold = dump.news.select(*key).unionByName(dump.gone.select(*key)).join(told.select(*key), key, "left_anti")
    were = dump.standing.join(untold, key, "left_semi").withColumn(IS_DELETED, F.lit(False))
    were_not = dump.news.join(untold, key, "left_semi").join(dump.standing.select(*key), key, "left_anti").withColumn(IS_DELETED, F.lit(True))
    return _made(work, were.unionByName(were_not, allowMissingColumns=True), later)
