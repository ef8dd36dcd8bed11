"""The bench's own broker, lake and processes: started, measured by pid, and ended."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from infra import broker, ports
from infra.place import Place
from jobs.stream.broker import make_topics
from schemas.settings import ROOT, settings

PORTS = "22000"  # beside whatever is up, and below those that Linux gives to clients: a look at one of these may meet itself
PATIENCE, POLL, END_SECONDS = 60.0, 0.1, 20.0


def place(home: Path) -> Place:
    """Return the bench's installation below `home`."""
    return Place(settings({**os.environ, "GOVLAKE_HOME": str(home), "GOVLAKE_PORT_BASE": PORTS}))


@contextmanager
def running(at: Place, command: Sequence[str], log: str) -> Iterator[psutil.Process]:
    """Run a program of the bench and end it afterwards, killed when it does not listen; its output goes to <home>/logs."""
    at.logs.mkdir(parents=True, exist_ok=True)
    environ = {**os.environ, "GOVLAKE_HOME": str(at.settings.home), "GOVLAKE_PORT_BASE": PORTS, "GOVLAKE_STREAM_MEMORY": "3g", "PYTHONPATH": str(ROOT)}
    with (at.logs / f"{log}.log").open("ab") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=out, stderr=out, start_new_session=True)
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def kafka(at: Place, topics: Sequence[str]) -> Iterator[None]:
    """Run a broker with these topics."""
    if ports.answers(at.settings.kafka_port):  # with what was asked there before, which replicas would answer first
        raise RuntimeError(f"a broker of an earlier run still listens on port {at.settings.kafka_port}; end it and run again")
    at.run.mkdir(parents=True, exist_ok=True)
    broker.prepare(at)
    with running(at, broker.command("kafka.Kafka", str(broker.properties_file(at))), "kafka"):
        await_port(at.settings.kafka_port, f"{at.logs}/kafka.log")
        make_topics(at.settings, list(topics))
        yield


def await_port(port: int, log: str) -> None:
    """Wait until a program of the bench listens. log: where it says why it does not."""
    begun = time.monotonic()
    while not ports.answers(port):
        if time.monotonic() - begun > PATIENCE:
            raise RuntimeError(f"nothing listens on port {port} after {PATIENCE:.0f} s; see {log}")
        time.sleep(POLL)


def python(*arguments: str) -> list[str]:
    """Return a command of this environment's Python."""
    return [sys.executable, "-P", *arguments]


def spent(processes: Sequence[psutil.Process], before: float, begun: float) -> dict[str, float]:
    """Return what the processes used since `begun`, when they had used `before` CPU seconds: `cpu_pct` of one core, and `rss_mb` now."""
    seconds, memory = used(processes)
    return {"cpu_pct": round(100 * (seconds - before) / (time.monotonic() - begun), 1), "rss_mb": round(memory)}


def used(processes: Sequence[psutil.Process]) -> tuple[float, float]:
    """Return the CPU seconds that the processes and their children have used so far, and their memory in MB."""
    seconds, memory = 0.0, 0.0
    for member in (member for process in processes for member in (process, *process.children(recursive=True))):
        with suppress(psutil.NoSuchProcess):  # a child that has ended since it was listed
            times = member.cpu_times()
            seconds, memory = seconds + times.user + times.system, memory + member.memory_info().rss / 1e6
    return seconds, memory
