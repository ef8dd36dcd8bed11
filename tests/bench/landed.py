"""(d) From a file in landing to its gold row, through Airflow, against the seconds its Spark applications took."""

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from infra import airflow_api, runs
from infra.place import Place
from schemas.load import load_all
from schemas.settings import ROOT, settings

PORTS = "40000"  # a stack of its own, beside whatever is up
DAY, TABLE, NUMBER, GOLD = "2026-03-03", "permit", "XK_WSH", "gold.credit_profile"  # NUMBER: part of the key, free text
SAMPLE = ROOT / "tests" / "data" / "landing" / "business" / TABLE / "2026-03-02" / "made-sample-permit.csv"
LONG_AGO = 1_700_000_000
AIM, POLL = 1.5, 0.2


def file_to_gold() -> Iterator[dict[str, Any]]:
    """Yield the seconds from the trigger to the end of the gold run, against the sum of both runs' tasks."""
    with tempfile.TemporaryDirectory() as home:
        environ = {**os.environ, "GOVLAKE_HOME": home, "GOVLAKE_PORT_BASE": PORTS}
        try:
            subprocess.run([sys.executable, "-m", "infra.demo"], cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)
            yield _measured(Place(settings(environ)))
        finally:
            subprocess.run([sys.executable, "-m", "infra.stack", "clean"], cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)


def _measured(place: Place) -> dict[str, Any]:
    contract = load_all(place.settings.contracts)[TABLE]
    _land(place.settings.landing / contract.source_class / TABLE / DAY / "new.csv")
    airflow, begun = airflow_api.log_in(place), time.time()
    airflow.post(f"dags/{contract.dag_id}/dagRuns", {"logical_date": None, "partition_key": DAY})
    ended = {contract.dag_id: None, GOLD: None}
    while not all(ended.values()):
        time.sleep(POLL)
        over = [run for run in runs.recent(airflow) if run["partition_key"] == DAY and run["state"] in runs.OVER]
        ended |= {run["dag_id"]: run for run in over}
    assert {run["state"] for run in ended.values() if run} == {"success"}, "a run failed"
    last = max(datetime.fromisoformat(run["end_date"]).timestamp() for run in ended.values() if run)
    work = sum(_seconds(airflow, run) for run in ended.values() if run)
    return {"name": "file landed to gold row", "value": round(last - begun, 1), "unit": "s", "against": f"its Spark applications {work:.1f} s",
            "ratio": round((last - begun) / work, 2), "aim": AIM}  # fmt: skip


def _land(path: Path) -> None:
    """One row of the sample under a number of its own, as if written long ago."""
    with SAMPLE.open(encoding="utf-8-sig", newline="") as handle:
        row = next(csv.DictReader(handle))
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(row))
        writer.writeheader()
        writer.writerow({**row, NUMBER: f"{row[NUMBER]}N"})
    os.utime(path, (LONG_AGO, LONG_AGO))


def _seconds(airflow: airflow_api.Airflow, run: dict[str, Any]) -> float:
    tasks = airflow.get(f"dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances")["task_instances"]
    return sum(task["duration"] or 0.0 for task in tasks)
