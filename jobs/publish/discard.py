"""Which candidate rows do not go into silver: resent rows, older rows, and rows of one key that cannot be put in order."""

from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.lake.versions import RECORDED
from schemas.contract import Contract

DUPLICATE, CONFLICT = "duplicate", "key_conflict"
DELIVERED = "_ingested_at"


def crowded(candidate: DataFrame, contract: Contract, silver: DataFrame | None) -> DataFrame:
    """Return _path, _row, key (hash) and reason of the candidate's silver rows whose key is not theirs alone.

    reason: duplicate or key_conflict for a row that stays out of silver, null for one that goes in.
    Within a batch the last row of a key by the contract's order wins; equal rows are duplicates; rows that tie with
    different content are conflicts, all of them. Against silver: a row that is older than the kept one, or equal to it,
    is a duplicate; of a tie with different content the row that was delivered later wins, as a correction. That is the kept one
    when a batch that was held is accepted after what corrected it.
    A table that only appends leaves nothing out. Reads only key, order and hash columns: the rows are not moved.
    """
    names = list(dict.fromkeys([*contract.key, *contract.order_by, "_hash", "_path", "_row", *([] if silver is None else [DELIVERED])]))
    rows = candidate.where(F.col("_disposition") == "silver").select(*names)
    if not contract.key:
        return rows.select("_path", "_row", F.lit(0).cast("bigint").alias("key"), F.lit("").alias("reason")).limit(0)
    within = _within(rows, contract)
    if contract.merge == "append":
        return within.withColumn("reason", F.lit(None).cast("string"))
    if silver is None or contract.merge == "replace":
        return within
    kept = rows.join(within.where(F.col("reason").isNotNull()), ["_path", "_row"], "left_anti")
    stale = _against(kept, contract, silver)
    return within.join(stale, ["_path", "_row"], "left_anti").unionByName(stale)


def _within(rows: DataFrame, contract: Contract) -> DataFrame:
    key = list(contract.identity)
    shared = rows.groupBy(*key).count().where("count > 1").drop("count")
    order = [F.col(name).desc_nulls_last() for name in contract.order_by] or [F.lit(0)]
    by_key = Window.partitionBy(*key)
    ranked = rows.join(shared, key, "left_semi").withColumns(
        {
            "place": F.row_number().over(by_key.orderBy(*order, "_hash", "_path", "_row")),
            "rank": F.rank().over(by_key.orderBy(*order)),
        }
    )
    equals = Window.partitionBy(*key, "rank")
    torn = (F.col("rank") == 1) & (F.max("_hash").over(equals) != F.min("_hash").over(equals))
    reason = F.when(torn, CONFLICT).when(F.col("place") > 1, DUPLICATE)
    return ranked.select("_path", "_row", F.xxhash64(*key).alias("key"), reason.alias("reason"))


def _against(rows: DataFrame, contract: Contract, silver: DataFrame) -> DataFrame:
    recorded = [F.struct(*RECORDED).alias("kept_recorded")] if contract.keeps_past else []
    kept = silver.select(
        *(F.col(name).alias(f"kept_{name}") for name in dict.fromkeys([*contract.identity, *contract.order_by, DELIVERED])),
        F.xxhash64(*contract.names).alias("kept_hash"), *recorded,
    )
    same = [F.col(f"kept_{name}").eqNullSafe(rows[name]) for name in contract.identity]
    key = F.xxhash64(*contract.identity).alias("key")
    if contract.keeps_past:
        believed = rows.join(kept, same, "inner").groupBy("_path", "_row", key, "_hash").agg(F.max_by("kept_hash", "kept_recorded").alias("kept_hash"))
        return believed.where(F.col("kept_hash") == F.col("_hash")).select("_path", "_row", "key", F.lit(DUPLICATE).alias("reason"))
    older = _before([rows[name] for name in contract.order_by], [F.col(f"kept_{name}") for name in contract.order_by])
    tied = [rows[name].eqNullSafe(F.col(f"kept_{name}")) for name in contract.order_by]
    corrected = reduce(and_, tied, F.col(f"kept_{DELIVERED}") > rows[DELIVERED])
    stale = rows.join(kept, same, "inner").where(older | corrected | (F.col("kept_hash") == F.col("_hash")))
    return stale.select("_path", "_row", key, F.lit(DUPLICATE).alias("reason"))


def _before(left: list[Column], right: list[Column]) -> Column:
    """True where `left` stands before `right` in the order; nulls stand before everything."""
    result = F.lit(False)
    for a, b in reversed(list(zip(left, right, strict=True))):
        smaller = F.coalesce(a < b, a.isNull() & b.isNotNull())
        result = smaller | (a.eqNullSafe(b) & result)
    return result
