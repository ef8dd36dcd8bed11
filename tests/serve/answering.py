"""A broker, a gateway process and something that answers on the answer topics: what the gateway's tests talk to."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

from infra import broker, ports
from infra.place import Place
from jobs.serve.gateway.tokens import FILE, Office, make_token
from jobs.stream import topics
from schemas.settings import ROOT

ANSWERS = {topics.INSTANT_REQUEST: topics.INSTANT_VERDICT, topics.CREDIT_LOOKUP: topics.CREDIT_ANSWER}
DEAD = {topics.INSTANT_REQUEST: topics.INSTANT_DEAD_LETTER, topics.CREDIT_LOOKUP: topics.CREDIT_DEAD_LETTER}


def eventually(condition: Callable[[], bool], seconds: float = 60) -> bool:
    """Wait until a condition holds, and return whether it does."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


class Broker:
    """A real broker that can be killed."""

    def __init__(self, place: Place) -> None:
        self.place, self.port = place, place.settings.kafka_port
        place.run.mkdir(parents=True)
        broker.prepare(place)

    def start(self) -> None:
        """Start it and wait for it."""
        self.process = subprocess.Popen(broker.command("kafka.Kafka", str(broker.properties_file(self.place))), stdout=subprocess.DEVNULL)
        assert eventually(lambda: ports.answers(self.port))

    def kill(self) -> None:
        """End it without a word."""
        self.process.kill()
        self.process.wait()

    def make_topics(self) -> None:
        """Make the topics of the stream, as the stream job does."""
        with closing(KafkaAdminClient(bootstrap_servers=self.place.settings.kafka)) as admin:
            admin.create_topics([NewTopic(name, 1, 1) for name in topics.EVERY])

    def records(self, topic: str, request_id: str) -> list[Any]:
        """Return the records of a topic with this key."""
        with closing(KafkaConsumer(bootstrap_servers=self.place.settings.kafka, consumer_timeout_ms=1000)) as consumer:
            consumer.assign([TopicPartition(topic, 0)])
            consumer.seek_to_beginning()
            return [record for record in consumer if record.key == request_id.encode()]


class Gateway:
    """The gateway as the process manager starts it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.token = make_token(place.settings.home / FILE, Office("tax-03", ("licensing",)))
        self.other = make_token(place.settings.home / FILE, Office("police-01", ("licensing",)))
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{place.settings.gateway_port}", headers={"Authorization": f"Bearer {self.token}"}, timeout=15)

    def start(self) -> None:
        """Start it and wait until it answers."""
        environment = {**os.environ, "GOVLAKE_HOME": str(self.place.settings.home), "GOVLAKE_PORT_BASE": str(self.place.settings.gateway_port - 8090)}
        self.process = subprocess.Popen([sys.executable, "-m", "jobs.gateway"], cwd=ROOT, env=environment)
        assert eventually(lambda: ports.answers(self.place.settings.gateway_port))

    def ready(self) -> bool:
        """Whether it says that it can answer."""
        return self.http.get("/healthz").status_code == 200

    def end(self, how: int = signal.SIGTERM) -> None:
        """End it and wait for that."""
        self.process.send_signal(how)
        self.process.wait()

    def ask(self, request_id: str, path: str = "/v1/instant?deadline_ms=2000", **given: Any) -> httpx.Response:
        """Ask one question."""
        return self.http.post(path, json={"request_id": request_id, **(given or {"task_code": "x"})})

    def again(self, request_id: str, route: str = "instant", token: str | None = None) -> httpx.Response:
        """Ask for an answer given before."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.http.get(f"/v1/{route}/{request_id}", headers=headers)

    def metric(self, name: str) -> float:
        """Return one line of the metrics, 0 when it is not there."""
        lines = dict(line.rsplit(" ", 1) for line in self.http.get("/metrics").text.splitlines() if not line.startswith("#"))
        return float(lines.get(f"govlake_gateway_{name}", 0))


@contextmanager
def responder(kafka: str) -> Iterator[None]:
    """Answer every request twice, as replicas a and b do; ids that begin with bad-, mute-, dead- or differ- get another
    treatment, which no made id begins with: those are hexadecimal without a dash so early."""
    stopping = threading.Event()
    thread = threading.Thread(target=_respond, args=(kafka, stopping))
    thread.start()
    yield
    stopping.set()
    thread.join()


def verdict(record: Any, request_id: str) -> dict[str, Any]:
    """Return an answer as the stream gives it."""
    violations = [{"rule": "uscc", "column": "applyer_page_code", "severity": "quarantine", "zh": "错", "en": "wrong"}] if request_id.startswith("bad-") else []
    instant = record.topic == topics.INSTANT_REQUEST
    good, bad = ("accept", "reject") if instant else ("pass", "review")
    return {
        "request_id": request_id, "verdict": bad if violations else good, "violations": violations,
        "received_at": datetime.fromtimestamp(record.timestamp / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "request": {"topic": record.topic, "partition": record.partition, "offset": record.offset, "sha256": hashlib.sha256(record.value).hexdigest()},
    }  # fmt: skip


def _respond(kafka: str, stopping: threading.Event) -> None:
    quick = {"reconnect_backoff_max_ms": 500}
    with closing(KafkaConsumer(bootstrap_servers=kafka, **quick)) as consumer, closing(KafkaProducer(bootstrap_servers=kafka, **quick)) as producer:
        consumer.assign([TopicPartition(name, 0) for name in ANSWERS])
        consumer.seek_to_beginning()
        while not stopping.is_set():
            for records in consumer.poll(timeout_ms=100).values():
                for record in records:
                    _answer(producer, record)


def _answer(producer: KafkaProducer, record: Any) -> None:
    request_id = record.key.decode()
    if request_id.startswith("mute-") or record.value is None:  # as the stream, which a record without a value only wakes
        return
    if request_id.startswith("dead-"):
        producer.send(DEAD[record.topic], record.value, record.key, [("reason", b"The record is not JSON."), ("engine", b"a")])
        return
    said = verdict(record, request_id)
    for engine in ("a", "b"):
        given = {**said, "verdict": "manual"} if request_id.startswith("differ-") and engine == "b" else said
        producer.send(ANSWERS[record.topic], json.dumps(given).encode(), record.key, [("engine", engine.encode()), ("request", record.value)])
