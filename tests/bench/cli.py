"""Seconds a person waits for the commands that look at the lake, as whole processes over a silver table of 100,000 rows.

Run with `python -m tests.bench.cli`; one JSON line a command. Aim: under 2 s (issue 4, section 6).
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.settings import ROOT, settings
from tests.serve.conftest import CONTRACTS
from tests.serve.made_lake import PATH, RELEASED, RELEASED_AT, SILVER, make_lake, put

ROWS, TRIES, AIM = 100_000, 5, 2.0
COMMANDS = (
    ("tables", "--json"),
    ("show", "applicant", "--where", "case_no like '%99'"),
    ("quarantine", "applicant"),
    ("ledger",),
    ("explain", "uscc", "91350100M000100Y43"),
)


def main() -> None:
    """Print one line a command: the median of five starts."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copytree(CONTRACTS, home / "contracts")
        shutil.copytree(ROOT / "schemas", home / "contracts" / "all", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        make_lake(settings({"GOVLAKE_HOME": folder}))
        stamp = {"_path": PATH, "_batch": RELEASED, "_ingested_at": RELEASED_AT, "_violations": [], "_extra": []}
        put(home / "lake" / "silver" / "applicant", SILVER, ({**stamp, "case_no": f"B-{i}", "_row": i} for i in range(ROWS)))
        for command in COMMANDS:
            value = statistics.median(_seconds(command, home) for _ in range(TRIES))
            line = {"name": f"govlake {command[0]}", "value": round(value, 2), "unit": "s", "against": f"aim {AIM:g} s"}
            print(json.dumps({**line, "ratio": round(value / AIM, 2)}))


def _seconds(command: tuple[str, ...], home: Path) -> float:
    places = {**os.environ, "GOVLAKE_HOME": str(home), "GOVLAKE_CONTRACTS": str(home / "contracts")}
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "jobs.cli", *command], cwd=ROOT, env=places, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
