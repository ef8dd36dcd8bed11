"""`python -m jobs spark`: one warm Spark application that the runs of this machine share, each with a session of its own.

Starting Java and warming it up costs a small run three times what its work does (docs/decisions/0004). Java is started when
the first run asks for it, and ended when nobody has worked for a while, since an idle machine should be small.
"""

import json
import os
import selectors
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from pyspark.sql import SparkSession

from jobs.session import session
from schemas import sockets
from schemas.errors import Unavailable
from schemas.settings import Settings

IDLE_SECONDS = 90.0  # after the last run; the next one then waits some seconds for Java
MOST_RUNS = 100  # what a killed run, or Spark's own book-keeping, leaves behind in Java is given back with Java itself
POLL = 0.1  # seconds between two looks at what a run left at work
MOST_BYTES, MOST_LOCKS = 4096, 8  # of a run's introduction


@dataclass
class Guest:
    """A run that is attached. group: of its Spark jobs.  thread: its thread in Java.  locks: descriptors of the locks it held when it came."""

    wire: socket.socket
    group: str = ""
    thread: int = 0
    locks: list[int] = field(default_factory=list)
    was_seen_at_work: bool = False  # after it was gone

    def introduce(self) -> bool:
        """Take in what the run says of itself; return False when it is gone instead."""
        try:
            said, locks, _, _ = socket.recv_fds(self.wire, MOST_BYTES, MOST_LOCKS)
        except OSError:
            return False
        self.locks += locks
        if said:
            told = json.loads(said)
            self.group, self.thread = str(told["group"]), int(told["thread"])
        return bool(said)

    def free(self) -> None:
        """Let go of the locks: with their holder dead, the next run of these tables may begin."""
        for descriptor in self.locks:
            os.close(descriptor)


class Shared:
    """The application, the runs attached to it, and those that are gone while Java is still at work for them."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self.settings, self.say = settings, say
        self.spark: SparkSession | None = None
        self.guests: list[Guest] = []
        self.gone: list[Guest] = []
        self.served, self.left = 0, time.monotonic()

    def welcome(self, wire: socket.socket) -> Guest:
        """Tell a run where Java listens, and start Java for the first one."""
        self.spark = self.spark or self._start()
        given = gateway(self.spark).gateway_parameters
        wire.sendall(json.dumps({"port": given.port, "secret": given.auth_token}).encode())
        self.guests.append(Guest(wire))
        return self.guests[-1]

    def part(self, guest: Guest) -> None:
        """Note that a run is gone."""
        guest.wire.close()
        self.guests.remove(guest)
        self.gone.append(guest)

    def sweep(self) -> None:
        """End what dead runs left at work, and free their locks once it has ended. Raises Unavailable when Java has died."""
        if self.spark is not None and gateway(self.spark).proc.poll() is not None:
            raise Unavailable("Java ended by itself, and the runs that worked in it with it; Airflow tries them again. Nothing is half written.")
        for guest in list(self.gone):
            if guest.thread and self._works(guest):
                continue
            guest.free()
            self.gone.remove(guest)
            self.served, self.left = self.served + 1, time.monotonic()
            assert self.spark is not None
            self.spark.catalog.clearCache()

    @property
    def is_over(self) -> bool:
        """Whether Java should end: nobody is there, and it idles or has served enough."""
        if self.spark is None or self.guests or self.gone:
            return False
        return self.served >= MOST_RUNS or time.monotonic() - self.left > IDLE_SECONDS

    def end(self) -> None:
        """Stop the application and Java."""
        assert self.spark is not None
        java = gateway(self.spark)
        self.spark.stop()
        java.shutdown()
        java.proc.stdin.close()
        java.proc.wait()
        self.say(f"Nobody works: Spark was ended after {self.served} run(s).")

    def _start(self) -> SparkSession:
        begun = time.monotonic()
        roomy = replace(self.settings, driver_memory=self.settings.shared_memory)
        started = session(roomy, "shared", is_apart=True)
        self.say(f"Spark is up after {time.monotonic() - begun:.1f} s.")
        return started

    def _works(self, guest: Guest) -> bool:
        """Whether Java still works for a run that is gone; its jobs are cancelled, and what comes after them at the next look."""
        assert self.spark is not None
        if guest.was_seen_at_work:  # not at the first look: who ended as he should is gone at the second
            self.spark.sparkContext.cancelJobGroup(guest.group)
        threads = gateway(self.spark).jvm.java.lang.management.ManagementFactory.getThreadMXBean()
        guest.was_seen_at_work = threads.getThreadInfo(guest.thread) is not None
        return guest.was_seen_at_work


def gateway(spark: SparkSession) -> Any:
    """Return the way from Python into Java."""
    return spark.sparkContext._gateway


def serve(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve runs until nobody works any more, then begin anew as a fresh process without Java. Returns only with an error."""
    shared = Shared(settings, say)
    with selectors.DefaultSelector() as known, sockets.listen(settings.spark_socket) as door:
        known.register(door, selectors.EVENT_READ)
        while not shared.is_over:
            for key, _ in known.select(POLL if shared.gone else 1.0):
                _attend(shared, known, key)
            shared.sweep()
        settings.spark_socket.unlink()
    shared.end()
    os.execv(sys.executable, sys.orig_argv)


def _attend(shared: Shared, known: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    """Let a run in, hear it, or notice that it has gone."""
    if key.data is None:
        with suppress(ConnectionError):  # one that waited while Java started, and did not live to see it
            wire, _ = key.fileobj.accept()  # type: ignore[union-attr]
            known.register(wire, selectors.EVENT_READ, shared.welcome(wire))
    elif not key.data.introduce():
        known.unregister(key.fileobj)
        shared.part(key.data)

