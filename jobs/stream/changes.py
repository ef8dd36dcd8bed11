"""Credit changes -> `silver.credit_change`, each once: micro-batches from the change topic, in one of the replicas."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.streaming.query import StreamingQuery

from jobs.conform.conform import conform
from jobs.evidence.ledger import LOW_BITS, Hop, balance, record
from jobs.lake import lock, tables
from jobs.stream import records, topics
from jobs.stream.origin import Origin, origin
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.load import load_streams
from schemas.settings import Settings

TRIGGER = "1 second"  # a change is to be in answers within 15 s, of which a replica's batch takes up to 11
MOST = 5_000  # changes a batch
PATIENCE = 30.0  # seconds; a replica that makes the table holds it for about two
CONFLICT = "key_conflict"
ROW = ("_extra", "_violations", "_file", "_path", "_row", "_batch", "_ingested_at")
REFUSED = ("_sent", *ROW)


@dataclass(frozen=True)
class Intake:
    """Where changes go. origin: the name and number of the checkpoint's writes."""

    settings: Settings
    contract: Contract
    origin: Origin

    @property
    def silver(self) -> tables.Table:
        """The table of all changes."""
        return tables.table(self.settings, "silver", self.contract.table)


def contract(settings: Settings) -> Contract:
    """Return the contract of the credit changes. Raises Refused when none has their topic."""
    found = next((one for one in load_streams(settings.contracts).values() if one.topic == topics.CREDIT_CHANGE), None)
    if found is None:
        raise Refused(f"No contract has 'topic: {topics.CREDIT_CHANGE}'. Nothing was started. It is shipped under schemas/streams; bring it back.")
    return found


def make_table(spark: SparkSession, settings: Settings, contract: Contract) -> None:
    """Make the table when it is missing, so that what reads it need not wait for the first change."""
    target = tables.table(settings, "silver", contract.table)
    with lock.writing(settings, target.noun, PATIENCE):
        if tables.version(target) is None:
            columns = "value binary, topic string, partition int, offset bigint, timestamp timestamp"
            nothing = spark.range(0).select(*(F.lit(None).cast(kind).alias(name) for name, kind in (one.split(" ") for one in columns.split(", "))))
            rows = _silver(_judged(nothing, contract, "").withColumn("_number", F.lit(None).cast("bigint")), contract)
            rows.write.format("delta").option("delta.appendOnly", "true").mode("append").save(str(target.path))


def start(spark: SparkSession, settings: Settings, contract: Contract, checkpoint: Path) -> StreamingQuery:
    """Start taking changes in, from the checkpoint. The table must be there."""
    intake = Intake(settings, contract, origin(checkpoint))
    stream = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", settings.kafka)
        .option("subscribe", contract.topic or "")
        .option("startingOffsets", "earliest")
        .option("maxOffsetsPerTrigger", MOST)
        .load()
    )
    return (
        stream.writeStream.foreachBatch(lambda batch, number: write(batch, number, intake))
        .option("checkpointLocation", str(checkpoint))
        .trigger(processingTime=TRIGGER)
        .queryName(contract.table)
        .start()
    )


def write(changes: DataFrame, number: int, intake: Intake, after: Callable[[int], None] = lambda step: None) -> None:
    """Write one micro-batch.

    1. New changes go to `silver.credit_change`, numbered on: from here on replicas can see them.
    2. Refused ones go to quarantine: what breaks a rule, and another change under a number that is taken.
    3. What is no JSON object goes to the dead letters.
    4. The batch's hop goes into the ledger.
    Killed between any two and repeated, it gives the same: 1, 2 and 4 carry the checkpoint's name and the batch's number,
    and a dead letter that comes twice names the same record. A change that another batch brought counts as duplicate.
    """
    batch = f"{intake.origin.app}-{number}"
    judged = _judged(changes.coalesce(1), intake.contract, batch).localCheckpoint()  # or each plan below holds the contract's rules anew
    stored = changes.sparkSession.read.format("delta").load(str(intake.silver.path)).where(F.col("_batch") != batch)  # a repeat finds its own rows there
    placed = _placed(judged, stored, intake.contract).persist()
    counts = {row["_place"]: (row["rows"], row["hash"]) for row in _counted(placed).toLocalIterator()}
    with lock.writing(intake.settings, intake.contract.table, PATIENCE):  # upkeep writes these tables too
        if "silver" in counts:
            _append(_silver(placed.where("_place = 'silver'"), intake.contract), intake.silver, (intake, number))  # 1
        after(1)
        if "quarantine" in counts:
            target = tables.table(intake.settings, "quarantine", intake.contract.table)
            _append(placed.where("_place = 'quarantine'").select(*REFUSED), target, (intake, number))  # 2
    after(2)
    if "dead" in counts:
        _bury(placed.where("_place = 'dead'"), intake.settings)  # 3
    after(3)
    if counts:
        day = placed.agg(F.max("_day").alias("day")).first()
        record(intake.settings, batch, [_hop(intake, (batch, str(day["day"]) if day else ""), counts)], [])  # 4
    placed.unpersist()


def _judged(changes: DataFrame, contract: Contract, batch: str) -> DataFrame:
    """The changes as the contract's own conform gives them; what the writes need of the record passes through."""
    absent = {"_extra": "map<string,string>", "_file": "string", "_raw": "string"}
    nothing = {name: F.lit(None).cast(kind) for name, kind in absent.items()}
    named = {"_path": F.col("_topic"), "_row": F.col("_offset"), "_defect": F.col("_broken")}
    raw = records.parsed(changes, contract.names).withColumns({**nothing, **named})
    return conform(raw, contract, {}, F.col("_day")).withColumns({"_batch": F.lit(batch), "_ingested_at": F.col("_at")})


def _placed(judged: DataFrame, stored: DataFrame, contract: Contract) -> DataFrame:
    """Add _place: silver, duplicate, quarantine or dead; and the _number of what is new, on from the last one taken."""
    key = F.col(contract.key[0])
    taken = stored.select(key.alias("_taken"), F.xxhash64(*contract.names).alias("_taken_hash"))
    last = stored.agg(F.coalesce(F.max("_number"), F.lit(0)).alias("_last"))
    near = taken.join(F.broadcast(judged.select(key.alias("_asked")).distinct()), F.col("_taken") == F.col("_asked"), "left_semi")
    known = judged.join(F.broadcast(near), key == F.col("_taken"), "left").crossJoin(F.broadcast(last))
    good = F.col("_disposition") == "silver"
    in_order = Window.partitionBy(key, good).orderBy("_partition", "_offset")
    first = F.coalesce("_taken_hash", F.first("_hash").over(in_order))
    is_new = F.col("_taken").isNull() & (F.row_number().over(in_order) == 1)
    place = F.when(F.col("_broken").isNotNull(), "dead").when(~good, "quarantine").when(is_new, "silver").when(F.col("_hash") == first, "duplicate").otherwise("conflict")
    numbered = Window.partitionBy("_place").orderBy("_partition", "_offset")
    placed = known.withColumn("_place", place).withColumn("_number", F.col("_last") + F.row_number().over(numbered))
    torn = F.col("_place") == "conflict"
    return placed.withColumns({
        "_violations": F.when(torn, F.concat("_violations", _conflict(contract))).otherwise(F.col("_violations")),
        "_sent": F.when(torn, F.to_json(F.struct(*contract.names))).otherwise(F.col("_sent")),
        "_place": F.when(torn, "quarantine").otherwise(F.col("_place")),
    })  # fmt: skip


def _conflict(contract: Contract) -> Column:
    told = {"rule": CONFLICT, "column": contract.key[0], "severity": "quarantine", "value": None}
    return F.array(F.struct(*(F.lit(value).cast("string").alias(name) for name, value in told.items())))


def _silver(rows: DataFrame, contract: Contract) -> DataFrame:
    return rows.select(*contract.names, *ROW, "_number")


def _counted(placed: DataFrame) -> DataFrame:
    low = F.sum(F.col("_hash").bitwiseAND(F.lit(LOW_BITS).cast("bigint")))
    return placed.groupBy("_place").agg(F.count(F.lit(1)).alias("rows"), low.alias("hash"))


def _append(rows: DataFrame, target: tables.Table, turn: tuple[Intake, int]) -> None:
    intake, number = turn
    writer = rows.coalesce(1).write.format("delta").option("txnAppId", intake.origin.app).option("txnVersion", number)
    writer.option("mergeSchema", "true").mode("append").save(str(target.path))


def _bury(dead: DataFrame, settings: Settings) -> None:
    """Put the original bytes into the dead letters, with the reason."""
    headers = F.array(F.struct(F.lit(topics.REASON).alias("key"), records.broken().cast("binary").alias("value")))
    letters = dead.select(F.col("_value").alias("value"), F.concat_ws(":", "_topic", "_offset").cast("binary").alias("key"), headers.alias("headers"))
    writer = letters.write.format("kafka").option("kafka.bootstrap.servers", settings.kafka).option("includeHeaders", "true")
    writer.option("topic", topics.CHANGE_DEAD_LETTER).save()


def _hop(intake: Intake, named: tuple[str, str], counts: dict[str, tuple[int, int]]) -> Hop:
    rows = {place: count for place, (count, _) in counts.items()}
    fate = (rows.get("silver", 0), rows.get("quarantine", 0), rows.get("duplicate", 0), rows.get("dead", 0))
    note = f"{fate[3]} record(s) that could not be read went to the dead letters." if fate[3] else None
    total, version = sum(found for _, found in counts.values() if found), tables.version(intake.silver)
    return balance(Hop(named[0], intake.contract.table, named[1], "release", sum(rows.values()), *fate, str(total), None, version, datetime.now(UTC), note))
