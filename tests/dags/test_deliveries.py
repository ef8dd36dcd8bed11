"""The DAGs about deliveries: red with the department's sentence until the file is there; feedback for a day."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dags.deliveries import feedback_dag, watch_dag
from schemas.errors import Unavailable
from schemas.load import load, load_all
from schemas.settings import ROOT, Settings, settings
from tests.serve.conftest import CONTRACTS
from tests.serve.made_lake import FILE, file, put

APPLICANT = "business/applicant.odcs.yaml"


@pytest.fixture
def owing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation whose department has delivered for the day before yesterday, and not for yesterday."""
    text = (CONTRACTS / APPLICANT).read_text(encoding="utf-8").replace('"0 2 * * *"', '"0 0 * * *"')
    path = tmp_path / "contracts" / APPLICANT
    path.parent.mkdir(parents=True)
    path.write_text(f"{text}  - {{property: delivery, value: every_day}}\n", encoding="utf-8")
    here = settings({"GOVLAKE_HOME": str(tmp_path), "GOVLAKE_CONTRACTS": str(tmp_path / "contracts")})
    for name, value in here.environment.items():
        monkeypatch.setenv(name, value)
    put(here.lake / "ledger" / "file", FILE, [file("a" * 64, "taken", datetime.now(UTC) - timedelta(days=1), date=_day(2))])
    return here


def _day(back: int) -> str:
    from jobs.commands.layout import BEIJING

    return (datetime.now(UTC).astimezone(BEIJING).date() - timedelta(days=back)).isoformat()


@pytest.fixture
def look(owing: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Run the department's task once, with this checkout's govlake."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    task = watch_dag([load(owing.contracts / APPLICANT)]).get_task("tests")
    return lambda: task.execute({})


def test_every_department_that_owes_deliveries_has_a_task_and_no_other() -> None:
    contracts = load_all(ROOT / "schemas").values()
    expecting = [one for one in contracts if one.delivery]
    assert [task.task_id for task in watch_dag(expecting).tasks] == sorted({one.owner_code for one in expecting}) != []


def test_the_task_is_red_with_the_departments_sentence_and_green_once_the_file_lies_in_landing(owing: Settings, look: Callable[[], str]) -> None:
    with pytest.raises(Unavailable, match=rf"测试部门 Department of tests 未按时报送: business\.applicant {_day(1)} was due .* See docs/runbooks/overdue\.md"):
        look()
    folder = owing.landing / "business" / "applicant" / _day(1)
    folder.mkdir(parents=True)
    (folder / "1.csv").write_text("case_no\nA-1\n", encoding="utf-8")
    assert '"sentences": []' in look()


def test_an_overdue_delivery_is_an_alert_once_however_often_it_is_looked_at(owing: Settings, look: Callable[[], str]) -> None:
    for _ in range(2):
        with pytest.raises(Unavailable):
            look()
    (alert,) = map(json.loads, (owing.home / "alerts.jsonl").read_text(encoding="utf-8").splitlines())
    assert (alert["kind"], alert["owner"], alert["date"]) == ("overdue", "测试部门 Department of tests", _day(1))


def test_feedback_is_asked_for_the_runs_own_day(owing: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    task: Any = feedback_dag().get_task("feedback")
    task.render_template_fields({"dag_run": type("Run", (), {"partition_key": "2026-03-02"})})
    assert task.asked == ("feedback", "--date", "2026-03-02")


def test_the_dags_survive_the_way_through_the_database(owing: Settings) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    for dag in (watch_dag([load(owing.contracts / APPLICANT)]), feedback_dag()):
        again = DagSerialization.from_dict(json.loads(json.dumps(DagSerialization.to_dict(dag))))
        assert (again.dag_id, [task.task_id for task in again.tasks]) == (dag.dag_id, [task.task_id for task in dag.tasks])
