"""Records of a topic put into landing as files, each record in exactly one: the name of a file says which offsets it holds."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from jobs.lake import lock
from jobs.stream.broker import PATIENCE, make_topics
from schemas.arrival import FED
from schemas.contract import Contract
from schemas.errors import Refused, Unavailable
from schemas.settings import Settings

BEIJING = ZoneInfo("Asia/Shanghai")
LARGEST = 64 << 20  # bytes of one file; as many are held in memory
ANSWER = int(PATIENCE * 1000)  # milliseconds; of itself the client tries a commit for ever, while a broker is there that gives no coordinator
PAUSE = 60.0  # seconds within which the rest of a packet follows its beginning
SETTLED = 10.0  # seconds; the reader of landing leaves alone what was written just now, and this is whole from its first moment


@dataclass(frozen=True)
class Landing:
    """One reading of a table's feed for a business date. now: seconds since 1970.  say: gets a line.  after: is called with each step's number once it is done."""

    settings: Settings
    contract: Contract
    date: str
    now: float
    say: Callable[[str], None]
    after: Callable[[int], None]

    @property
    def folder(self) -> Path:
        """The landing folder of the table."""
        return self.settings.landing / self.contract.source_class / self.contract.table


def land(order: Landing) -> None:
    """Put what has come up to a business date, and is not in landing yet, into files of that date; they are then taken in as any other.

    1. Find, for each partition, where to go on: behind the last offset that a file in landing names, or that is committed.
    2. Write the records from there on, up to the first one of a later day, under a hidden name.
    3. Give the file its name, <topic>-<partition>-<first>-<last>: from here on these records are landed.
    4. Commit the offset behind the last one, for the case that files are moved out of landing.
    A repeat goes on behind the names, so that a kill between any two of these takes nothing twice and loses nothing.
    Raises Unavailable when the broker does not answer; Refused, once the rest is landed, when the topic has lost records before they were.
    """
    topic, lost = order.contract.feed, list[str]()
    if topic is None:
        raise Refused(f"{order.contract.path}: {order.contract.table} has no 'feed', so no topic is landed for it. Nothing was read. Add it to the contract.")
    with lock.writing(order.settings, order.contract.table):
        make_topics(order.settings, [topic])
        try:
            with closing(_consumer(order)) as consumer:
                for partition in sorted(consumer.partitions_for_topic(topic) or ()):
                    lost += _partition(order, consumer, TopicPartition(topic, partition))
        except KafkaError as error:
            said = f"Kafka at {order.settings.kafka} failed: {type(error).__name__}. What is in landing stays; the next try goes on behind it. `make status` shows what is up."
            raise Unavailable(said) from error
    if lost:
        raise Refused(f"{topic}: {'; '.join(lost)}. All others are in landing: run again to take them in. Keep records longer in the topic (retention.ms), or run the table more often.")


def _consumer(order: Landing) -> KafkaConsumer:
    return KafkaConsumer(bootstrap_servers=order.settings.kafka, group_id=f"govlake.landing.{order.contract.table}", enable_auto_commit=False, request_timeout_ms=ANSWER)


def _partition(order: Landing, consumer: KafkaConsumer, part: TopicPartition) -> list[str]:
    """Land what one partition has; return a sentence for records that it had lost before."""
    consumer.assign([part])
    begin, end = consumer.beginning_offsets([part])[part], consumer.end_offsets([part])[part]
    named, committed = landed(order.folder, part.topic, part.partition), consumer.committed(part, timeout_ms=ANSWER) or 0  # 1
    start = max(named, committed)
    if start > end:
        raise Refused(f"{part.topic} partition {part.partition} ends at offset {end}, and landing has its records up to {start - 1}: it was made anew. Nothing was read. Give it another name in 'feed'.")
    if named > committed:  # a killed run has landed these, and not come to 4
        _commit(consumer, part, named)
    consumer.seek(part, max(start, begin))
    count = 0
    for records in _files(order, _records(order, consumer, part, end)):
        _write(order, part, records)
        _commit(consumer, part, records[-1].offset + 1)  # 4
        order.after(4)
        count += len(records)
    if count:
        order.say(f"{order.contract.table} {order.date}: {count} record(s) of {part.topic} partition {part.partition} landed.")
    return [f"records {start} to {begin - 1} of partition {part.partition} were removed before they were landed"] if 0 < start < begin else []


def _commit(consumer: KafkaConsumer, part: TopicPartition, offset: int) -> None:
    consumer.commit({part: OffsetAndMetadata(offset, "", -1)}, timeout_ms=ANSWER)


def landed(folder: Path, topic: str, partition: int) -> int:
    """Return the offset behind the last one that a file in landing names; 0 when none does."""
    name = re.compile(rf"{re.escape(topic)}-{partition}-[0-9]+-([0-9]+)\.")
    found = (name.match(path.name) for path in folder.glob(f"*/{topic}-{partition}-*"))
    return max((int(match[1]) + 1 for match in found if match), default=0)


def _records(order: Landing, consumer: KafkaConsumer, part: TopicPartition, end: int) -> Iterator[Any]:
    """The records up to `end`, or up to the first that came on a later day. One stamped in the future says nothing of its day."""
    while consumer.position(part) < end:
        at = consumer.position(part)
        for record in consumer.poll(timeout_ms=int(PATIENCE * 1000)).get(part, []):
            came = record.timestamp / 1000
            if record.offset >= end or (came <= order.now and datetime.fromtimestamp(came, BEIJING).date().isoformat() > order.date):
                return
            yield record
        if consumer.position(part) == at:
            raise Unavailable(f"Kafka at {order.settings.kafka} gave no record of {part.topic} from offset {at} on in {PATIENCE:.0f} s. What is in landing stays; the next try goes on behind it.")


def _files(order: Landing, records: Iterator[Any]) -> Iterator[list[Any]]:
    """The records of one file after the other, each ended where no packet is cut, if there is such a place."""
    held, size = list[Any](), 0
    for record in records:
        held.append(record)
        size += len(record.value or b"")
        if size >= LARGEST:
            cut = whole(held, order.contract.source_format) or len(held)
            yield held[:cut]
            held = held[cut:]
            size = sum(len(one.value or b"") for one in held)
    cut = whole(held, order.contract.source_format)
    if cut < len(held) and held[cut].timestamp / 1000 < order.now - PAUSE:  # what has not followed by now will not
        cut = len(held)
    if cut:
        yield held[:cut]


def whole(records: Sequence[Any], source_format: str) -> int:
    """Return how many of the records, from the first on, end no packet halfway: one without a line end is gone on with by the next of its key."""
    opened, cut = set[Any](), 0
    for number, record in enumerate(records, start=1):
        is_open = source_format == "hj212" and bool(record.value) and not record.value.endswith(b"\n")
        if is_open:
            opened.add(record.key)
        elif record.value:
            opened.discard(record.key)
        cut = cut if opened else number
    return cut


def content(records: Sequence[Any], source_format: str) -> bytes:
    """Return the bytes of a file: what one key sent stays together and in order, as the packets of two senders may be cut into each other.

    Before each record that begins a packet a line says when it came: `@` and the milliseconds since 1970 (jobs/ingest/clock.py asks for it).
    """
    end, by_key = FED[source_format], dict[Any, list[bytes]]()
    for record in records:
        if record.value:
            held = by_key.setdefault(record.key, [])
            is_begun = bool(held) and not held[-1].endswith(b"\n")
            held += [b"@%013d\r\n" % record.timestamp] if source_format == "hj212" and not is_begun else []
            held.append(record.value if record.value.endswith(end) else record.value + end)
    return b"".join(part for parts in by_key.values() for part in parts)


def _write(order: Landing, part: TopicPartition, records: Sequence[Any]) -> None:
    folder = order.folder / order.date
    folder.mkdir(parents=True, exist_ok=True)
    hidden = folder / f".{part.topic}-{part.partition}.part"
    with hidden.open("wb") as file:
        file.write(content(records, order.contract.source_format))
        file.flush()
        os.fsync(file.fileno())
    os.utime(hidden, (order.now - SETTLED,) * 2)
    order.after(2)  # 2
    name = f"{part.topic}-{part.partition}-{records[0].offset:012d}-{records[-1].offset:012d}.{order.contract.source_format}"
    hidden.rename(folder / name)
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
    order.after(3)  # 3
