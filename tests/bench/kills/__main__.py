"""`make chaos-lake`: deliveries of every kind taken in twice, by runs that nobody kills and by runs that are killed at random, then compared.

Prints a line a kill and one line of JSON, also in build/chaos-lake.json; ends with 1 and sentences when anything is not whole.
"""

import argparse
import json
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from kafka import KafkaProducer

from infra.place import Place
from jobs.stream.broker import make_topics
from schemas.errors import Unavailable
from schemas.settings import ROOT, settings
from tests.bench.kills import account, contracts, department
from tests.bench.kills.files import FED, fed, packets
from tests.bench.kills.kinds import KINDS, Kind
from tests.bench.kills.lake import Attempt, Lake, broker, driver
from tests.bench.kills.plan import BROKER, DRIVER, JAVA, Kill, planned, reached
from tests.ingest.database.conftest import REGISTER
from tests.ingest.database.server import Server, reader, served
from tests.serve.answering import Broker

OUT, HOME = ROOT / "build" / "chaos-lake.json", ROOT / "build" / "chaos-lake"
KAFKA_PORT = "26092"  # beside whatever is up, and below the ports that Linux gives to clients
ROUNDS, MOST_ROUNDS, MOST_TRIES = 2, 8, 40
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
        self.meant = sum(map(len, self.plan.values()))
        self.takes = dict[tuple[str, str], float]()
        self.kills, self.findings = list[dict[str, Any]](), list[str]()

    def round(self, number: int) -> None:
        """Take in another delivery of every kind, in both installations; after the last round, of those of which a kill is still to come."""
        left = max(1, ROUNDS - number + 1)
        for kind in [kind for kind in self.kinds if number <= ROUNDS or self.plan[kind]]:
            day = TOMORROW if kind.way == "topic" else f"2026-03-{number + 1:02}"
            self.quiet.land(kind, number, day)
            self._unkilled(self.quiet, kind, "run", day)
            self._deliver(kind, number, day)
            due = self.plan[kind][: -(-len(self.plan[kind]) // left)]
            for step in kind.steps:
                self._under_fire(kind, step, day, [kill for kill in due if kill.step == step])

    def _deliver(self, kind: Kind, number: int, day: str) -> None:
        if kind.way == "files":
            self.killed.land(kind, number, day)
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
            seconds = self.chance.uniform(SOON, LATE) * self.takes.get((kind.table, step), self.takes[step, ""])
            done = self.killed.step(kind, step, day, (seconds, self._blow(kill)) if kill else None)
            if kill and done.after is not None:
                self._note(kind, kill, done)
            elif done.code not in (0, Unavailable.exit_code):
                self.findings.append(f"{kind.name}: a try of `{step}` after a kill ends with exit code {done.code}: {done.said}")
            if done.code == 0:
                return
        self.findings.append(f"{kind.name}: `{step}` has not come to an end in {MOST_TRIES} tries: {done.said}")

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
        if done.code not in ENDS[kill.victim]:
            self.findings.append(f"{kind.name}: `{kill.step}` with its {kill.victim} killed ends with exit code {done.code}: {done.said}")

    def account(self) -> None:
        """Find what is not whole."""
        for kind in self.kinds:
            day = TOMORROW if kind.way == "topic" else "2026-03-02"
            done = self.killed.step(kind, "run", day)
            if done.code or "nothing new in" not in done.said:
                self.findings.append(f"{kind.name}: a run with nothing new ends with exit code {done.code}: {done.said}")
        upkept = self.killed.govlake("upkeep")
        if upkept.returncode:
            self.findings.append(f"`govlake upkeep` ends with exit code {upkept.returncode}: {upkept.stderr.strip()[-300:]}")
        for lake in (self.killed, self.quiet):
            self.findings += [f"{lake.settings.home.name}: {one}" for one in account.proved(lake)]
        self.findings += [*account.differences(self.killed, self.quiet, self.kinds), *account.halves(self.killed, self.quiet)]
        self.findings += [f"{kind.name}: {len(left)} kill(s) that were meant have not happened." for kind, left in self.plan.items() if left]


@contextmanager
def _prepared(given: argparse.Namespace) -> Iterator[Run]:
    """Give two installations, a department and a broker of its own; all of it is gone afterwards, unless something was found."""
    shutil.rmtree(HOME, ignore_errors=True)
    with ExitStack() as stack:
        variables = {"GOVLAKE_KAFKA_PORT": KAFKA_PORT}
        server = stack.enter_context(served(HOME / "department"))
        server.run(*REGISTER)
        running = Broker(Place(settings({"GOVLAKE_HOME": str(HOME / "broker"), **variables})))
        running.start()
        stack.callback(running.kill)
        lakes = []
        for name, is_fed in (("killed", True), ("quiet", False)):
            contracts.write(HOME / name / "contracts", is_fed=is_fed)
            lakes.append(Lake(HOME / name, HOME / name / "contracts", variables))
            stack.callback(lakes[-1].down)
        reader(server, HOME / "killed")
        run = Run((lakes[0], lakes[1]), server, running, given)
        yield run
    if not run.findings:
        shutil.rmtree(HOME)


def main() -> int:
    """Run it and return 0 when everything is whole."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=60, help="at least so many; each kind has two, and the broker eight, in any case")
    parser.add_argument("--seed", type=int, default=20260302)
    parser.add_argument("--kinds", nargs="*", default=[], metavar="TABLE", help="only the kinds of these tables")
    given = parser.parse_args()
    begun = time.monotonic()
    with _prepared(given) as run:
        number = 0
        while number < ROUNDS or (any(run.plan.values()) and number < MOST_ROUNDS):
            number += 1
            run.round(number)
        run.account()
    report = _report(run, number, time.monotonic() - begun)
    OUT.write_text(json.dumps({**report, "each": run.kills}, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(report, ensure_ascii=False))
    for finding in run.findings:
        print(finding, file=sys.stderr)
    if run.findings:
        print(f"Not whole 不完整: {len(run.findings)} finding(s). Both installations and their logs stay in {HOME}.", file=sys.stderr)
    return 1 if run.findings else 0


def _report(run: Run, rounds: int, seconds: float) -> dict[str, Any]:
    by_kind = {kind.name: sum(kill["kind"] == kind.name for kill in run.kills) for kind in run.kinds}
    by_victim = {victim: sum(kill["victim"] == victim for kill in run.kills) for victim in (DRIVER, JAVA, BROKER)}
    return {"kills": len(run.kills), "seconds": round(seconds), "rounds": rounds, "by_victim": by_victim, "by_kind": by_kind, "whole": not run.findings, "findings": run.findings}


if __name__ == "__main__":
    sys.exit(main())
