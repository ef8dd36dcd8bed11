"""How long a credit change takes until answers reflect it: from the broker's acknowledgement to the first answer that knows it.

Asked ten times a second about the subject of the change, as an asker who waits for it would; no other load.
"""

import json
import time
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition

from jobs.stream import changes, topics
from schemas.settings import Settings
from tests.rows import example

WARM_UP, TRIES, PAUSE, EVERY = 2, 6, 4.0, 0.1  # the first changes meet a Java that is cold; seconds between two changes, and between two look-ups
LONGEST = 120.0  # seconds


def measure(at: Settings) -> dict[str, Any]:
    """Return the seconds that TRIES changes took, sorted, their median and maximum, and those of the WARM_UP before them as they came."""
    producer = Producer({"bootstrap.servers": at.kafka, "linger.ms": 0})
    consumer = Consumer({"bootstrap.servers": at.kafka, "group.id": "fresh", "enable.auto.commit": False, "fetch.wait.max.ms": 100})
    place = TopicPartition(topics.CREDIT_ANSWER, 0)
    consumer.assign([TopicPartition(topics.CREDIT_ANSWER, 0, consumer.get_watermark_offsets(place)[1])])
    row, waits, newest = example(changes.contract(at)), list[float](), 0
    for number in range(WARM_UP + TRIES):
        wanted = newest + 1
        change = {**row, "change_id": f"F{time.time_ns()}", "decision_no": f"示测〔2026〕{number:06d}号"}
        producer.produce(topics.CREDIT_CHANGE, json.dumps(change, ensure_ascii=False).encode())
        producer.flush()
        begun = time.monotonic()
        while newest < wanted and time.monotonic() - begun < LONGEST:
            _ask(producer, str(row["subject_uscc"]))
            newest = max([newest, *_known(consumer, EVERY)])
        waits.append(time.monotonic() - begun if newest >= wanted else float("inf"))
        time.sleep(PAUSE)
    consumer.close()
    told = sorted(round(one, 1) for one in waits[WARM_UP:])
    return {"tries": TRIES, "p50_s": told[len(told) // 2], "max_s": told[-1], "each_s": told, "cold_s": [round(one, 1) for one in waits[:WARM_UP]]}


def _ask(producer: Producer, subject: str) -> None:
    name = f"f{time.time_ns()}"
    asked = {"request_id": name, "subject": subject, "purpose": "licensing", "asker": "bench"}
    producer.produce(topics.CREDIT_LOOKUP, json.dumps(asked).encode(), key=name.encode())
    producer.poll(0)


def _known(consumer: Consumer, seconds: float) -> list[int]:
    """The numbers of the changes that the answers of these seconds knew of."""
    found, until = list[int](), time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if (record := consumer.poll(left)) is not None and record.error() is None:
            found.append(int(json.loads(record.value() or b"{}").get("change") or 0))
    return found
