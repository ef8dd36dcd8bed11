"""The promise of the house: a table is added by writing one contract and one sample, and nothing else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from deltalake import DeltaTable

from expectations.suite import suite
from schemas.load import load_all
from schemas.page import page
from schemas.settings import ROOT

SAMPLE = "编号,revised_on,mobile,score\nN1,2026-02-01,13800000000,98.5\nN2,2026年2月3日,,12\n" + "".join(
    f"N{number},2026-02-01,,50\n" for number in range(3, 30)
)
BAD = "N99,2026-02-30,12345,50\n"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the contracts with one more, and its sample in landing."""
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    contract = (ROOT / "tests" / "data" / "contracts" / "notice.odcs.yaml").read_text(encoding="utf-8")
    (tmp_path / "schemas" / "social" / "bulletin.odcs.yaml").write_text(
        contract.replace("name: notice\n", "name: bulletin\n").replace("businessName: 通知编号", "businessName: 编号"), encoding="utf-8"
    )
    landed = tmp_path / "var" / "landing" / "social" / "bulletin" / "2026-03-02" / "sample.csv"
    landed.parent.mkdir(parents=True)
    landed.write_text(SAMPLE + BAD, encoding="utf-8")
    os.utime(landed, (1_700_000_000, 1_700_000_000))
    return tmp_path


def started(copy: Path, *command: str) -> subprocess.CompletedProcess[str]:
    places = {"GOVLAKE_HOME": str(copy / "var"), "GOVLAKE_CONTRACTS": str(copy / "schemas")}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env={**os.environ, **places}, capture_output=True, text=True, check=False, timeout=300
    )


def test_a_new_contract_has_its_suite_and_its_page_at_once(copy: Path) -> None:
    contract = load_all(copy / "schemas")["bulletin"]
    judged = [str(expectation) for expectation in suite(contract).expectations]
    assert any("quarantineRate" in one for one in judged)
    assert "编号" in page(contract)


@pytest.mark.spark
def test_a_new_contract_and_its_sample_become_an_audited_silver_table_and_a_quarantined_row(copy: Path) -> None:
    done = started(copy, "-m", "jobs", "run", "bulletin", "--date", "2026-03-02")
    assert done.returncode == 0, done.stderr[-2000:]
    silver = DeltaTable(str(copy / "var" / "lake" / "silver" / "bulletin")).to_pyarrow_table()
    quarantine = DeltaTable(str(copy / "var" / "lake" / "quarantine" / "bulletin")).to_pyarrow_table()
    broken = {violation["rule"] for violation in quarantine["_violations"].to_pylist()[0]}
    assert (silver.num_rows, quarantine["_row"].to_pylist(), broken) == (29, [31], {"form", "mobile"})


def test_a_new_contract_has_its_dag_at_once(copy: Path) -> None:
    import tests.dags.conftest  # noqa: F401  # an Airflow home of its own, before Airflow is imported
    from tests.dags.parsing import parse

    parsed = parse(copy / "schemas", GOVLAKE_HOME=str(copy / "var"))
    assert ("social.bulletin" in parsed.dag_ids, parsed.errors) == (True, {})
