"""How a subject stands in credit on a day: what gold knows of it, of which only what is in force counts."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.stream.sides import HOPS, Sides

PASS, REVIEW, BLOCK, UNKNOWN = "pass", "review", "block", "unknown"
SHOWN = ("list", "authority", "decision_no", "from", "to", "domain", "source_table", "source_version")
HIT = ",".join(f"`{name}`:{'date' if name in ('from', 'to') else 'string'}" for name in (*SHOWN, "effect"))
HITS = f"array<struct<{HIT}>>"
KNOWN = ("uscc", "name", "permit_count", "permit_in_force_count", "last_permit_on")
SUBJECT = "struct<uscc:string,name:string,permit_count:bigint,permit_in_force_count:bigint,last_permit_on:date>"


def joined(frame: DataFrame, sides: Sides, code: Column) -> DataFrame:
    """Add what gold knows of the subject with this code, as it counts on `_day`.

    Adds _subject (null when unknown), _hits (in force on the day), _standing (unknown also while a credit table is
    away, never pass), _version (of the gold table) and _data_at (when it was computed).
    """
    gold = sides.frames.get(sides.credit)
    if gold is None:
        nothing = {"_subject": SUBJECT, "_hits": HITS, "_version": "bigint", "_data_at": "timestamp"}
        without = frame.withColumns({name: F.lit(None).cast(kind) for name, kind in nothing.items()})
        return without.withColumn("_standing", F.lit(UNKNOWN))
    subjects = gold.select(F.struct(*KNOWN).alias("_subject"), F.col("hits").alias("_written"))
    found = frame.join(F.broadcast(subjects), code == F.col("_subject.uscc"), "left")
    # Real-Time Mode takes joins on equal keys alone, and a constant would be folded away: no offset is below 0.
    stamped = found.join(F.broadcast(_stamp(gold, sides)), F.least(F.col("_offset"), F.lit(0)) == F.col("_zero"), "left")
    counted = stamped.withColumn("_hits", _in_force(F.col("_written"), F.col("_day")))
    return counted.withColumn("_standing", _standing(sides)).drop("_written")


def shown(hits: Column) -> Column:
    """The hits as an answer shows them; an empty list where there are none."""
    listed = F.transform(hits, lambda hit: F.struct(*(hit[name].alias(name) for name in SHOWN)))
    return F.coalesce(listed, F.array().cast(f"array<struct<{HIT.rsplit(',', 1)[0]}>>"))


def _in_force(written: Column, day: Column) -> Column:
    hits = F.from_json(F.when(written != "[]", written), HITS)
    return F.filter(hits, lambda hit: (hit["from"] <= day) & (hit["to"].isNull() | (hit["to"] > day)))


def _standing(sides: Sides) -> Column:
    if sides.credit_away:
        return F.lit(UNKNOWN)
    blocks = F.exists("_hits", lambda hit: hit["effect"] == BLOCK)
    known = F.when(blocks, BLOCK).when(F.size("_hits") > 0, REVIEW).otherwise(PASS)
    return F.when(F.col("_subject").isNull(), UNKNOWN).otherwise(known)


def _stamp(gold: DataFrame, sides: Sides) -> DataFrame:
    """One row: when the gold table was computed, and the version the ledger gives for that computation.

    A Delta read does not tell its version to the plan; the batch id in the rows leads to it. Null until it is recorded.
    """
    zero = F.max(F.lit(0).cast("bigint")).alias("_zero")
    newest = gold.agg(F.max_by("_batch", "_ingested_at").alias("_computed"), F.max("_ingested_at").alias("_data_at"), zero)
    hops = sides.frames.get(HOPS)
    if hops is None:
        return newest.select("_zero", "_data_at", F.lit(None).cast("bigint").alias("_version"))
    mine = hops.where((F.col("table") == sides.standing.table) & (F.col("hop") == "mart"))
    recorded = mine.groupBy(F.col("batch").alias("_recorded")).agg(F.max("version_written").cast("bigint").alias("_version"))
    return newest.join(F.broadcast(recorded), F.col("_computed") == F.col("_recorded"), "left").select("_zero", "_data_at", "_version")
