"""One pair of Kafka clients and the thread that reads answers with them. They can get stuck, so they can be thrown away."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from jobs.serve.gateway import problem
from jobs.serve.gateway.answer import Answer, Route, from_record
from jobs.serve.gateway.problem import Postponed

LOG = logging.getLogger(__name__)
RECALL = 30_000  # ms of answers read again at a start, so that who asked the killed gateway finds them
POLL = 0.2  # seconds
LOOK = 1.0  # seconds between two looks for topics that are not there yet
HELLO = 3_000  # ms for a broker to say hello
STUCK = 5.0  # seconds; kafka-python 3.0.12 was seen to wait for ever in poll() after its broker had come back
CLOSE = 15.0  # seconds; longer than the 10 s after which the producer gives every record up, or closing it fails
PROMPT = {"reconnect_backoff_ms": 50, "reconnect_backoff_max_ms": 500, "retry_backoff_ms": 50, "metrics_enabled": False, "allow_auto_create_topics": False}
Positions = dict[TopicPartition, int]


class Clients:
    """A consumer and a producer. following: the next offset of every partition, handed from one pair to the next.

    receive: gets answers, on the reading thread.
    """

    def __init__(self, kafka: str, routes: Sequence[Route], following: Positions, receive: Callable[[list[Answer]], None]) -> None:
        self._kafka, self._routes, self._following, self._receive = kafka.split(","), routes, following, receive
        self._topics = {topic: route for route in routes for topic in (route.answer, route.dead_letter)}
        self._wanted = frozenset((*self._topics, *(route.request for route in routes)))
        self._producer: KafkaProducer | None = None
        self._stopping = threading.Event()
        self._beat = time.monotonic()
        self._unconfirmed: dict[object, float] = {}
        self.known: frozenset[str] = frozenset()
        self.thread = threading.Thread(target=self._run, name="answers", daemon=True)
        self.thread.start()

    @property
    def ready(self) -> bool:
        """Whether they reached the broker."""
        return self._producer is not None

    @property
    def useless(self) -> bool:
        """Whether they ended, or one of them is stuck."""
        waiting = min(list(self._unconfirmed.values()), default=time.monotonic())
        return not self.thread.is_alive() or time.monotonic() - min(self._beat, waiting) > STUCK

    def send(self, topic: str, key: bytes, value: bytes, lost: Callable[[], None]) -> None:
        """Send a record. lost: called on the producer's thread when the broker did not confirm it. Raises Postponed."""
        if self._producer is None:
            raise Postponed(problem.BROKER_AWAY)
        mark = object()

        def unconfirmed(_: object) -> None:
            if self._unconfirmed.pop(mark, None):
                lost()

        try:
            sent = self._producer.send(topic, value, key)
        except (KafkaError, OSError) as error:
            raise Postponed(problem.NOT_TAKEN) from error
        self._unconfirmed[mark] = time.monotonic()
        sent.add_callback(lambda _: self._unconfirmed.pop(mark, None))
        sent.add_errback(unconfirmed)

    def stop(self) -> None:
        """Ask the thread to end; it closes what it opened, unless it is stuck."""
        self._stopping.set()

    def _run(self) -> None:
        try:
            with closing(self._consumer()) as consumer:
                producer = self._new_producer()
                try:
                    self._producer = producer
                    self._read(consumer)
                finally:
                    producer.close(timeout=CLOSE)
        except (KafkaError, OSError) as error:
            LOG.warning("Kafka at %s: %s. Nothing is lost; tried again.", ",".join(self._kafka), type(error).__name__)

    def _read(self, consumer: KafkaConsumer) -> None:
        looked = 0.0
        while not self._stopping.is_set():
            self._beat = time.monotonic()
            if len(self.known) < len(self._wanted) and self._beat - looked > LOOK:
                looked = self._beat
                self._look(consumer)
            if not consumer.assignment():
                self._stopping.wait(POLL)
                continue
            for partition, records in consumer.poll(timeout_ms=int(POLL * 1000)).items():
                if self._stopping.is_set():  # others read on from here by now
                    return
                self._following[partition] = records[-1].offset + 1
                self._receive([from_record(self._topics[partition.topic], record) for record in records])

    def _look(self, consumer: KafkaConsumer) -> None:
        """Read from the topics that are there now, each from where it was left, or from half a minute ago."""
        known = frozenset(consumer.topics()) & self._wanted
        if known == self.known:
            return
        partitions = [TopicPartition(topic, number) for topic in known & set(self._topics) for number in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(partitions)
        self._place(consumer, [partition for partition in partitions if partition not in self._following])
        for partition in partitions:
            consumer.seek(partition, self._following[partition])
        for route in self._routes:
            if self._producer is not None and route.request in known:
                self._producer.partitions_for(route.request)  # now, so that no sending waits for it
        self.known = known

    def _place(self, consumer: KafkaConsumer, new: Sequence[TopicPartition]) -> None:
        if new:
            since = int(time.time() * 1000) - RECALL
            found, ends = consumer.offsets_for_times(dict.fromkeys(new, since)), consumer.end_offsets(new)
            self._following.update({partition: found[partition].offset if found.get(partition) else ends[partition] for partition in new})

    def _consumer(self) -> Any:
        return KafkaConsumer(bootstrap_servers=self._kafka, bootstrap_timeout_ms=HELLO, enable_auto_commit=False, auto_offset_reset="latest", **PROMPT)

    def _new_producer(self) -> Any:
        # A request that is not confirmed in 10 s, the longest deadline, is given up: its asker asks again.
        timeouts = {"request_timeout_ms": 5_000, "delivery_timeout_ms": 10_000, "max_block_ms": 1_000}
        return KafkaProducer(bootstrap_servers=self._kafka, bootstrap_timeout_ms=HELLO, acks="all", linger_ms=0, **timeouts, **PROMPT)
