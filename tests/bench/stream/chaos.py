"""`make chaos-stream`: the stream's programs under their process manager, killed with SIGKILL at random under load, then the account.

What must hold: every acknowledged request has an answer and exactly one row in the ledger, and no two answers differ.
Prints a line a kill and one line of JSON, also in build/chaos-stream.json; ends with 1 when something does not hold.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

from infra import leftovers, ports, programs, stack, supervision
from infra.place import Place
from jobs.evidence.questions import QUESTIONS
from jobs.serve.reconcile import disagreements, reconcile
from jobs.stream import topics
from jobs.stream.broker import make_topics
from schemas.contract import Contract
from schemas.errors import Failure
from schemas.load import load_all
from schemas.settings import ROOT, settings
from tests.bench.stream import lake
from tests.bench.stream.load import summary
from tests.rows import example

OUT, PORTS = ROOT / "build" / "chaos-stream.json", "23000"
VICTIMS = ("stream-a", "stream-b", "stream-a+stream-b", "verdicts", "gateway", "kafka")
STARTED = ("kafka", *programs.STREAM)
UP, SETTLED, POLL = 240.0, 600.0, 0.5  # seconds the stream may take to answer, and to account for all afterwards
AFTER_KILL, LONG = 2.0, 250.0  # seconds after a replica's kill in which waits (ms) over LONG are counted
QUIET = {"log_level": 2}  # a killed broker would be said twenty times a second
ASKED, ANSWERED = QUESTIONS[0].requests, QUESTIONS[0].answers


class Clerk:
    """Asks at a fixed rate and notes when each request was due, acknowledged and first answered."""

    def __init__(self, broker: str, contract: Contract, rate: float) -> None:
        self.broker, self.rate, self.row, self.number = broker, rate, example(contract), contract.key[-1]
        self.due, self.acknowledged, self.answered = dict[str, float](), set[str](), dict[str, float]()
        self.asking, self.reading = True, True
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self._ask, self._read)]
        for thread in self.threads:
            thread.start()

    def stop_asking(self) -> None:
        """Ask no more, and wait until the broker has acknowledged or refused what was sent."""
        self.asking = False
        self.threads[0].join()

    def waits(self, kept: Callable[[float], bool]) -> list[float | None]:
        """Return the milliseconds from when a request was due to its first answer, of those due at moments that are kept."""
        return [(self.answered[key] - due) * 1000 if key in self.answered else None for key, due in self.due.items() if kept(due)]

    def _ask(self) -> None:
        producer = Producer({"bootstrap.servers": self.broker, "linger.ms": 0, "enable.idempotence": True, "message.timeout.ms": 240_000, **QUIET})
        begun, index, run = time.monotonic(), 0, f"c{time.time_ns()}"
        while self.asking:
            due = begun + index / self.rate
            time.sleep(max(0.0, due - time.monotonic()))
            key = f"{run}-{index}"
            value = json.dumps({"request_id": key, **self.row, self.number: key}, ensure_ascii=False).encode()
            producer.produce(ASKED, value, key=key.encode(), on_delivery=self._acknowledge)
            producer.poll(0)
            self.due[key] = due
            index += 1
        producer.flush()

    def _acknowledge(self, error: KafkaError | None, message: Message) -> None:
        if error is None:
            self.acknowledged.add((message.key() or b"").decode())

    def _read(self) -> None:
        consumer = Consumer({"bootstrap.servers": self.broker, "group.id": "chaos", "enable.auto.commit": False, "fetch.wait.max.ms": 100, **QUIET})
        consumer.assign([TopicPartition(ANSWERED, 0, 0)])
        while self.reading:
            if (message := consumer.poll(POLL)) is not None and message.error() is None:
                self.answered.setdefault((message.key() or b"").decode(), time.monotonic())


def main() -> int:
    """Run it and return 0 when everything holds."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.stream.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--rate", type=float, default=300.0)
    parser.add_argument("--pause", type=float, default=35.0, help="mean seconds between two kills; a replica needs about a minute to come back")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ.update({"GOVLAKE_HOME": str(Path(home) / "var"), "GOVLAKE_PORT_BASE": PORTS})  # the programs inherit it
        place = Place(settings())
        lake.fill(place.settings, 1000)
        stack.configure(place)
        supervision.launch(place)
        try:
            found = _under_fire(place, given)
        finally:
            supervision.shut_down(place)
            leftovers.end(place.settings.home)
    told = json.dumps(found, ensure_ascii=False, default=str)
    OUT.write_text(told + "\n", encoding="utf-8")
    print(told)
    return 0 if found["holds"] else 1


def _under_fire(place: Place, given: argparse.Namespace) -> dict[str, Any]:
    supervision.start(place, STARTED)
    _await(lambda: ports.answers(place.settings.kafka_port), UP, "the broker")
    make_topics(place.settings, list(topics.EVERY))
    contract = next(one for one in load_all(place.settings.contracts).values() if one.topic == ASKED)
    clerk = Clerk(place.settings.kafka, contract, given.rate)
    _await(lambda: len(clerk.answered) > given.rate, UP, "the first answers")
    quiet = time.monotonic()
    kills = _kills(place, random.Random(given.seed), given)
    clerk.stop_asking()
    ended = time.monotonic()
    _await(lambda: _is_balanced(place), SETTLED, "an account that balances")
    account, differing = reconcile(place.settings, 0.0)[0], disagreements(place.settings)
    lost = clerk.acknowledged - clerk.answered.keys()
    replica_kills = [at for victim, at in kills if victim in ("stream-a", "stream-b")]
    alone = [one for one in clerk.waits(lambda due: any(0 <= due - at <= AFTER_KILL for at in replica_kills)) if one is not None]
    return {
        "kills": len(kills), "rate": given.rate, "seconds": round(ended - quiet), "acknowledged": len(clerk.acknowledged), "unanswered": len(lost),
        "account": {name: value if isinstance(value, int | str) else len(value) for name, value in asdict(account).items()},
        "disagreements": differing, "waits": summary(clerk.waits(lambda due: due >= quiet)),
        "after_a_replica_s_kill": {"asked": len(alone), "over_250_ms": sum(one > LONG for one in alone), "max_ms": round(max(alone, default=0.0))},
        "caught_up_s": round(time.monotonic() - ended), "holds": account.is_balanced and not lost and not differing.get("answer"),
    }  # fmt: skip


def _kills(place: Place, chance: random.Random, given: argparse.Namespace) -> list[tuple[str, float]]:
    kills: list[tuple[str, float]] = []
    for number in range(given.kills):
        time.sleep(chance.uniform(0.5, 1.5) * given.pause)
        victim = VICTIMS[number % len(VICTIMS)]
        pids = {state.name: state.pid for state in supervision.states(place) if state.running}
        for name in victim.split("+"):
            if name in pids:
                os.killpg(os.getpgid(pids[name]), signal.SIGKILL)
        kills.append((victim, time.monotonic()))
        print(f"{number + 1}/{given.kills} killed {victim}", flush=True)
    return kills


def _is_balanced(place: Place) -> bool:
    """Whether the account balances; not yet while the broker killed last comes back."""
    try:
        return reconcile(place.settings, 0.0)[0].is_balanced
    except Failure:
        return False


def _await(holds: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            print(f"waited {seconds:.0f} s for {what} in vain", file=sys.stderr)
            return
        time.sleep(POLL)


if __name__ == "__main__":
    sys.exit(main())
