"""A replica's queries: one a question, Kafka to Kafka in Real-Time Mode, each with its checkpoint."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming.query import StreamingQuery

from jobs.evidence.questions import WAKE
from jobs.stream import credit, pace, topics, verdict
from jobs.stream.sides import Sides
from jobs.stream.turns import Edition
from schemas.settings import Settings

NEXT = ".next"  # ends the name of the checkpoint of an edition whose moment is to come
Turn = tuple[str, datetime | None, datetime | None]
ANSWERERS: Mapping[str, Callable[[DataFrame, Sides, str], DataFrame]] = {
    topics.INSTANT_REQUEST: verdict.verdicts,
    topics.CREDIT_LOOKUP: credit.answers,
}


@dataclass(frozen=True)
class Lanes:
    """Where the queries of a replica read, write and keep their place."""

    settings: Settings
    replica: str

    def checkpoint(self, name: str) -> Path:
        """Return the folder of a query's checkpoint."""
        return self.settings.home / "checkpoints" / f"stream-{self.replica}" / name


def start(spark: SparkSession, lanes: Lanes, judging: Sequence[tuple[Edition, Sides]]) -> list[StreamingQuery]:
    """Start a query a question; around a change of the rules a further one, which judges from its moment on.

    Side by side: each takes a new Java seconds to plan, and leaves it a core.
    """
    if len(judging) == 1:
        _take_over(lanes.checkpoint(topics.INSTANT_REQUEST))
    due: list[tuple[tuple[str, Sides], Turn]] = [((topics.CREDIT_LOOKUP, judging[-1][1]), (topics.CREDIT_LOOKUP, None, None))]
    for edition, known in judging:
        name = f"{topics.INSTANT_REQUEST}{NEXT if edition.since else ''}"
        due.append(((topics.INSTANT_REQUEST, known), (name, edition.since, edition.until)))
    with ThreadPoolExecutor(len(due)) as threads:
        return list(threads.map(lambda one: _query(spark, lanes, *one), due))


def _take_over(checkpoint: Path) -> None:
    """Let the edition that took over go on from its own checkpoint, under the usual name."""
    following = checkpoint.with_name(f"{checkpoint.name}{NEXT}")
    if following.is_dir():
        shutil.rmtree(checkpoint, ignore_errors=True)
        following.rename(checkpoint)


def _query(spark: SparkSession, lanes: Lanes, asked: tuple[str, Sides], turn: Turn) -> StreamingQuery:
    """Start one query. turn: the name of its checkpoint, and the moments between which it judges."""
    (topic, known), (name, since, until) = asked, turn
    query: StreamingQuery = (
        ANSWERERS[topic](_records(spark, lanes, topic, (since, until)), known, lanes.replica)
        .writeStream.format("kafka")
        .option("kafka.bootstrap.servers", lanes.settings.kafka)
        .option("checkpointLocation", str(lanes.checkpoint(name)))
        .outputMode("update")
        .trigger(realTime=f"{pace.BATCH} seconds")  # type: ignore[call-overload]  # the stub of 4.2.0 lacks it
        .queryName(f"{name} {lanes.replica}")
        .start()
    )
    return query


def _records(spark: SparkSession, lanes: Lanes, topic: str, span: tuple[datetime | None, datetime | None]) -> DataFrame:
    since, until = (None if moment is None else int(moment.timestamp() * 1000) for moment in span)
    is_wake = F.col("value").isNull() & F.col("key").eqNullSafe(F.lit(WAKE).cast("binary"))
    source = spark.readStream.format("kafka").option("kafka.bootstrap.servers", lanes.settings.kafka).option("subscribe", topic)
    if since is None:
        records = source.option("startingOffsets", "earliest").load()
    else:  # where nothing of that time is there yet, from the end
        records = source.option("startingTimestamp", str(since)).option("startingOffsetsByTimestampStrategy", "latest").load()
        records = records.where(F.unix_millis("timestamp") >= since)
    asked = records.where(~is_wake)
    return asked if until is None else asked.where(F.unix_millis("timestamp") < until)
