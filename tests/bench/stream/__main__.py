"""`make bench-stream`: every system at every rate in one run, as JSON lines in build/bench-stream.jsonl.

SYSTEMS="echo two killed" make bench-stream measures only some.
"""

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Any

from jobs.stream.topics import EVERY
from schemas.settings import ROOT
from tests.bench.stream import lake, stand
from tests.bench.stream.systems import PAIR, PEER, PEERS, SYSTEMS, Run, ready

OUT = ROOT / "build" / "bench-stream.jsonl"
RATES, SECONDS = (200, 500, 1000, 2000), 12.0  # all systems at all of them take 23 of the 25 minutes a run may take
WITHOUT_LAKE = ("echo", "plain", "quix")


def measurements(run: Run, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield one line for each system and rate; the systems of two replicas are measured of the same two, one after the other."""
    wanted = [name for name in SYSTEMS if name in names]
    for _, group in groupby(wanted, lambda name: PAIR if SYSTEMS[name].kind == PAIR else name):
        alike = [SYSTEMS[name] for name in group]
        with ExitStack() as started:
            begun = time.monotonic()
            processes = [started.enter_context(stand.running(run.at, command, f"{number}")) for number, command in enumerate(alike[0].commands(run))]
            ready(run, PEERS if alike[0].kind == PEER else run.topics)
            took = round(time.monotonic() - begun, 1)
            for system in alike:
                yield from ({"system": system.title, "ready_s": took, **line} for line in system.lines(run, processes))


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.stream", description=__doc__)
    parser.add_argument("systems", nargs="*", metavar="SYSTEM", help=f"which of {', '.join(SYSTEMS)}; all when none is named")
    parser.add_argument("--rates", type=int, nargs="*", default=list(RATES))
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--subjects", type=int, default=1_000_000)
    given = parser.parse_args()
    names, begun = given.systems or list(SYSTEMS), time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # or what it started would go on without it
    if unknown := [name for name in names if name not in SYSTEMS]:
        parser.error(f"there is no system '{unknown[0]}'; there are: {', '.join(SYSTEMS)}")
    with tempfile.TemporaryDirectory() as home, OUT.open("w", encoding="utf-8") as out:
        run = Run(stand.place(Path(home)), given.rates, given.seconds)
        if set(names) - set(WITHOUT_LAKE):
            lake.fill(run.at.settings, given.subjects)
        with stand.kafka(run.at, (*PEERS, *EVERY)):
            for line in measurements(run, names):
                for where in (out, None):
                    print(json.dumps(line, ensure_ascii=False), file=where, flush=True)
    print(f"{(time.monotonic() - begun) / 60:.1f} min", file=sys.stderr)


if __name__ == "__main__":
    main()
