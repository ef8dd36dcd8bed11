"""The job that follows the answer topics and hands what comes to the ledger, until it is stopped."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, UnknownTopicOrPartitionError

from jobs.evidence.questions import QUESTIONS
from jobs.lake import lock
from jobs.serve import answered
from jobs.serve.ledger import Ledger
from schemas.settings import Settings

TOPICS = tuple(question.answers for question in QUESTIONS)
GATHER = 3.0  # seconds of answers a batch: a verdict is to be in the table within 10, and every batch is a file
MOST, HEAVIEST = 10_000, 64 * 1024 * 1024  # answers and bytes a batch: what waits after a long stop is taken in by pieces that fit the memory
LARGEST = 64 * 1024 * 1024  # bytes of a record, far above the broker's own limit
QUIET = 5.0  # seconds without an answer after which the client is renewed: kafka-python 3.0.12 may wait for ever after its broker was away
POLL = 1.0  # seconds between two looks for the broker
CLIENT = {"enable_auto_commit": False, "auto_offset_reset": "earliest", "allow_auto_create_topics": False,
          "max_partition_fetch_bytes": LARGEST, "metrics_enabled": False}  # fmt: skip


Batch = tuple[list[Any], dict[tuple[str, int], int]]  # records, and how far each partition is read with them


def serve(settings: Settings, say: Callable[[str], None]) -> None:
    """Write answers into the ledger until the process is stopped.

    1. Open the tables, and seal what a killed run left without a seal.
    2. Follow the topics from the offsets that stand in the table; while the broker is away, wait for it.
    3. Write what came within a few seconds as one batch.
    Raises Unavailable when another process writes the ledger, or the disk is full.
    """
    with lock.writing(settings, "silver.verdict"):
        ledger = Ledger(settings)  # 1
        ledger.seal()
        say(f"writing {', '.join(TOPICS)} into silver.verdict.")
        for records, ends in _batches(settings, ledger, say):  # 2
            ledger.write([answered.read(record) for record in records], ends)  # 3


def _batches(settings: Settings, ledger: Ledger, say: Callable[[str], None]) -> Iterator[Batch]:
    """Yield batches for ever; the next one is read once this one is written."""
    away = ""
    while True:
        try:
            with closing(KafkaConsumer(bootstrap_servers=settings.kafka, **CLIENT)) as consumer:
                for batch in _until_quiet(consumer, ledger):
                    away = ""
                    yield batch
        except (KafkaError, OSError) as error:
            if away != type(error).__name__:
                say(f"Kafka at {settings.kafka} or its topics are away: {type(error).__name__}. Answers stay in it; this job waits and goes on by itself.")
            away = type(error).__name__
            time.sleep(POLL)


def _until_quiet(consumer: KafkaConsumer, ledger: Ledger) -> Iterator[Batch]:
    """Yield batches until nothing comes. Raises UnknownTopicOrPartitionError before the replicas have made the topics."""
    parts = [TopicPartition(topic, number) for topic in TOPICS for number in sorted(consumer.partitions_for_topic(topic) or ())]
    if {part.topic for part in parts} != set(TOPICS):
        raise UnknownTopicOrPartitionError
    consumer.assign(parts)
    for part in parts:
        offset = ledger.offset(part.topic, part.partition)
        if offset is None:
            consumer.seek_to_beginning(part)
        else:
            consumer.seek(part, offset)
    while records := _gathered(consumer):
        yield records, {(part.topic, part.partition): consumer.position(part) for part in {TopicPartition(one.topic, one.partition) for one in records}}


def _gathered(consumer: KafkaConsumer) -> list[Any]:
    """Return what comes within GATHER of the first answer; nothing when none comes within QUIET."""
    found = _polled(consumer, QUIET)
    end, size = time.monotonic() + GATHER, _bytes(found)
    while found and len(found) < MOST and size < HEAVIEST and (left := end - time.monotonic()) > 0:
        more = _polled(consumer, left)
        found, size = found + more, size + _bytes(more)
    return found


def _polled(consumer: KafkaConsumer, seconds: float) -> list[Any]:
    return [record for records in consumer.poll(timeout_ms=int(seconds * 1000) + 1).values() for record in records]


def _bytes(records: Iterable[Any]) -> int:
    return sum(len(record.value or b"") + sum(len(value or b"") for _, value in record.headers) for record in records)
