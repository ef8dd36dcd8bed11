"""(h) A run of every table with nothing new, as a process each, after landing was taken in: processor seconds, against the aim."""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from schemas.load import SUFFIX, load_all
from schemas.settings import ROOT, settings
from tests.serve.made_lake import make_lake

DAY, AIM = "2026-03-02", 15.0  # AIM: seconds, of issue 6 section 5


def idle_runs() -> Iterator[dict[str, Any]]:
    """Yield the seconds that `python -m jobs run` takes for each table in turn when none has a file that waits, a broker's and a database's records aside."""
    with tempfile.TemporaryDirectory() as home:
        here = settings({"GOVLAKE_HOME": home, "GOVLAKE_CONTRACTS": str(_as_files(Path(home) / "contracts"))})
        make_lake(here)  # a ledger to look into
        environment = {**os.environ, **here.environment}
        tables = sorted(load_all(here.contracts))
        before = _spent()
        for table in tables:
            done = subprocess.run([sys.executable, "-m", "jobs", "run", table, "--date", DAY], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
            assert ": nothing new in " in done.stdout, done.stdout
        seconds = _spent() - before
    yield {"name": f"(h) run of {len(tables)} tables with nothing new", "value": round(seconds, 1), "unit": "CPU-s", "against": f"aim {AIM:g} s", "ratio": round(seconds / AIM, 2), "aim": 1.0}


def _as_files(folder: Path) -> Path:
    """The contracts that ship, without the broker and the department's database that two of them ask for."""
    for path in (ROOT / "schemas").rglob(f"*{SUFFIX}"):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        document["customProperties"] = [one for one in document["customProperties"] if one["property"] not in ("feed", "database")]
        target = folder / path.relative_to(ROOT / "schemas")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
