"""`make soak`: the parts rules, inputs and stream, or PARTS of them, with N values a rule and N inputs, from a SEED; JSON lines in build/soak.jsonl.

rules: Spark and plain Python answer for the same values.  inputs: spoilt files, packets and messages through the readers, in processes that are watched.
stream: spoilt records of Kafka through the stream's frames.  KIND="csv zip" for some rules or kinds, MINUTES for how long inputs may take.

A disagreement is told with its seed and number; SEED=… KIND=… AT=… shows that one value or input again, alone.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from schemas.settings import ROOT, settings
from tests.soak import rules, watch, worker
from tests.soak.cases import CASES
from tests.soak.kinds import KINDS, STREAM

OUT = ROOT / "build" / "soak.jsonl"
SEED, MINUTES = 20261128, 40
Line = dict[str, Any]


def _named(given: argparse.Namespace, known: Iterable[str]) -> list[str]:
    return [name for name in known if name in (given.kind or known)]


@contextmanager
def _spark() -> Iterator[tuple[Any, Path]]:
    """A session of its own, and a folder for what it writes."""
    from jobs.session import session

    with tempfile.TemporaryDirectory(prefix="soak-") as home:
        spark = session(settings({"GOVLAKE_HOME": home, "GOVLAKE_DRIVER_MEMORY": "2g"}), "soak", is_long=True)
        yield spark, Path(home)
        spark.stop()


def _rules(given: argparse.Namespace) -> Iterator[Line]:
    with _spark() as (spark, home):
        yield from rules.compared(spark, _named(given, CASES), (given.seed, given.number), home)


def _inputs(given: argparse.Namespace) -> Iterator[Line]:
    yield from watch.watched(_named(given, [name for name, kind in KINDS.items() if kind.share]), (given.seed, given.number), given.minutes)


def _stream(given: argparse.Namespace) -> Iterator[Line]:
    from tests.soak import stream

    with _spark() as (spark, home):
        for name in _named(given, STREAM):
            yield from stream.counted(spark, [name], (given.seed, given.number * STREAM[name] // worker.MILLION), home)


PARTS = {"rules": _rules, "inputs": _inputs, "stream": _stream}


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help=f"which of {', '.join(PARTS)}; all without")
    parser.add_argument("--number", type=int, default=os.environ.get("N", worker.MILLION), help="values a rule, or inputs of all kinds together (N)")
    parser.add_argument("--seed", type=int, default=os.environ.get("SEED", SEED), help="what all values and inputs follow from (SEED)")
    parser.add_argument("--kind", action="append", default=os.environ.get("KIND", "").split() or None, help="rules, or kinds of inputs; all without (KIND)")
    parser.add_argument("--minutes", type=float, default=os.environ.get("MINUTES", MINUTES), help="after which no further input is read (MINUTES)")
    parser.add_argument("--at", type=int, default=os.environ.get("AT"), help="show the value or input of this number again (AT)")
    given = parser.parse_args()
    if odd := set(given.parts) - set(PARTS) | set(given.kind or ()) - set(CASES) - set(KINDS) - set(STREAM) or (given.at is not None and not given.kind and {"AT without KIND"}):
        parser.error(f"{', '.join(map(str, odd))}? Parts: {', '.join(PARTS)}. Kinds: {', '.join(dict.fromkeys((*CASES, *KINDS, *STREAM)))}.")
    return given


def _again(name: str, seed: int, number: int) -> None:
    """Show a value, or an input and what becomes of it; its bytes are left in build/soak.input. They are made: nothing in them is secret."""
    if name in CASES:
        print(json.dumps(rules.value_at(name, seed, number), default=str))
        return
    variant, content = worker.made(name, seed, number)
    (OUT.parent / "soak.input").write_bytes(content)
    with tempfile.TemporaryDirectory() as folder:
        print(f"{name} {number}: {len(content)} bytes as {variant.name} of {variant.contract.table}: {worker.tried(name, seed, number, Path(folder))}")


def main() -> int:
    """Run the parts, print a line each, write them to build/soak.jsonl; 1 when something did not hold."""
    given = _asked()
    if given.at is not None:
        _again(given.kind[0], given.seed, given.at)
        return 0
    bad = 0
    OUT.parent.mkdir(exist_ok=True)
    with OUT.open("w", encoding="utf-8") as out:
        for part in given.parts or PARTS:
            for line in PARTS[part](given):
                print(json.dumps(line, ensure_ascii=False), flush=True)
                print(json.dumps(line, ensure_ascii=False), file=out, flush=True)
                bad += line.get("differing", 0) + line.get("failed", 0)
    if bad:
        print(f"{bad} disagreement(s) or failure(s), named above. SEED=… KIND=… AT=… make soak shows one again.", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
