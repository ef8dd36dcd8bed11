"""`make chaos-lake`: deliveries of every kind taken in twice, by runs that nobody kills and by runs that are killed at random, then compared.

Prints a line a kill and one line of JSON, also in build/chaos-lake.json; ends with 1 and sentences when anything is not whole.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from infra.place import Place
from schemas.settings import ROOT, settings
from tests.bench.kills import contracts
from tests.bench.kills.lake import Lake
from tests.bench.kills.plan import BROKER, DRIVER, JAVA
from tests.bench.kills.run import ROUNDS, Run
from tests.ingest.database.conftest import REGISTER
from tests.ingest.database.server import reader, served
from tests.serve.answering import Broker

OUT, HOME = ROOT / "build" / "chaos-lake.json", ROOT / "build" / "chaos-lake"
KAFKA_PORT = "26092"  # beside whatever is up, and below the ports that Linux gives to clients
MOST_ROUNDS = 8  # until every kill that was meant has happened


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
    parser.add_argument("--minutes", type=float, default=60, help="begin no delivery after so many; kills that did not happen are findings")
    parser.add_argument("--seed", type=int, default=20260302)
    parser.add_argument("--kinds", nargs="*", default=[], metavar="TABLE", help="only the kinds of these tables; those that they look codes up in have to be among them")
    given = parser.parse_args()
    begun = time.monotonic()
    with _prepared(given) as run:
        number = 0
        while not run.is_late and (number < ROUNDS or (any(run.plan.values()) and number < MOST_ROUNDS)):
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
