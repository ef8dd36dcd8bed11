"""The DAG that keeps tables up: a task a department, last in its pool, and a busy table tried again."""

import json
from pathlib import Path

import pytest

from dags.upkeep import upkeep_dag
from schemas.errors import Refused, Unavailable
from schemas.load import load_all, load_marts, load_streams
from schemas.settings import ROOT


def test_every_department_has_one_task_in_its_own_pool_behind_all_others_there_and_the_ledger_has_one() -> None:
    from dags.tables import table_dag

    at = ROOT / "schemas"
    contracts = [one for read in (load_all, load_marts, load_streams) for one in read(at).values()]
    tasks = {task.task_id: task for task in upkeep_dag(contracts).tasks}
    assert set(tasks) == {"ledger", *(one.owner_code for one in contracts)}
    assert all(task.pool == code and task.asked == ("upkeep", "--owner", code) for code, task in tasks.items() if code != "ledger")
    assert max(task.priority_weight for task in tasks.values()) < table_dag(load_all(at)["permit"]).get_task("load").priority_weight


@pytest.mark.parametrize(("code", "kind"), [(65, Refused), (75, Unavailable)])
def test_a_task_fails_with_the_commands_own_sentence_and_kind(code: int, kind: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    said = tmp_path / "govlake"
    said.write_text(f'#!/bin/sh\necho "permit is being written." >&2\nexit {code}\n', encoding="utf-8")
    said.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(kind, match=r"permit is being written\."):
        upkeep_dag([]).get_task("ledger").execute({})


def test_the_dag_survives_the_way_through_the_database() -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    dag = upkeep_dag(load_all(ROOT / "schemas").values())
    again = DagSerialization.from_dict(json.loads(json.dumps(DagSerialization.to_dict(dag))))
    assert [(task.task_id, task.pool) for task in again.tasks] == [(task.task_id, task.pool) for task in dag.tasks]
