"""Credit changes that gold does not count in yet, laid over what gold knows of a subject."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.stream import buckets

ENTRY = ("list", "authority", "decision_no")  # with the subject, what an entry is known by
HIT = "`list`:string,authority:string,decision_no:string,`from`:date,`to`:date,domain:string,source_table:string,source_version:string,effect:string"
HITS = f"array<struct<{HIT}>>"
CHANGED = f"array<struct<uscc:string,hit:struct<{HIT}>,is_late:boolean>>"


def book(changes: DataFrame, gold: DataFrame) -> DataFrame:
    """Return the last state of every entry that changed since gold was computed, in buckets of subjects by code.

    changes: silver.credit_change.  gold: with change_no, the last change it counts in, and _ingested_at, when it was computed.
    Returns _changed_bucket, _changed (array of CHANGED, null where nothing changed) and _change: the number of the last change
    of all.  is_late: at its source the entry changed before gold was computed, so files may have said something newer.
    """
    last = F.max("change_no") if "change_no" in gold.columns else F.lit(None).cast("bigint")  # gold of an older contract counts none in
    counted = gold.agg(F.coalesce(last, F.lit(0)).alias("_counted"), F.max("_ingested_at").alias("_computed_at"))
    fresh = changes.crossJoin(F.broadcast(counted)).where(F.col("_number") > F.col("_counted"))
    hit = F.struct(
        *ENTRY, F.col("starts_on").alias("from"), F.col("ends_on").alias("to"), "domain", F.lit("silver.credit_change").alias("source_table"),
        F.col("_batch").alias("source_version"), F.when(F.col("restricts_licensing"), "block").otherwise("review").alias("effect"),
    )  # fmt: skip
    state = F.struct(F.col("subject_uscc").alias("uscc"), hit.alias("hit"), (F.col("changed_at") < F.col("_computed_at")).alias("is_late"))
    latest = fresh.groupBy("subject_uscc", *ENTRY).agg(F.max_by(state, F.struct("changed_at", "_number")).alias("state"))
    packed = buckets.packed(latest, [F.col("subject_uscc")], F.collect_list("state").cast(CHANGED).alias("_changed"))
    every = changes.sparkSession.range(buckets.COUNT).withColumnRenamed("id", "_bucket")
    newest = changes.agg(F.coalesce(F.max("_number"), F.lit(0)).alias("_change"))
    return every.join(packed, "_bucket", "left").crossJoin(newest).withColumnRenamed("_bucket", "_changed_bucket")


def joined(frame: DataFrame, kept: DataFrame, code: Column) -> DataFrame:
    """Add _mine, the changed entries of the subject with this code (null when there is none), and _change."""
    found = frame.join(F.broadcast(kept), buckets.bucket(code) == F.col("_changed_bucket"), "left")
    mine = F.filter("_changed", lambda one: one["uscc"] == code)
    return found.withColumn("_mine", F.when(F.size(mine) > 0, mine)).drop("_changed", "_changed_bucket")


def laid(hits: Column) -> Column:
    """The hits with the changes laid over them: an entry that changed is as its change says; a late one is left out."""
    def is_untouched(hit: Column) -> Column:
        return ~F.exists("_mine", lambda one: _is_same(one["hit"], hit))

    known = F.coalesce(hits, F.array().cast(HITS))
    new = F.transform(F.filter("_mine", lambda one: ~one["is_late"]), lambda one: one["hit"])
    return F.when(F.col("_mine").isNull(), hits).otherwise(F.concat(F.filter(known, is_untouched), new))


def is_in_doubt() -> Column:
    """Whether an entry of the subject changed before gold was computed and became known only after: gold's next run decides."""
    return F.coalesce(F.exists("_mine", lambda one: one["is_late"]), F.lit(False))


def _is_same(one: Column, other: Column) -> Column:
    same = F.lit(True)
    for name in ENTRY:
        same = same & one[name].eqNullSafe(other[name])
    return same
