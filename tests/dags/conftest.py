"""An Airflow of its own for these tests: no database, no examples, our plugin."""

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from schemas.settings import ROOT

# Airflow reads its configuration once, when it is first imported.
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="govlake-airflow-")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__PLUGINS_FOLDER"] = str(ROOT / "infra" / "airflow_plugins")
os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(ROOT / "dags")

import pytest

WRITE = '#!/bin/sh\nprintf "%s\\n" "$@" > "{seen}"\n{body}\n'


@pytest.fixture
def spark_submit(tmp_path: Path) -> Callable[..., Path]:
    """Make an executable that stands where spark-submit stands: notes its arguments in `seen`, then runs a shell body."""

    def make(body: str) -> Path:
        script = tmp_path / "spark-submit"
        script.write_text(WRITE.format(seen=tmp_path / "seen", body=body), encoding="utf-8")
        script.chmod(0o755)
        return script

    return make


@pytest.fixture
def shelf(tmp_path: Path) -> Callable[..., Path]:
    """Make a contracts folder from {relative path: text}."""

    def make(files: Mapping[str, str]) -> Path:
        folder = tmp_path / "contracts"
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    return make
