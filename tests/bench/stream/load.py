"""Open-loop load: requests leave on a fixed schedule, and the first answer to each is timed from when it should have left.

The clients here are librdkafka's: an echo loop took 78 % of a core at 500 requests a second with kafka-python, and 8 % with these.
"""

import json
import multiprocessing
import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition

POLL_SECONDS = 0.05
ONE_BAD_IN = 50


@dataclass(frozen=True)
class Load:
    """What is sent where. phases: requests a second and for how many seconds, one after the other.

    name: begins the ids of a kind of load.  grace: seconds that late answers have after the last request.
    """

    broker: str
    request: str
    answer: str
    phases: tuple[tuple[int, float], ...]
    name: str
    grace: float = 10.0

    def due(self) -> list[float]:
        """Return when each request is to leave, in seconds from the first."""
        found, begun = list[float](), 0.0
        for rate, seconds in self.phases:
            found += [begun + index / rate for index in range(int(rate * seconds))]
            begun += seconds
        return found


def latencies(load: Load, example: Mapping[str, str | None], number: str) -> list[float | None]:
    """Send the load and return the milliseconds each request waited, in the order of `due`; None for one that got no answer.

    example: the request's columns; `number` is the column that tells requests apart, broken in one of ONE_BAD_IN.
    """
    run = f"{load.name}{time.time_ns()}-"
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    receiver = multiprocessing.get_context("spawn").Process(target=_receive, args=(load, run, theirs), daemon=True)
    receiver.start()
    ours.recv()  # it stands at the end of the answers
    offsets = load.due()
    scheduled = _send(load, offsets, [_value(run, example, number, index) for index in range(len(offsets))])
    ours.send(len(scheduled))
    arrived: dict[str, int] = ours.recv()
    receiver.join()
    return [(arrived[key] - due) / 1e6 if key in arrived else None for key, due in scheduled.items()]


def _send(load: Load, offsets: list[float], values: list[tuple[str, bytes]]) -> dict[str, int]:
    producer = Producer({"bootstrap.servers": load.broker, "linger.ms": 0, "acks": 1, "max.in.flight": 5})
    producer.list_topics(load.request)
    begun, scheduled = time.monotonic_ns() + 100_000_000, dict[str, int]()
    for offset, (key, value) in zip(offsets, values, strict=True):
        due = begun + int(offset * 1e9)
        while (left := due - time.monotonic_ns()) > 0:
            time.sleep(left / 1e9)
        producer.produce(load.request, value, key=key.encode())
        producer.poll(0)
        scheduled[key] = due
    producer.flush()
    return scheduled


def _value(run: str, example: Mapping[str, str | None], number: str, index: int) -> tuple[str, bytes]:
    key = f"{run}{index}"
    row = {"request_id": key, **example, number: "" if index % ONE_BAD_IN == 7 else f"{key}"}
    return key, json.dumps(row, ensure_ascii=False).encode()


def _receive(load: Load, run: str, pipe: Connection) -> None:
    consumer = Consumer({"bootstrap.servers": load.broker, "group.id": run, "enable.auto.commit": False, "fetch.wait.max.ms": 100})
    consumer.assign([TopicPartition(load.answer, 0, consumer.get_watermark_offsets(TopicPartition(load.answer, 0))[1])])
    consumer.consume(1, POLL_SECONDS)  # the first fetch is on its way
    pipe.send("ready")
    arrived, wanted, deadline = dict[str, int](), None, float("inf")
    while (wanted is None or len(arrived) < wanted) and time.monotonic() < deadline:
        if (record := consumer.poll(POLL_SECONDS)) is not None and record.error() is None:
            key = (record.key() or b"").decode()
            if key.startswith(run):
                arrived.setdefault(key, time.monotonic_ns())
        if wanted is None and pipe.poll():
            wanted, deadline = pipe.recv(), time.monotonic() + load.grace
    consumer.close()
    pipe.send(arrived)


def summary(waited: list[float | None]) -> dict[str, Any]:
    """Return the percentiles of the answered requests, and how many were not answered."""
    known = sorted(one for one in waited if one is not None)
    at = {"p50_ms": 0.5, "p90_ms": 0.9, "p99_ms": 0.99, "p999_ms": 0.999, "max_ms": 1.0}
    found = {name: round(known[min(int(share * len(known)), len(known) - 1)], 2) for name, share in at.items()} if known else {}
    return {**found, "sent": len(waited), "missed": len(waited) - len(known), "over_250_ms": sum(one > 250 for one in known)}
