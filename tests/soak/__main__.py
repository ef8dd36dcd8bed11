"""`make soak`: PARTS="rules inputs", N values a rule, SEED; results as JSON lines in build/soak.jsonl.

A disagreement is told with its seed and number; SEED=… KIND=… AT=… shows that one value or input again, alone.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from schemas.settings import ROOT, settings
from tests.soak import rules
from tests.soak.cases import CASES

OUT = ROOT / "build" / "soak.jsonl"
MILLION, SEED = 1_000_000, 20261128
Line = dict[str, Any]


def _rules(given: argparse.Namespace) -> Iterator[Line]:
    from jobs.session import session

    with tempfile.TemporaryDirectory(dir=ROOT / "build") as home:
        spark = session(settings({"GOVLAKE_HOME": home, "GOVLAKE_DRIVER_MEMORY": "2g"}), "soak", is_long=True)
        yield from rules.compared(spark, given.kind or list(CASES), (given.seed, given.number), Path(home))
        spark.stop()


PARTS = {"rules": _rules}


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help=f"which of {', '.join(PARTS)}; all without")
    parser.add_argument("--number", type=int, default=os.environ.get("N", MILLION), help="values a rule, or inputs of all kinds together (N)")
    parser.add_argument("--seed", type=int, default=os.environ.get("SEED", SEED), help="what all values and inputs follow from (SEED)")
    parser.add_argument("--kind", action="append", default=os.environ.get("KIND", "").split() or None, help="rules, or kinds of inputs; all without (KIND)")
    parser.add_argument("--at", type=int, default=os.environ.get("AT"), help="show the value or input of this number again (AT)")
    return parser.parse_args()


def main() -> int:
    """Run the parts, print a line each, write them to build/soak.jsonl; 1 when something did not hold."""
    given = _asked()
    if given.at is not None:
        print(json.dumps(rules.value_at(given.kind[0], given.seed, given.at), default=str))
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
