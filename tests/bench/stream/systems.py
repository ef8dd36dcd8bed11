"""The systems of `make bench-stream`, by the short names they are asked for with, and how each is started and measured."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from infra.place import Place
from infra.rush import rush
from schemas.contract import Contract
from schemas.load import load_all
from tests.bench.stream import freshness, overload, quix, stand
from tests.bench.stream.load import Load, latencies, summary
from tests.rows import example

HTTP_RATES = (100, 200)  # of one asking process in Python; its own work is in the figures
PEERS = ("bench.request", "bench.answer")
UP = 300.0  # seconds a system may take to give its first answer
WARM_UP, JAVA_WARM_UP, LATER = 5.0, 40.0, 10.0  # seconds that do not count: of a loop, of a new Java, of one that has answered at another rate
KILL_RATE, KILL_AT, KILL_SECONDS = 300, 20.0, 60.0
KEPT_UP, SUSTAINED = 250.0, 500  # ms of p99 within which a rate is sustained; requests a second, where no rate was measured
PEER, ALONE, PAIR = "peer", "alone", "pair"
Lines = Iterator[dict[str, Any]]


@dataclass
class Run:
    """What is measured, and what was found on the way. sustained: the highest rate that the replicas kept up with."""

    at: Place
    rates: Sequence[int]
    seconds: float
    sustained: int = 0

    @property
    def contract(self) -> Contract:
        """The contract of the requests."""
        return next(contract for contract in load_all(self.at.settings.contracts).values() if contract.topic)

    @property
    def topics(self) -> tuple[str, str]:
        """Where the product is asked and answers."""
        request = self.contract.topic or ""
        return request, f"{request.split('.')[0]}.verdict"


@dataclass(frozen=True)
class System:
    """One line's `system`, how its processes are started, and how it is measured once it answers.

    kind: PEER, with topics of its own; ALONE; PAIR, measured of the same two replicas as the others of that kind, in the order of SYSTEMS.
    """

    title: str
    kind: str
    commands: Callable[[Run], list[list[str]]]
    lines: Callable[[Run, list[psutil.Process]], Lines]


def ready(run: Run, topics: tuple[str, str]) -> float:
    """Ask once a time until an answer comes, and return the seconds that took."""
    begun, contract = time.monotonic(), run.contract
    while time.monotonic() - begun < UP:
        load = Load(run.at.settings.kafka, *topics, ((10, 0.2),), "w")
        if any(one is not None for one in latencies(load, example(contract), contract.key[-1])):
            return round(time.monotonic() - begun, 1)
    raise RuntimeError(f"no answer on {topics[1]}; see {run.at.logs}")


def _loop(kind: str, python: Callable[[], str] | None = None) -> Callable[[Run], list[list[str]]]:
    def commands(run: Run) -> list[list[str]]:
        words = ("-m", "tests.bench.stream.loops", kind, run.at.settings.kafka, *PEERS)
        return [[python(), "-P", *words] if python else stand.python(*words)]

    return commands


def _micro(run: Run) -> list[list[str]]:
    return [stand.python("-m", "tests.bench.stream.micro", *PEERS)]


def _replicas(*names: str) -> Callable[[Run], list[list[str]]]:
    return lambda run: [stand.python("-m", "jobs", "stream", "--replica", name) for name in names]


def _peer(warm_up: float) -> Callable[[Run, list[psutil.Process]], Lines]:
    def lines(run: Run, processes: list[psutil.Process]) -> Lines:
        for number, rate in enumerate(run.rates):
            yield _measured(run, PEERS, (rate, warm_up if number == 0 else min(warm_up, LATER), run.seconds), processes)

    return lines


def _answering(run: Run, processes: list[psutil.Process]) -> Lines:
    """At every rate, and at one halfway from the highest that was sustained to the lowest that was not."""
    kept, lost = [0], list[int]()
    for number, rate in enumerate(run.rates):
        line = _measured(run, run.topics, (rate, LATER if number else JAVA_WARM_UP, run.seconds), processes)
        (kept if line["is_sustained"] else lost).append(rate)
        yield line
    if lost and 0 < max(kept) < min(lost):
        line = _measured(run, run.topics, ((max(kept) + min(lost)) // 2, LATER, run.seconds), processes)
        kept += [line["rate"]] if line["is_sustained"] else []
        yield line
    run.sustained = max(kept)


def _over_http(run: Run, processes: list[psutil.Process]) -> Lines:
    """The made cases and look-ups of `make demo`'s minute, over HTTP."""
    with stand.running(run.at, stand.python("-m", "jobs.gateway"), "gateway") as gateway:
        stand.await_port(run.at.settings.gateway_port, f"{run.at.logs}/gateway.log")
        rush(run.at.settings, LATER, HTTP_RATES[0])
        for rate in HTTP_RATES:
            before, begun = stand.used([*processes, gateway])[0], time.monotonic()
            found = rush(run.at.settings, run.seconds, rate)
            waits = [*found.waits, *[None] * (found.said.total() - len(found.waits))]
            yield {"rate": rate, **summary(waits), **stand.spent([*processes, gateway], before, begun)}


def _fresh(run: Run, processes: list[psutil.Process]) -> Lines:
    yield freshness.measure(run.at.settings)


def _overloaded(run: Run, processes: list[psutil.Process]) -> Lines:
    contract = run.contract
    before, begun = stand.used(processes)[0], time.monotonic()
    found = overload.measure((run.at.settings.kafka, *run.topics), run.sustained or SUSTAINED, example(contract), contract.key[-1])
    yield {**found, **stand.spent(processes, before, begun)}


def _killed(run: Run, processes: list[psutil.Process]) -> Lines:
    dying = threading.Timer(LATER + KILL_AT, _kill, processes[1:])
    dying.start()
    yield _measured(run, run.topics, (KILL_RATE, LATER, KILL_SECONDS), processes[:1])


def _kill(victim: psutil.Process) -> None:
    """End a replica and its Java with SIGKILL."""
    for process in (*victim.children(recursive=True), victim):
        process.kill()


def _measured(run: Run, topics: tuple[str, str], pace: tuple[int, float, float], processes: list[psutil.Process]) -> dict[str, Any]:
    (rate, warm_up, seconds), contract = pace, run.contract
    before, begun = stand.used(processes)[0], time.monotonic()
    load = Load(run.at.settings.kafka, *topics, ((rate, warm_up), (rate, seconds)), "b")
    waited = latencies(load, example(contract), contract.key[-1])[int(rate * warm_up) :]
    found = summary(waited)
    return {"rate": rate, **found, "is_sustained": not found["missed"] and found["p99_ms"] <= KEPT_UP, **stand.spent(processes, before, begun)}


SYSTEMS: Mapping[str, System] = {
    "echo": System("echo loop (the floor)", PEER, _loop("echo"), _peer(WARM_UP)),
    "plain": System("plain Python, same rules", PEER, _loop("plain"), _peer(WARM_UP)),
    "quix": System("quixstreams, same rules", PEER, _loop("quix", quix.python), _peer(WARM_UP)),
    "micro": System("Spark micro-batch, same query", PEER, _micro, _peer(JAVA_WARM_UP)),
    "one": System("Real-Time Mode, one replica", ALONE, _replicas("a"), _answering),
    "two": System("Real-Time Mode, two replicas", PAIR, _replicas("a", "b"), _answering),
    "http": System("Real-Time Mode, two replicas, over HTTP", PAIR, _replicas("a", "b"), _over_http),
    "fresh": System("credit change until answered, two replicas", PAIR, _replicas("a", "b"), _fresh),
    "overload": System("Real-Time Mode, two replicas, five times the sustainable rate", PAIR, _replicas("a", "b"), _overloaded),
    "killed": System("Real-Time Mode, one of two replicas killed", PAIR, _replicas("a", "b"), _killed),
}
