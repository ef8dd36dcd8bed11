"""The job that writes every answer into `silver.verdict`, and every credit change into its table, once, until it is stopped."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pyspark.errors import StreamingQueryException
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming.query import StreamingQuery

from jobs.lake import lock, tables
from jobs.session import session
from jobs.stream import answered, changes
from jobs.stream.broker import make_topics
from jobs.stream.origin import Origin, origin
from jobs.stream.topics import CHANGE_DEAD_LETTER, CREDIT_ANSWER, CREDIT_CHANGE, INSTANT_VERDICT
from schemas.contract import Contract
from schemas.errors import Unavailable
from schemas.settings import Settings

TOPICS = (CREDIT_ANSWER, INSTANT_VERDICT)
NEEDED = (*TOPICS, CREDIT_CHANGE, CHANGE_DEAD_LETTER)
TRIGGER = "5 seconds"  # a verdict is to be in the table within 10; a batch costs 2.4 CPU seconds, small or not
MOST = 20_000  # answers a batch: what waits after a long stop is taken in by pieces that fit the driver
RESENT = 2 * 60 * 1_000_000  # microseconds: how long before a batch's oldest request an equal request id is still looked for
POLL = 2.0  # seconds between two looks for the broker
PROPERTIES = {
    "delta.appendOnly": "true",
    "delta.enableDeletionVectors": "false",
    "delta.dataSkippingStatsColumns": "batch_id,received_at,answered_at,request_id",  # never the request's own text
}


@dataclass(frozen=True)
class Book:
    """Where a ledger job writes. seal: seals every batch that has no seal, oldest first."""

    settings: Settings
    origin: Origin
    seal: Callable[[], object]


def serve(settings: Settings, change: Contract, seal: Callable[[], object], say: Callable[[str], None]) -> None:
    """Write answers and changes until the queries are stopped. change: the contract of the credit changes.

    1. Wait for the broker and make missing topics, so that no JVM is started in vain.
    2. Make the tables, and seal what a killed run left without a seal.
    3. Start both queries from their checkpoints; a new one gets a name and batch numbers of its own.
    Raises Unavailable when a query died or another ledger job runs; the process manager starts it again.
    """
    _await_broker(settings, say)  # 1
    with lock.writing(settings, "silver.verdict"):
        spark = session(replace(settings, driver_memory=settings.stream_memory), "verdicts", is_apart=True)
        make_tables(spark, settings)  # 2
        changes.make_table(spark, settings, change)
        seal()
        checkpoint = settings.home / "checkpoints" / "verdicts"
        book = Book(settings, origin(checkpoint, lambda: _numbered(spark, settings)), seal)
        _query(spark, book, checkpoint)  # 3
        changes.start(spark, settings, change, settings.home / "checkpoints" / change.table)
        say(f"writing {', '.join(TOPICS)} into silver.verdict, batches from {book.origin.first}, and {change.topic} into silver.{change.table}.")
        try:
            spark.streams.awaitAnyTermination()
        except StreamingQueryException as error:
            raise Unavailable(
                f"The ledger of verdicts stopped: {str(error).splitlines()[0]}. Answers stay in Kafka; the next start goes on without loss."
            ) from error


def make_tables(spark: SparkSession, settings: Settings) -> None:
    """Make the tables that are missing, before the stream: a first write that is killed would leave folders that are no tables.

    Not by CREATE TABLE IF NOT EXISTS, which takes a log folder without a commit for a table and makes none.
    """
    for target, columns, parted in ((_rows(settings), answered.ROW, ["received_on"]), (_doubts(settings), answered.DISAGREEMENT, [])):
        if tables.version(target) is None:
            kept = {key: value for key, value in PROPERTIES.items() if parted or "Stats" not in key}
            nothing = spark.createDataFrame([], columns).write.format("delta").options(**kept)
            nothing.mode("append").partitionBy(*parted).save(str(target.path))


def write(records: DataFrame, number: int, book: Book) -> None:
    """Write one micro-batch.

    1. Answers about which there is something to say go to `ledger.disagreement`.
    2. New rows go to `silver.verdict`, with the counts of the batch in the commit.
    3. The batch is sealed.
    Killed between any two and repeated, it gives the same: 1 and 2 carry the checkpoint's name and the batch's number, rows
    already in the table are left out, and 3 seals whatever has no seal.
    """
    answers = answered.read(records).persist()
    span = answers.agg(*(edge(F.unix_micros("received_at")).alias(name) for name, edge in (("since", F.min), ("until", F.max)))).first()
    found = answered.compared(answers, _known(answers, span, book)).persist()
    batch = book.origin.first + number
    counts = _counts(found)
    if counts["disagreeing"]:
        _append(answered.disagreeing(found, batch), _doubts(book.settings), (book, number), counts)  # 1
    if counts["rows"]:
        _append(answered.fresh(found, batch), _rows(book.settings), (book, number), counts)  # 2
        book.seal()  # 3
    found.unpersist()
    answers.unpersist()


def _query(spark: SparkSession, book: Book, checkpoint: Path) -> StreamingQuery:
    records = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", book.settings.kafka)
        .option("subscribe", ",".join(TOPICS))
        .option("startingOffsets", "earliest")
        .option("includeHeaders", "true")
        .option("maxOffsetsPerTrigger", MOST)
        .load()
    )
    return (
        records.writeStream.foreachBatch(lambda batch, number: write(batch, number, book))
        .option("checkpointLocation", str(checkpoint))
        .trigger(processingTime=TRIGGER)
        .queryName("verdicts")
        .start()
    )


def _known(answers: DataFrame, span: Row | None, book: Book) -> DataFrame:
    """Return the ledger's rows about the requests of a batch. Only files that hold requests of its time are read."""
    stored = answers.sparkSession.read.format("delta").load(str(_rows(book.settings).path))
    if span is None or span["since"] is None:
        return stored.limit(0)
    since, until = (F.timestamp_micros(F.lit(edge)) for edge in (span["since"] - RESENT, span["until"]))
    near = stored.where(F.col("received_on").between(F.to_date(since), F.to_date(until)) & F.col("received_at").between(since, until))
    return near.join(F.broadcast(answers.select("request_id")), "request_id", "left_semi")


def _counts(found: DataFrame) -> dict[str, int]:
    sums = {"answers": F.lit(True), "rows": F.col("_is_kept"), "disagreeing": F.col("reason").isNotNull(), "unreadable": F.col("request_id").isNull()}
    counted = found.agg(*(F.count_if(condition).alias(name) for name, condition in sums.items())).first()
    counts: dict[str, int] = counted.asDict() if counted else {}
    return counts | {"doubles": counts["answers"] - counts["rows"] - counts["unreadable"]}


def _append(rows: DataFrame, target: tables.Table, turn: tuple[Book, int], counts: dict[str, int]) -> None:
    book, number = turn
    writer = rows.coalesce(1).write.format("delta").option("txnAppId", book.origin.app).option("txnVersion", number)
    writer.option("userMetadata", json.dumps(counts)).mode("append").save(str(target.path))


def _numbered(spark: SparkSession, settings: Settings) -> int:
    last = spark.read.format("delta").load(str(_rows(settings).path)).agg(F.max("batch_id").alias("last")).first()
    return 0 if last is None or last["last"] is None else last["last"] + 1


def _rows(settings: Settings) -> tables.Table:
    return tables.table(settings, "silver", "verdict")


def _doubts(settings: Settings) -> tables.Table:
    return tables.table(settings, "ledger", "disagreement")


def _await_broker(settings: Settings, say: Callable[[str], None]) -> None:
    is_said = False
    while True:
        try:
            return make_topics(settings, list(NEEDED))
        except Unavailable as failure:
            if not is_said:
                say(f"{failure} This job waits and goes on by itself.")
            is_said = True
            time.sleep(POLL)
