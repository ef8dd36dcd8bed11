"""Reads the DAG folder in a process of its own, as Airflow's DAG processor does, and tells what came out."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from schemas.settings import ROOT

PARSE = """
import json, sys, time
from airflow.dag_processing.dagbag import DagBag
import airflow.providers.apache.spark.operators.spark_submit, airflow.models.dagrun
begun = time.process_time()
bag = DagBag(sys.argv[1], bundle_path=__import__("pathlib").Path(sys.argv[1]))
seconds = time.process_time() - begun
heavy = sorted({"pyspark", "py4j", "delta", "great_expectations", "deltalake", "duckdb", "pandas"} & set(sys.modules))
print("PARSED", json.dumps([sorted(bag.dags), bag.import_errors, heavy, seconds]))
"""


@dataclass(frozen=True)
class Parsed:
    """What a reading of the folder gave. seconds: of processor, for the reading alone; Airflow is imported already."""

    dag_ids: tuple[str, ...]
    errors: dict[str, str]
    heavy: tuple[str, ...]
    seconds: float


def parse(contracts: Path, **variables: str) -> Parsed:
    """Read the DAGs that these contracts make."""
    command = [sys.executable, "-c", PARSE, str(ROOT)]
    home = f"{os.environ['AIRFLOW_HOME']}/govlake"
    # Airflow's own limit is 30 s a file: on a machine busy with other tests too few to read 500 contracts the first time.
    patience = {"AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "300"}
    given = {
        **patience,
        "PYTHONPATH": str(ROOT),
        "GOVLAKE_HOME": home,
        "GOVLAKE_CONTRACTS": str(contracts),
        **variables,
    }
    environment = {**os.environ, **given}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    told = [line for line in run.stdout.splitlines() if line.startswith("PARSED ")]
    if not told:
        raise AssertionError(run.stderr[-3000:])
    dag_ids, errors, heavy, seconds = json.loads(told[0].removeprefix("PARSED "))
    return Parsed(tuple(dag_ids), errors, tuple(heavy), seconds)
