"""One chaos run: each round's deliveries taken in by two installations, the drivers of the second of which are killed, and what is found in the end."""

import argparse
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from kafka import KafkaProducer

from jobs.stream.broker import make_topics
from schemas.errors import Unavailable
from tests.bench.kills import account, department
from tests.bench.kills.files import FED, fed, packets
from tests.bench.kills.kinds import KINDS, Kind
from tests.bench.kills.lake import AWAY, Attempt, Lake, broker, driver
from tests.bench.kills.plan import BROKER, DRIVER, JAVA, Kill, planned, reached
from tests.ingest.database.server import Server
from tests.serve.answering import Broker

ROUNDS, MOST_TRIES = 2, 40  # rounds of every kind, tries of a step
SOON, LATE = 0.05, 0.95  # of the seconds that a step takes when nobody is killed: the moments of kills
TOMORROW = (datetime.now(UTC) + timedelta(hours=32)).date().isoformat()  # in Beijing: all that comes through a topic today is of a day up to it
# How a step may end of which somebody was killed.  A driver whose Java dies ends with whatever it notices first.
ENDS = {DRIVER: (-9,), JAVA: (0, 70, Unavailable.exit_code), BROKER: (0, Unavailable.exit_code)}


class Run:
    """A chaos run: the two installations, the department, the broker, and what was learnt and found so far."""

    def __init__(self, lakes: tuple[Lake, Lake], server: Server, running: Broker, given: argparse.Namespace) -> None:
        self.killed, self.quiet = lakes
        self.server, self.running, self.chance = server, running, random.Random(given.seed)
        self.kinds = tuple(kind for kind in KINDS if not given.kinds or kind.table in given.kinds)
        self.plan = planned(self.kinds, given.kills, self.chance)
        self.meant, self.deadline = sum(map(len, self.plan.values())), time.monotonic() + 60 * given.minutes
        self.takes = dict[tuple[str, str], float]()
        self.kills, self.findings, self.behind = list[dict[str, Any]](), list[str](), set[Kind]()

    def round(self, number: int) -> None:
        """Take in another delivery of every kind, in both installations; after the last round, of those of which a kill is still to come.

        One installation after the other: the Java that the runs of each share would end itself while it waits for the other's.
        """
        left = max(1, ROUNDS - number + 1)
        kinds = [kind for kind in self.kinds if kind not in self.behind and (number <= ROUNDS or self.plan[kind])]
        for kind in kinds:
            self.quiet.land(kind, number, _day(kind, number))
            self._unkilled(self.quiet, kind, "run", _day(kind, number))
        for kind in kinds:
            if self.is_late:
                self.behind.add(kind)
                continue
            self._deliver(kind, number)
            due = self.plan[kind][: -(-len(self.plan[kind]) // left)]
            for step in kind.steps:
                self._under_fire(kind, step, _day(kind, number), [kill for kill in due if kill.step == step])

    @property
    def is_late(self) -> bool:
        """Whether the time that was given is over: what is not begun is left out, and told."""
        return time.monotonic() > self.deadline

    def _deliver(self, kind: Kind, number: int) -> None:
        if kind.way == "files":
            self.killed.land(kind, number, _day(kind, number))
        elif kind.way == "database":
            self.server.run(*department.statements(kind.table, number))
        else:
            topic = self.killed.contracts[kind.table].feed or ""
            make_topics(self.killed.settings, [topic])
            producer = KafkaProducer(bootstrap_servers=self.killed.settings.kafka, acks="all")
            for record in fed(number) if kind.table == "notice_feed" else packets(number, FED):
                producer.send(topic, record)
            producer.close()

    def _unkilled(self, lake: Lake, kind: Kind, step: str, day: str) -> None:
        done = lake.step(kind, step, day)
        self.takes[kind.table, step] = self.takes[step, ""] = done.seconds
        if done.code:
            self.findings.append(f"{kind.name}: `{step}`, of which nobody was killed, ends with exit code {done.code}: {done.said}")

    def _under_fire(self, kind: Kind, step: str, day: str, due: list[Kill]) -> None:
        """Start a driver until it ends well, with a kill in each try as long as one is due."""
        if (step, "") not in self.takes:
            self._unkilled(self.killed, kind, step, day)
            return
        for _ in range(MOST_TRIES):
            kill = due.pop(0) if due else None
            done = self.killed.step(kind, step, day, (self._moment(kind, kill), self._blow(kill)) if kill else None)
            if kill and done.after is not None:
                self._note(kind, kill, done)
            elif done.code not in (0, Unavailable.exit_code):
                self.findings.append(f"{kind.name}: a try of `{step}` after a kill ends with exit code {done.code}: {done.said}")
            if done.code == 0:
                return
        self.findings.append(f"{kind.name}: `{step}` has not come to an end in {MOST_TRIES} tries: {done.said}")

    def _moment(self, kind: Kind, kill: Kill) -> float:
        """After how many seconds; the broker falls while the topic is landed, with which a run begins too."""
        step = "land" if kill.victim == BROKER else kill.step
        return self.chance.uniform(SOON, LATE) * self.takes.get((kind.table, step), self.takes[step, ""])

    def _blow(self, kill: Kill) -> Callable[[Any], None]:
        if kill.victim == BROKER:
            return broker(self.running, at_once=self.chance.random() < 0.5)
        return driver if kill.victim == DRIVER else lambda process: self.killed.kill_java()

    def _note(self, kind: Kind, kill: Kill, done: Attempt) -> None:
        self.plan[kind].remove(kill)
        told = {"kind": kind.name, "step": kill.step, "victim": kill.victim, "after_s": round(done.after or 0, 1), "reached": reached(self.killed.settings, kind.table), "said": done.said}
        self.kills.append(told)
        said = f", last said: {done.said[:100]}" if done.said else ", had said nothing"
        print(f"{len(self.kills)}/{self.meant} {kind.name}: {kill.victim} killed {told['after_s']} s into `{kill.step}`, {told['reached']}{said}", flush=True)
        if kill.victim == BROKER and done.seconds - (done.after or 0) > AWAY:
            self.findings.append(f"{kind.name}: `{kill.step}` has not told within {AWAY:.0f} s that the broker is away.")
        if done.code not in ENDS[kill.victim]:
            self.findings.append(f"{kind.name}: `{kill.step}` with its {kill.victim} killed ends with exit code {done.code}: {done.said}")

    def account(self) -> None:
        """Find what is not whole. A kind that the time was too short for is told, and its table is proved and not compared."""
        for kind in self.kinds:
            done = self.killed.step(kind, "run", _day(kind, 1))
            if done.code or "nothing new in" not in done.said:
                self.findings.append(f"{kind.name}: a run with nothing new ends with exit code {done.code}: {done.said}")
        upkept = self.killed.govlake("upkeep")
        if upkept.returncode:
            self.findings.append(f"`govlake upkeep` ends with exit code {upkept.returncode}: {upkept.stderr.strip()[-300:]}")
        for lake in (self.killed, self.quiet):
            self.findings += [f"{lake.settings.home.name}: {one}" for one in account.proved(lake)]
        untouched = {kind.table for kind in self.behind}
        compared = [kind for kind in self.kinds if kind.table not in untouched]
        self.findings += [*account.differences(self.killed, self.quiet, compared), *account.halves(self.killed, self.quiet)]
        self.findings += [f"{kind.name}: left out of a round, since the time was over." for kind in self.kinds if kind in self.behind]
        self.findings += [f"{kind.name}: {len(left)} kill(s) that were meant have not happened." for kind, left in self.plan.items() if left]


def _day(kind: Kind, number: int) -> str:
    return TOMORROW if kind.way == "topic" else f"2026-03-{number + 1:02}"
