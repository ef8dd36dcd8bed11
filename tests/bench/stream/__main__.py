"""`make bench-stream`: every system at every rate in one run, as JSON lines in build/bench-stream.jsonl."""

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil

from infra.place import Place
from infra.rush import rush
from jobs.stream.topics import EVERY
from schemas.contract import Contract
from schemas.load import load_all
from schemas.settings import ROOT
from tests.bench.stream import freshness, lake, stand
from tests.bench.stream.load import Load, latencies, summary
from tests.rows import example

OUT = ROOT / "build" / "bench-stream.jsonl"
RATES = (200, 500, 1000, 2000)
HTTP_RATES = (100, 200)  # of one asking process in Python; its own work is in the figures
PEERS = ("bench.request", "bench.answer")
TRY = 2.0
WARM_UP, JAVA_WARM_UP = 5.0, 40.0  # seconds at each rate before it counts: Java compiles Spark and the rules in its first minutes
LOOPS = {"echo loop (the floor)": "echo", "plain Python, same rules": "plain", "quixstreams, same rules": "quix"}
REPLICAS = {"Real-Time Mode, one replica": ("a",), "Real-Time Mode, two replicas": ("a", "b")}
QUIX = "quixstreams, same rules"  # measured where the package is installed; it is no part of the environment
MICRO = "Spark micro-batch, same query"
HTTP = "Real-Time Mode, two replicas, over HTTP"
FRESH = "credit change until answered, two replicas"
KILLED = "Real-Time Mode, one of two replicas killed"
KILL_RATE, KILL_AT, KILL_SECONDS = 300, 20.0, 60.0


def measurements(at: Place, systems: list[str], rates: list[int], seconds: float) -> Iterator[dict[str, Any]]:
    """Yield one line for each system and rate."""
    contract = _contract(at)
    for system in systems:
        with ExitStack() as started:
            commands = _commands(at, system)
            processes = [started.enter_context(stand.running(at, command, f"{number}")) for number, command in enumerate(commands)]
            begun = time.monotonic()
            _await(at, _topics(contract, system), contract)
            ready = round(time.monotonic() - begun, 1)
            yield from ({"system": system, "ready_s": ready, **line} for line in _lines(at, system, (rates, seconds), processes))


def _lines(at: Place, system: str, asked: tuple[list[int], float], processes: list[psutil.Process]) -> Iterator[dict[str, Any]]:
    rates, seconds = asked
    if system == FRESH:
        yield freshness.measure(at.settings)
    elif system == KILLED:
        warm_up = 2 * JAVA_WARM_UP
        dying = threading.Timer(warm_up + KILL_AT, _kill, processes[1:])
        dying.start()
        yield {"rate": KILL_RATE, **_measured(at, system, (KILL_RATE, warm_up, KILL_SECONDS), processes[:1])}
    elif system == HTTP:
        rush(at.settings, 2 * JAVA_WARM_UP, HTTP_RATES[0])
        yield from ({"rate": rate, **_rushed(at, rate, seconds)} for rate in HTTP_RATES)
    else:
        warm_up = WARM_UP if system in LOOPS else JAVA_WARM_UP
        yield from ({"rate": rate, **_measured(at, system, (rate, warm_up, seconds), processes)} for rate in rates)


def _measured(at: Place, system: str, pace: tuple[int, float, float], processes: list[psutil.Process]) -> dict[str, Any]:
    (rate, warm_up, seconds), contract = pace, _contract(at)
    before, begun = stand.used(processes)[0], time.monotonic()
    load = Load(at.settings.kafka, *_topics(contract, system), rate, warm_up, seconds, f"b{time.time_ns()}")
    waited = latencies(load, example(contract), contract.key[-1])
    spent, memory = stand.used(processes)
    return {**summary(waited), "cpu_pct": round(100 * (spent - before) / (time.monotonic() - begun), 1), "rss_mb": round(memory)}


def _kill(victim: psutil.Process) -> None:
    """End a replica and its Java with SIGKILL."""
    for process in (*victim.children(recursive=True), victim):
        process.kill()


def _rushed(at: Place, rate: int, seconds: float) -> dict[str, Any]:
    """The made cases and look-ups of `make demo`'s minute, over HTTP."""
    found = rush(at.settings, seconds, rate)
    return summary([*found.waits, *[None] * (found.said.total() - len(found.waits))])


def _contract(at: Place) -> Contract:
    return next(contract for contract in load_all(at.settings.contracts).values() if contract.topic)


def _commands(at: Place, system: str) -> list[list[str]]:
    if system in (*REPLICAS, HTTP, FRESH, KILLED):
        gateway = [stand.python("-m", "jobs.gateway")] if system == HTTP else []
        return [*(stand.python("-m", "jobs", "stream", "--replica", name) for name in REPLICAS.get(system, ("a", "b"))), *gateway]
    if system == MICRO:
        return [stand.python("-m", "tests.bench.stream.micro", *PEERS)]
    return [stand.python("-m", "tests.bench.stream.loops", LOOPS[system], at.settings.kafka, *PEERS)]


def _topics(contract: Contract, system: str) -> tuple[str, str]:
    request = contract.topic or ""
    return (request, f"{request.split('.')[0]}.verdict") if system not in (*LOOPS, MICRO) else PEERS


def _await(at: Place, topics: tuple[str, str], contract: Contract) -> None:
    """Ask once a time until an answer comes."""
    begun = time.monotonic()
    while time.monotonic() - begun < 180:
        load = Load(at.settings.kafka, *topics, 10, 0.0, TRY / 10, f"w{time.time_ns()}")
        if any(one is not None for one in latencies(load, example(contract), contract.key[-1])):
            return
    raise RuntimeError(f"no answer on {topics[1]}; see {at.logs}")


def main() -> None:
    """Measure, print and write."""
    known = [system for system in (*LOOPS, *REPLICAS, KILLED, HTTP, FRESH, MICRO) if system != QUIX or find_spec("quixstreams")]
    parser = argparse.ArgumentParser(prog="python -m tests.bench.stream", description=__doc__)
    parser.add_argument("systems", nargs="*", default=known, help=f"which of {known}")
    parser.add_argument("--rates", type=int, nargs="*", default=list(RATES))
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--subjects", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, OUT.open("w", encoding="utf-8") as out:
        at = stand.place(Path(home))
        if set(given.systems) - set(LOOPS):
            lake.fill(at.settings, given.subjects)
        with stand.kafka(at, (*PEERS, *EVERY)):
            for line in measurements(at, given.systems or known, given.rates, given.seconds):
                for where in (out, None):
                    print(json.dumps(line, ensure_ascii=False), file=where, flush=True)


if __name__ == "__main__":
    main()
