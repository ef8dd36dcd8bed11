"""(h) A run of every table with nothing new, as a process each, after landing was taken in: processor seconds, against the aim."""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from schemas.load import load_all
from schemas.settings import ROOT, settings
from tests.serve.made_lake import make_lake

DAY, AIM = "2026-03-02", 15.0  # AIM: seconds, of issue 6 section 5


def idle_runs() -> Iterator[dict[str, Any]]:
    """Yield the seconds that `python -m jobs run` takes for each table in turn when none has a file that waits."""
    with tempfile.TemporaryDirectory() as home:
        here = settings({"GOVLAKE_HOME": home})
        make_lake(here)  # a ledger to look into
        environment = {**os.environ, **here.environment}
        tables = sorted(load_all(here.contracts))
        before = _spent()
        for table in tables:
            done = subprocess.run([sys.executable, "-m", "jobs", "run", table, "--date", DAY], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
            assert ": nothing new in " in done.stdout, done.stdout
        seconds = _spent() - before
    yield {"name": f"(h) run of {len(tables)} tables with nothing new", "value": round(seconds, 1), "unit": "CPU-s", "against": f"aim {AIM:g} s", "ratio": round(seconds / AIM, 2), "aim": 1.0}


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
