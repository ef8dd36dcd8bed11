"""How a subject stands in credit on a day: what gold knows of it, of which only what is in force counts."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.stream import buckets, overlay
from jobs.stream.overlay import HITS
from jobs.stream.sides import HOPS, Sides
from schemas.contract import Contract

PASS, REVIEW, BLOCK, UNKNOWN = "pass", "review", "block", "unknown"
SHOWN = ("list", "authority", "decision_no", "from", "to", "domain", "source_table", "source_version")
KNOWN = ("uscc", "name", "permit_count", "permit_in_force_count", "last_permit_on")
SUBJECT = "struct<uscc:string,name:string,permit_count:bigint,permit_in_force_count:bigint,last_permit_on:date>"


def joined(frame: DataFrame, sides: Sides, code: Column) -> DataFrame:
    """Add what gold knows of the subject with this code, as it counts on `_day`.

    Adds _subject (null when unknown), _hits (in force on the day), _standing (unknown also while a credit table is
    away, never pass), _version (of the gold table; null until the ledger has it), _change (number of the last credit change
    known) and _data_at (when gold was computed).
    """
    gold = sides.frames.get(sides.credit)
    if gold is None:
        nothing = {"_subject": SUBJECT, "_hits": HITS, "_version": "bigint", "_change": "bigint", "_data_at": "timestamp"}
        without = frame.withColumns({name: F.lit(None).cast(kind) for name, kind in nothing.items()})
        return without.withColumn("_standing", F.lit(UNKNOWN))
    asked = frame.withColumn("_subject_code", code)
    found = asked.join(F.broadcast(book(gold)), buckets.bucket(F.col("_subject_code")) == F.col("_bucket"), "left")
    dated = _with_changes(_versioned(found, sides), sides, gold)
    written = F.get(F.filter("_adverse", lambda one: one["uscc"] == F.col("_subject_code")), F.lit(0))["hits"]
    listed = dated.withColumns({
        "_subject": F.get(F.filter("_subjects", lambda one: one["uscc"] == F.col("_subject_code")), F.lit(0)),
        "_hits": F.filter(overlay.laid(written), lambda hit: (hit["from"] <= F.col("_day")) & (hit["to"].isNull() | (hit["to"] > F.col("_day")))),
        "_is_known": F.coalesce(F.array_contains("_codes", F.col("_subject_code")), F.lit(False)),
    })
    return listed.withColumn("_standing", _standing(sides)).drop("_bucket", "_codes", "_subjects", "_adverse", "_computed", "_mine")


def book(gold: DataFrame) -> DataFrame:
    """Return what gold knows, in buckets of subjects by code; every bucket is there.

    _bucket; _codes of all subjects in it, _subjects with what is known of them, _adverse the few with hits; and of the
    whole table _computed (the batch that computed it) and _data_at.  Answers take from it only the columns they need.
    """
    told = F.struct(*KNOWN)
    hits = F.from_json(F.when(F.col("hits") != "[]", F.col("hits")), HITS)
    adverse = F.when(hits.isNotNull(), F.struct(F.col("uscc"), hits.alias("hits")))
    lists = (F.collect_list("uscc").alias("_codes"), F.collect_list(told).alias("_subjects"), F.collect_list(adverse).alias("_adverse"))
    every = gold.sparkSession.range(buckets.COUNT).withColumnRenamed("id", "_bucket")
    newest = gold.agg(F.max_by("_batch", "_ingested_at").alias("_computed"), F.max("_ingested_at").alias("_data_at"))
    return every.join(buckets.packed(gold, [F.col("uscc")], *lists), "_bucket", "left").crossJoin(newest)


def recorded(hops: DataFrame, standing: Contract) -> DataFrame:
    """Return the version of the gold table that the ledger gives for each batch that computed it."""
    mine = hops.where((F.col("table") == standing.table) & (F.col("hop") == "mart"))
    return mine.groupBy(F.col("batch").alias("_recorded")).agg(F.max("version_written").cast("bigint").alias("_version"))


def _with_changes(frame: DataFrame, sides: Sides, gold: DataFrame) -> DataFrame:
    """Add what changed of the subject since gold was computed, as overlay.joined does."""
    if sides.changes is None:
        return frame.withColumns({"_mine": F.lit(None).cast(overlay.CHANGED), "_change": F.lit(0).cast("bigint")})
    return overlay.joined(frame, overlay.book(sides.changes, gold), F.col("_subject_code"))


def _versioned(frame: DataFrame, sides: Sides) -> DataFrame:
    """Add _version. A Delta read does not tell its version to the plan; the batch in the rows leads to it."""
    hops = sides.frames.get(HOPS)
    if hops is None:
        return frame.withColumn("_version", F.lit(None).cast("bigint"))
    return frame.join(F.broadcast(recorded(hops, sides.standing)), F.col("_computed") == F.col("_recorded"), "left").drop("_recorded")


def shown(hits: Column) -> Column:
    """The hits as an answer shows them; an empty list where there are none."""
    listed = F.transform(hits, lambda hit: F.struct(*(hit[name].alias(name) for name in SHOWN)))
    return F.coalesce(listed, F.array().cast(f"array<struct<{overlay.HIT.rsplit(',', 1)[0]}>>"))


def _standing(sides: Sides) -> Column:
    if sides.credit_away:
        return F.lit(UNKNOWN)
    blocks = F.exists("_hits", lambda hit: hit["effect"] == BLOCK)
    known = F.when(blocks, BLOCK).when(F.size("_hits") > 0, REVIEW).otherwise(PASS)
    return F.when(~F.col("_is_known") | overlay.is_in_doubt(), UNKNOWN).otherwise(known)
