"""`python -m infra.ask`: send one request for an instant item to the stream, and print its verdict."""

import argparse
import json
import sys
import time
import uuid
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from schemas.contract import Contract
from schemas.errors import Failure, Refused, Unavailable
from schemas.load import load_all
from schemas.settings import Settings, settings
from schemas.words import nearest

ID, MATERIALS = "request_id", "materials"
MATERIAL = "申请表"  # what the example of the catalogue's contract asks for
POLL = 0.2
SECONDS = 180  # the first verdict after a start waits for two Sparks, 55 s on two cores that did nothing else; later ones need no such time


def ask(here: Settings, contract: Contract, request: Mapping[str, Any], seconds: float = SECONDS) -> tuple[dict[str, Any], float]:
    """Send one request and return its verdict and the seconds it took. Raises Unavailable when none comes."""
    topic = contract.topic or ""
    verdicts = f"{topic.split('.')[0]}.verdict"
    try:
        with closing(KafkaConsumer(bootstrap_servers=here.kafka)) as answers, closing(KafkaProducer(bootstrap_servers=here.kafka)) as sender:
            _from_now_on(answers, verdicts, seconds)
            begun = time.monotonic()
            sender.send(topic, json.dumps(request, ensure_ascii=False).encode(), key=request[ID].encode())
            sender.flush()
            while time.monotonic() - begun < seconds:
                found = _verdict(answers, request[ID])
                if found is not None:
                    return found, time.monotonic() - begun
    except KafkaError as error:
        raise Unavailable(f"Kafka at {here.kafka} did not answer: {error}. `make status` shows what is up.") from error
    raise Unavailable(
        f"No verdict on {verdicts} in {seconds:.0f} s. The request waits in {topic}. `make status` shows whether the stream job is up."
    )


def example(contract: Contract, *, without: str | None = None) -> dict[str, Any]:
    """Return a request made of the contract's examples, with a key nobody used, one column left out when asked."""
    if without is not None and without not in contract.names:
        raise Refused(f"{contract.table} has no column '{without}'.{nearest(without, contract.names)}")
    values = {column.name: column.examples[0] for column in contract.columns}
    values[contract.key[-1]] += uuid.uuid4().hex[:8]  # the example itself is in the lake: a case seen before
    return {ID: uuid.uuid4().hex, MATERIALS: [MATERIAL], **{name: value for name, value in values.items() if name != without}}


def answered(contracts: Mapping[str, Contract]) -> Contract:
    """Return the contract whose requests the stream answers."""
    found = next((contract for contract in contracts.values() if contract.topic), None)
    if found is None:
        raise Refused("No contract has a 'topic', so there is nothing to ask.")
    return found


def worded(verdict: Mapping[str, Any], seconds: float) -> str:
    """Return a verdict in words: what was decided, how fast, and each reason in both languages."""
    reasons = [f"    {one['zh']}; {one['en']}" for one in (*verdict["violations"], *verdict["reasons"])]
    return "\n".join([f"  {verdict['verdict']} after {seconds * 1000:.0f} ms (request {verdict[ID]})", *reasons])


def main(arguments: list[str]) -> int:
    """Ask once and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.ask", description=__doc__)
    parser.add_argument("--without", metavar="COLUMN", help="leave this column of the example out")
    given = parser.parse_args(arguments)
    here = settings()
    try:
        contract = answered(load_all(here.contracts))
        print(worded(*ask(here, contract, example(contract, without=given.without))))
    except Failure as failure:
        print(failure, file=sys.stderr)
        return failure.exit_code
    return 0


def _from_now_on(answers: KafkaConsumer, topic: str, seconds: float) -> None:
    """Read `topic` from its present end; wait for it to be made first."""
    deadline = time.monotonic() + seconds
    while not answers.partitions_for_topic(topic):
        if time.monotonic() > deadline:
            raise Unavailable(f"There is no topic {topic} after {seconds:.0f} s: the stream job makes it. `make status` shows whether it is up.")
        time.sleep(POLL)
    answers.assign([TopicPartition(topic, 0)])
    answers.seek_to_end()
    answers.position(TopicPartition(topic, 0))  # the seek is lazy: this makes it happen before the request is sent


def _verdict(answers: KafkaConsumer, request: str) -> dict[str, Any] | None:
    """Return the verdict on a request when it has come."""
    for records in answers.poll(timeout_ms=int(POLL * 1000)).values():
        for record in records:
            if record.key == request.encode():
                verdict: dict[str, Any] = json.loads(record.value)
                return verdict
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
