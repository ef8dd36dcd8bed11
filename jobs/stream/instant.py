"""The job that answers requests for instant items: Kafka to Kafka, in Spark's Real-Time Mode, until it is stopped."""

import socket
import time
from collections.abc import Callable, Mapping

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError
from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession

from jobs.lake import tables
from jobs.session import session
from jobs.stream.verdict import answers
from schemas.contract import Contract
from schemas.errors import Refused, Unavailable
from schemas.settings import Settings

PATIENCE = 10.0  # seconds a broker may take to answer
POLL = 1.0  # seconds between two looks for a first version of a reference table
BATCH = "30 seconds"  # between two checkpoints; static sides are read again at each
Say = Callable[[str], None]


def serve(settings: Settings, contracts: Mapping[str, Contract], say: Say) -> None:
    """Answer the request topic of the one contract that has one. Returns when the query is stopped.

    1. Wait until every reference table has a version (a restart loop would cost a JVM a time).
    2. Make the topics that are missing.
    3. Start the query from its checkpoint; verdicts are at-least-once, so askers go by request id.
    Raises Unavailable when the broker is away or the query died; the process manager starts it again.
    """
    contract = next((c for c in contracts.values() if c.topic), None)
    if contract is None or contract.topic is None:
        raise Refused("No contract has a 'topic'. Nothing was started. Add one under customProperties of the table to be answered.")
    _await_references(settings, contract, say)  # 1
    topics = topic_names(contract.topic)
    make_topics(settings, [contract.topic, *topics.values()])  # 2
    spark = session(settings, f"stream {contract.topic}")
    query = _query(spark, settings, contract, topics)  # 3
    say(f"answering {contract.topic} on {topics['verdict']}, dead letters on {topics['dead_letter']}.")
    try:
        query.awaitTermination()
    except StreamingQueryException as error:
        raise Unavailable(
            f"The query on {contract.topic} stopped: {str(error).splitlines()[0]}. Unanswered requests stay in Kafka; the next start goes on."
        ) from error


def topic_names(request: str) -> dict[str, str]:
    """Return the names of the topics beside a request topic: <domain>.verdict and <domain>.dead_letter."""
    domain = request.split(".")[0]
    return {"verdict": f"{domain}.verdict", "dead_letter": f"{domain}.dead_letter"}


def _query(spark: SparkSession, settings: Settings, contract: Contract, topics: Mapping[str, str]):  # type: ignore[no-untyped-def]
    read = {name: tables.read(spark, tables.table(settings, "silver", name)) for name in contract.references}
    records = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", settings.kafka)
        .option("subscribe", contract.topic or "")
        .option("startingOffsets", "earliest")
        .load()
    )
    replies = answers(records, contract, {name: rows for name, rows in read.items() if rows is not None}, topics)
    return (
        replies.writeStream.format("kafka")
        .option("kafka.bootstrap.servers", settings.kafka)
        .option("checkpointLocation", str(settings.home / "checkpoints" / (contract.topic or "")))
        .outputMode("update")
        .trigger(realTime=BATCH)  # type: ignore[call-overload]  # the stub of 4.2.0 lacks it
        .queryName(contract.topic or "")
        .start()
    )


def _await_references(settings: Settings, contract: Contract, say: Say) -> None:
    said: list[str] = []
    while missing := [name for name in sorted(contract.references) if not _has_commit(settings, name)]:
        if missing != said:
            say(f"waiting for the first version of {', '.join(missing)}: requests stay in Kafka until then.")
            said = missing
        time.sleep(POLL)


def _has_commit(settings: Settings, noun: str) -> bool:
    return any((tables.table(settings, "silver", noun).path / "_delta_log").glob("*.json"))


def make_topics(settings: Settings, names: list[str]) -> None:
    """Make the topics that are not there yet. Raises Unavailable when the broker does not answer."""
    host, port = settings.kafka.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), PATIENCE).close()
        admin = KafkaAdminClient(bootstrap_servers=settings.kafka, request_timeout_ms=int(PATIENCE * 1000))
        known = set(admin.list_topics())
        missing = [NewTopic(name, num_partitions=1, replication_factor=1) for name in names if name not in known]
        if missing:
            admin.create_topics(missing)
        admin.close()
    except TopicAlreadyExistsError:
        return
    except (OSError, KafkaError) as error:
        raise Unavailable(
            f"Kafka at {settings.kafka} did not answer in {PATIENCE:.0f} s. Nothing was committed; requests wait in their topic. "
            "`make status` shows what is up."
        ) from error
