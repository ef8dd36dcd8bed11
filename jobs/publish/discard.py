"""Which candidate rows do not go into silver: resent rows, older rows, and rows of one key that cannot be put in order."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from schemas.contract import Contract

DUPLICATE, CONFLICT = "duplicate", "key_conflict"


def discarded(candidate: DataFrame, contract: Contract, silver: DataFrame | None) -> DataFrame:
    """Return _file, _row and reason (duplicate | key_conflict) of the candidate's silver rows that are left out.

    Within a batch the last row of a key by the contract's order wins; equal rows are duplicates; rows that tie with
    different content are conflicts, all of them. Against silver: a row that is older than the kept one, or equal to it,
    is a duplicate; a tie with different content is a correction and wins, because it was delivered later.
    Reads only key, order and hash columns: the rows themselves are not moved.
    """
    if contract.merge == "append":
        return candidate.select("_file", "_row", F.lit(DUPLICATE).alias("reason")).limit(0)
    columns = list(dict.fromkeys([*contract.key, *contract.order_by, "_hash", "_file", "_row"]))
    rows = candidate.where(F.col("_disposition") == "silver").select(*columns)
    beaten = _within(rows, contract)
    if silver is None or contract.merge == "replace":
        return beaten
    kept = rows.join(beaten, ["_file", "_row"], "left_anti")
    return beaten.unionByName(_against(kept, contract, silver))


def _within(rows: DataFrame, contract: Contract) -> DataFrame:
    key = list(contract.key)
    crowded = rows.groupBy(*key).count().where("count > 1").drop("count")
    order = [F.col(name).desc_nulls_last() for name in contract.order_by]
    by_key = Window.partitionBy(*key)
    ranked = rows.join(crowded, key, "left_semi").select(
        "_file",
        "_row",
        F.row_number().over(by_key.orderBy(*order, F.col("_hash"), F.col("_file"), F.col("_row"))).alias("place"),
        F.col("_hash"),
        F.rank().over(by_key.orderBy(*order) if order else by_key.orderBy(F.lit(0))).alias("rank"),
        *(F.col(name) for name in key),
    )
    best = Window.partitionBy(*key, "rank")
    tied = ranked.withColumn("spread", F.max("_hash").over(best) != F.min("_hash").over(best))
    conflict = (F.col("rank") == 1) & F.col("spread")
    reason = F.when(conflict, CONFLICT).when(F.col("place") > 1, DUPLICATE)
    return tied.select("_file", "_row", reason.alias("reason")).where("reason IS NOT NULL")


def _against(rows: DataFrame, contract: Contract, silver: DataFrame) -> DataFrame:
    names = contract.names
    kept = silver.select(
        *(F.col(name).alias(f"kept_{name}") for name in dict.fromkeys([*contract.key, *contract.order_by])),
        F.xxhash64(*names).alias("kept_hash"),
    )
    same = [F.col(f"kept_{name}").eqNullSafe(rows[name]) for name in contract.key]
    older = _before([rows[name] for name in contract.order_by], [F.col(f"kept_{name}") for name in contract.order_by])
    left_out = older | (F.col("kept_hash") == F.col("_hash"))
    joined = rows.join(kept, same, "inner").where(left_out)
    return joined.select("_file", "_row", F.lit(DUPLICATE).alias("reason"))


def _before(left: list[Column], right: list[Column]) -> Column:
    """True where `left` stands before `right` in the order; nulls stand before everything."""
    result = F.lit(False)
    for a, b in reversed(list(zip(left, right, strict=True))):
        smaller = F.coalesce(a < b, a.isNull() & b.isNotNull())
        result = smaller | (a.eqNullSafe(b) & result)
    return result
