"""Kafka topics read from one end to the other as they stand now, and records put into them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from schemas.errors import Unavailable
from schemas.settings import Settings

PATIENCE = 10_000  # milliseconds a broker may take to answer
LARGEST = 64 * 1024 * 1024  # bytes; what the broker takes is its own setting


def read(settings: Settings, topic: str, newest: int | None = None) -> Iterator[Any]:
    """Return the records a topic holds at this moment, in order of each partition; only the newest so many when given.

    A topic that is not there holds none. Raises Unavailable when the broker does not answer.
    """
    with _broker(settings), closing(_consumer(settings)) as consumer:
        parts = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        first, ends = consumer.beginning_offsets(parts), consumer.end_offsets(parts)
        for part in parts:
            start = first[part] if newest is None else max(first[part], ends[part] - newest)
            yield from _until(consumer, part, start, ends[part])


def at(settings: Settings, topic: str, offset: int) -> Any:
    """Return the record at an offset of the topic's first partition that has it; None when it is not there any more."""
    with _broker(settings), closing(_consumer(settings)) as consumer:
        parts = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        first, ends = consumer.beginning_offsets(parts), consumer.end_offsets(parts)
        held = [part for part in parts if first[part] <= offset < ends[part]]
        return next((one for part in held for one in _until(consumer, part, offset, offset + 1)), None)


def moment(settings: Settings, topic: str, part: int, offset: int) -> float | None:
    """Return when the broker took the first record from an offset on, in seconds since 1970; None when there is none."""
    with _broker(settings), closing(_consumer(settings)) as consumer:
        place = TopicPartition(topic, part)
        first, end = consumer.beginning_offsets([place])[place], consumer.end_offsets([place])[place]
        found = next(iter(_until(consumer, place, max(first, offset), min(end, max(first, offset) + 1))), None)
    return None if found is None else found.timestamp / 1000


def since(settings: Settings, topic: str, instant: float) -> int:
    """Return how many records a topic has taken since an instant (seconds since 1970)."""
    with _broker(settings), closing(_consumer(settings)) as consumer:
        parts = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        ends, starts = consumer.end_offsets(parts), consumer.offsets_for_times(dict.fromkeys(parts, int(instant * 1000))) if parts else {}
        return sum(ends[part] - starts[part].offset for part in parts if starts.get(part) is not None)


def put(settings: Settings, topic: str, records: list[Any], mark: str) -> list[int]:
    """Put the bytes and keys of records into a topic, each with a header `mark`; return their offsets once acknowledged."""
    with _broker(settings, "What it has acknowledged is kept."), closing(KafkaProducer(bootstrap_servers=settings.kafka, bootstrap_timeout_ms=PATIENCE, acks="all", max_request_size=LARGEST)) as producer:
        headers = [[(mark, f"{one.topic}:{one.offset}".encode())] for one in records]
        sent = [producer.send(topic, one.value, key=one.key, headers=header) for one, header in zip(records, headers, strict=True)]
        return [one.get(PATIENCE / 1000).offset for one in sent]


def send(settings: Settings, topic: str, messages: list[tuple[str, bytes]]) -> None:
    """Send keys with their values; returns once all are acknowledged. Raises Unavailable when the broker does not answer."""
    with _broker(settings), closing(KafkaProducer(bootstrap_servers=settings.kafka, bootstrap_timeout_ms=PATIENCE, acks="all", max_request_size=LARGEST)) as producer:
        sent = [producer.send(topic, value, key=key.encode()) for key, value in messages]
        for one in sent:
            one.get(PATIENCE / 1000)


def header(record: Any, name: str) -> str | None:
    """Return a header of a record as text; None when it has none of that name."""
    return next((value.decode(errors="replace") for key, value in record.headers if key == name and value is not None), None)


def _until(consumer: KafkaConsumer, part: TopicPartition, start: int, end: int) -> Iterator[Any]:
    consumer.assign([part])
    consumer.seek(part, start)
    while consumer.position(part) < end:
        for record in consumer.poll(timeout_ms=PATIENCE).get(part, ()):
            if record.offset < end:
                yield record


def _consumer(settings: Settings) -> KafkaConsumer:
    return KafkaConsumer(bootstrap_servers=settings.kafka, bootstrap_timeout_ms=PATIENCE, allow_auto_create_topics=False, max_partition_fetch_bytes=LARGEST)


@contextmanager
def _broker(settings: Settings, state: str = "Nothing was changed.") -> Iterator[None]:
    try:
        yield
    except (KafkaError, OSError) as error:
        raise Unavailable(f"Kafka at {settings.kafka} did not answer: {type(error).__name__}. {state} `make status` shows what is up.") from error
