"""The peers: `python -m tests.bench.stream.loops KIND BROKER REQUEST ANSWER` answers until it is ended.

echo: the request comes back, the floor of this broker and these clients.  plain: the contract's rules in Python.
quix: the same rules in quixstreams.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from confluent_kafka import OFFSET_END, Consumer, Producer, TopicPartition

from jobs.conform.plain.catalogue import PLAIN
from schemas.contract import Contract
from schemas.load import load_all
from schemas.settings import settings

Judge = Callable[[dict[str, Any]], dict[str, Any]]


def judge(contract: Contract) -> Judge:
    """Return a function that judges a request by the contract's required columns and identifier rules."""
    required = [column.name for column in contract.columns if column.required]
    checks = [(column.name, use.rule, PLAIN[use.rule]) for column in contract.columns for use in column.rules if use.rule in PLAIN]

    def found(request: dict[str, Any]) -> dict[str, Any]:
        wrong = [{"rule": "required", "column": name} for name in required if not request.get(name)]
        wrong += [{"rule": rule, "column": name} for name, rule, good in checks if request.get(name) and not good(request[name])]
        return {"request_id": request["request_id"], "verdict": "reject" if wrong else "accept", "violations": wrong}

    return found


def plain(broker: str, request: str, answer: str, judged: Judge | None) -> None:
    """Answer one record after another; judged: None for an echo."""
    consumer = Consumer({"bootstrap.servers": broker, "group.id": "peer", "enable.auto.commit": False, "fetch.wait.max.ms": 100})
    consumer.assign([TopicPartition(request, 0, OFFSET_END)])
    producer = Producer({"bootstrap.servers": broker, "linger.ms": 0, "acks": 1, "max.in.flight": 5})
    while True:
        if (record := consumer.poll(1.0)) is not None and record.error() is None:
            sent = record.value() or b""
            value = sent if judged is None else json.dumps(judged(json.loads(sent)), ensure_ascii=False).encode()
            producer.produce(answer, value, key=record.key())
            producer.poll(0)


def quix(broker: str, request: str, answer: str, judged: Judge) -> None:
    """Answer with quixstreams, told to wait for nothing."""
    from quixstreams import Application  # type: ignore[import-not-found]  # installed for this benchmark only

    app = Application(
        broker_address=broker, consumer_group="bench", auto_offset_reset="latest", commit_interval=1.0,
        producer_extra_config={"linger.ms": 0, "max.in.flight": 5}, consumer_extra_config={"fetch.wait.max.ms": 100},
    )  # fmt: skip
    frame = app.dataframe(app.topic(request, value_deserializer="json"))
    frame.apply(judged).to_topic(app.topic(answer, value_serializer="json"))
    app.run()


def main() -> None:
    """Start the loop that is asked for."""
    kind, broker, request, answer = sys.argv[1:]
    contract = next(contract for contract in load_all(settings().contracts).values() if contract.topic)
    if kind == "quix":
        quix(broker, request, answer, judge(contract))
    else:
        plain(broker, request, answer, None if kind == "echo" else judge(contract))


if __name__ == "__main__":
    main()
