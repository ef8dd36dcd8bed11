"""The job that answers requests and look-ups: Kafka to Kafka, in Spark's Real-Time Mode, as one of two replicas."""

import os
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError
from pyspark.errors import StreamingQueryException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from jobs.session import session
from jobs.stream import credit, kept, sides, topics, verdict
from jobs.stream.kept import Kept
from jobs.stream.sides import Sides
from schemas.contract import Contract
from schemas.errors import Refused, Unavailable
from schemas.settings import Settings

PATIENCE = 10.0  # seconds a broker may take to answer
POLL = 1  # seconds between two looks for a table that was away
# A batch's task holds its slot for the whole batch; reading the sides for the other query needs some beside.
LOCAL = "local[4]"
# At a batch's boundary everybody waits: the sides are small, so one task sorts and counts them (2.0 -> 1.5 s with seven tables).
AT_BOUNDARY = {"spark.sql.shuffle.partitions": "1"}
BROKER_TIME = {"message.timestamp.type": "LogAppendTime"}  # received_at and answered_at are the broker's, not a sender's
Say = Callable[[str], None]


@dataclass(frozen=True)
class Replica:
    """One of the engines that answer side by side; the asker takes the first answer.

    batch: seconds between two checkpoints, at which it stops for a moment and reads the lake anew. Lengths differ, so
    that the stops of two replicas rarely meet and never stay together.  settle: seconds it goes on with what it has after
    a table came or went; also different, so that both do not start their queries again at once.
    """

    name: str
    batch: int
    settle: int


REPLICAS = {"a": Replica("a", 10, 2), "b": Replica("b", 11, 25)}
ANSWERERS: Mapping[str, Callable[[DataFrame, Sides, str], DataFrame]] = {
    topics.INSTANT_REQUEST: verdict.verdicts,
    topics.CREDIT_LOOKUP: credit.answers,
}


@dataclass(frozen=True)
class Desk:
    """What a replica answers with: where things are, the contract of the requests, the contract of the standing."""

    settings: Settings
    contract: Contract
    standing: Contract
    replica: Replica


def desk(settings: Settings, contracts: Mapping[str, Contract], marts: Mapping[str, Contract], replica: str) -> Desk:
    """Return what a replica answers with. Raises Refused when no contract has the topic, or nothing tells the standing."""
    contract = next((one for one in contracts.values() if one.topic == topics.INSTANT_REQUEST), None)
    standing = marts.get("credit_standing")
    if contract is None or standing is None:
        raise Refused(
            f"No contract has 'topic: {topics.INSTANT_REQUEST}', or there is no gold contract 'credit_standing'. Nothing was started. "
            "Both are shipped under schemas; bring them back."
        )
    return Desk(settings, contract, standing, REPLICAS[replica])


def serve(at: Desk, say: Say) -> None:
    """Answer until the process is stopped.

    1. Wait for the broker, and make the topics that are missing.
    2. Start both queries from their checkpoints, with the tables that have a version. Answers are at-least-once, so askers
       go by request id.
    3. Bring new versions of the tables in.
    4. When a table that was away has its first version, start the queries again with it.
    Raises Unavailable when a query died, as when the broker goes away; the process manager starts it again.
    """
    _await_broker(at.settings, say)  # 1
    spark = _session(at)
    while True:
        there = _versions(at)
        known = sides.read(spark, at.settings, at.contract, at.standing)
        held = kept.keep(known)
        running = [_query(spark, at, topic, known) for topic in ANSWERERS]  # 2
        say(f"replica {at.replica.name} answers {', '.join(ANSWERERS)}{_without(known)}.")
        _keep_fresh(spark, at, held, there)  # 3
        for query in running:  # 4
            query.stop()
        spark.streams.resetTerminated()  # or the next wait returns at once
        kept.release(held)


def _await_broker(settings: Settings, say: Say) -> None:
    """Make the topics as soon as the broker is there: waiting costs nothing, a restart in a loop would."""
    said = ""
    while True:
        try:
            return make_topics(settings, list(topics.EVERY))
        except Unavailable as failure:
            if said != str(failure):
                say(f"{failure} It is waited for, and this job goes on by itself.")
            said = str(failure)
            time.sleep(POLL)


def _query(spark: SparkSession, at: Desk, topic: str, known: Sides) -> StreamingQuery:
    records = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", at.settings.kafka)
        .option("subscribe", topic)
        .option("startingOffsets", "earliest")
        .load()
    )
    query: StreamingQuery = (
        ANSWERERS[topic](records, known, at.replica.name)
        .writeStream.format("kafka")
        .option("kafka.bootstrap.servers", at.settings.kafka)
        .option("checkpointLocation", str(at.settings.home / "checkpoints" / f"stream-{at.replica.name}" / topic))
        .outputMode("update")
        .trigger(realTime=f"{at.replica.batch} seconds")  # type: ignore[call-overload]  # the stub of 4.2.0 lacks it
        .queryName(f"{topic} {at.replica.name}")
        .start()
    )
    return query


def _keep_fresh(spark: SparkSession, at: Desk, held: Iterable[Kept], there: dict[str, int]) -> None:
    """Renew tables that have a new version; return some seconds after one came or went.

    there: the versions when `held` was made.  Raises Unavailable when a query ended meanwhile.
    """
    left, seen = at.replica.settle, there
    while left > 0:
        try:
            spark.streams.awaitAnyTermination(POLL)
        except StreamingQueryException as error:
            raise Unavailable(_died(at, str(error))) from error
        if len(spark.streams.active) < len(ANSWERERS):
            raise Unavailable(_died(at, "a query ended by itself"))
        now = _versions(at)
        kept.renew(held, (name for name in now.keys() & seen.keys() if now[name] != seen[name]))
        left, seen = left - (POLL if now.keys() != there.keys() else 0), now


def _versions(at: Desk) -> dict[str, int]:
    return sides.versions(at.settings, sides.needed(at.contract, at.standing))


def _died(at: Desk, why: str) -> str:
    return f"Replica {at.replica.name} stopped: {why.splitlines()[0]}. Unanswered requests stay in Kafka; the next start goes on."


def _without(known: Sides) -> str:
    return f", without {', '.join(sorted(known.away))}: what they would say is unknown, and a person is asked" if known.away else ""


def _session(at: Desk) -> SparkSession:
    own = replace(at.settings, driver_memory=at.settings.stream_memory)
    slotted = replace(own, spark_master=LOCAL) if own.spark_master.startswith("local") else own
    # A heap that starts small is kept so tight that a full collection of a second came every ten seconds.
    os.environ["SPARK_SUBMIT_OPTS"] = f"{own.java_options} -Xms{own.driver_memory}"
    spark = session(slotted, f"stream {at.replica.name}", is_long=True)
    for name, value in AT_BOUNDARY.items():
        spark.conf.set(name, value)
    return spark


def make_topics(settings: Settings, names: list[str]) -> None:
    """Make the topics that are not there yet. Raises Unavailable when the broker does not answer."""
    host, port = settings.kafka.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), PATIENCE).close()
        admin = KafkaAdminClient(bootstrap_servers=settings.kafka, request_timeout_ms=int(PATIENCE * 1000))
        known = set(admin.list_topics())
        made = [NewTopic(name, num_partitions=1, replication_factor=1, topic_configs=BROKER_TIME) for name in names if name not in known]
        if made:
            admin.create_topics(made)
        admin.close()
    except TopicAlreadyExistsError:
        return
    except (OSError, KafkaError) as error:
        raise Unavailable(
            f"Kafka at {settings.kafka} did not answer in {PATIENCE:.0f} s. Nothing was committed; requests wait in their topic. "
            "`make status` shows what is up."
        ) from error
