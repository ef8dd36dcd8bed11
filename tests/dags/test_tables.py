"""The DAGs that contracts make."""

import json
import re
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.contract import Contract
from schemas.errors import Refused
from schemas.load import load, load_all, load_marts
from schemas.settings import ROOT, settings
from tests.dags.contracts import large, small
from tests.dags.parsing import Parsed, parse

Shelf = Callable[..., Path]


OTHERS = ("delivery.feedback", "lake.upkeep", "stream.watch")  # there whatever the contracts are
EXPECTED = "delivery.watch"  # there when some contract says for which days a file is expected


@pytest.fixture
def enterprise() -> Contract:
    return load(ROOT / "schemas" / "business" / "enterprise.odcs.yaml")


@pytest.fixture(scope="module")
def ours() -> Parsed:
    return parse(ROOT / "schemas")


def test_every_contract_has_its_dag_and_every_mart_too(ours: Parsed) -> None:
    read = (*load_all(ROOT / "schemas").values(), *load_marts(ROOT / "schemas").values())
    assert (ours.errors, set(ours.dag_ids)) == ({}, {EXPECTED, *OTHERS, *(contract.dag_id for contract in read)})


def test_parsing_loads_neither_spark_nor_what_reads_the_lake(ours: Parsed) -> None:
    assert ours.heavy == ()


def test_five_hundred_contracts_are_five_hundred_dags(shelf: Shelf) -> None:
    parsed = parse(shelf(small(500)))
    assert (parsed.errors, len(parsed.dag_ids)) == ({}, 503)


def test_contracts_that_did_not_change_are_not_read_again(shelf: Shelf, tmp_path: Path) -> None:
    folder = shelf({**small(2), "reference/broken.odcs.yaml": "kind: nonsense\n"})
    first = parse(folder, GOVLAKE_HOME=str(tmp_path))
    again = parse(folder, GOVLAKE_HOME=str(tmp_path))
    assert (again.dag_ids, again.errors) == (first.dag_ids, first.errors)
    (folder / "reference" / "made_1.odcs.yaml").write_text("kind: nonsense\n", encoding="utf-8")
    assert parse(folder, GOVLAKE_HOME=str(tmp_path)).dag_ids == ("delivery.feedback", "lake.upkeep", "reference.made_0", "stream.watch")


def test_a_broken_contract_is_an_import_error_with_file_and_line_and_the_others_keep_their_dags(shelf: Shelf) -> None:
    broken = small(3)["reference/made_2.odcs.yaml"].replace("merge, value: replace", "merge, value: replac")
    folder = shelf({**small(2), "reference/made_2.odcs.yaml": broken})
    parsed = parse(folder)
    assert parsed.dag_ids == ("delivery.feedback", "lake.upkeep", "reference.made_0", "reference.made_1", "stream.watch")
    assert list(parsed.errors) == ["dags/broken_contracts.py"]
    told = parsed.errors["dags/broken_contracts.py"]
    assert re.search(rf"{folder}/reference/made_2\.odcs\.yaml:\d+: .*Did you mean 'replace'\?", told)


def test_a_rule_that_looks_into_a_table_without_contract_is_an_import_error(shelf: Shelf) -> None:
    parsed = parse(shelf(large(1)))
    assert "there is no table 'admin_division'" in parsed.errors["dags/broken_contracts.py"]


def test_a_task_process_builds_its_own_dag_only(shelf: Shelf) -> None:
    parsed = parse(shelf(small(3)), _AIRFLOW_PARSING_CONTEXT_DAG_ID="reference.made_1")
    assert (parsed.dag_ids, parsed.errors) == (("reference.made_1",), {})


def test_a_dag_survives_the_way_through_the_database(enterprise: Contract) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    from dags.business_day import BusinessDayTimetable
    from dags.tables import table_dag

    kept = json.dumps(DagSerialization.to_dict(table_dag(enterprise)))
    dag = DagSerialization.from_dict(json.loads(kept))
    assert isinstance(dag.timetable, BusinessDayTimetable)
    assert dag.timetable.serialize() == {"expression": enterprise.schedule}
    assert dag.dag_display_name == "市场主体登记 business.enterprise"
    assert list(dag.get_task("load").operator_extra_link_dict) == ["Data Docs 质量报告"]


def test_a_dag_says_what_its_contract_says(enterprise: Contract) -> None:
    from dags.tables import table_dag
    from schemas.page import page

    dag = table_dag(enterprise)
    task = dag.get_task("load")
    assert dag.doc_md == page(enterprise)
    assert dag.tags == {"业务数据 business", "市场监督管理局 Administration for Market Regulation", "敏感 sensitive"}
    assert (dag.catchup, dag.max_active_runs, task.pool) == (False, 1, "market")
    assert [alert.interval for alert in dag.deadline] == [timedelta(hours=24)]
    assert [(asset.name, asset.uri) for asset in task.outlets] == [
        ("silver.enterprise", f"file://{settings().lake}/silver/enterprise")
    ]


def test_a_table_of_a_database_is_taken_from_it_before_its_load_and_red_with_the_sentence_of_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dags.tables import table_dag

    folder = ROOT / "tests" / "data" / "databases"
    monkeypatch.setenv("GOVLAKE_HOME", str(tmp_path))
    monkeypatch.setenv("GOVLAKE_CONTRACTS", str(folder))
    task = table_dag(load(folder / "licence.odcs.yaml")).get_task("extract")
    assert (task.downstream_task_ids, task.pool, type(task.weight_rule).__name__) == ({"load"}, "test", "PastDatesLast")
    with pytest.raises(Refused, match="partition key '' is not a date"):
        execute(task, date="")
    with pytest.raises(Refused, match=r"databases\.conf: there is no such file, so nobody knows where connection 'registry' leads"):
        execute(task, date="2026-03-02")


def execute(task: Any, date: str) -> None:
    task.date = date
    task.execute({})


def test_a_mart_is_started_by_any_table_it_reads() -> None:
    from airflow.sdk import AssetAny

    from dags.marts import mart_dag

    profile = load_marts(ROOT / "schemas")["credit_profile"]
    condition = mart_dag(profile).schedule.asset_condition
    assert isinstance(condition, AssetAny)
    assert {asset.name for asset in condition.objects} == {f"silver.{name}" for name in profile.reads}
    city = mart_dag(load_marts(ROOT / "schemas")["air_quality_city_day"]).schedule.asset_condition
    assert {asset.name for asset in city.objects} == {"gold.air_quality_day", "silver.air_station"}


def test_the_callback_of_a_missed_deadline_can_be_imported_by_its_path(enterprise: Contract) -> None:
    from airflow.sdk.module_loading import import_string

    from dags.deadlines import late, promise

    assert import_string(promise(enterprise).callback.path) is late


def test_spark_submit_stands_beside_the_python_of_the_stack(enterprise: Contract) -> None:
    from dags.tables import table_dag

    binary = table_dag(enterprise).get_task("load")._spark_binary
    assert binary == str(Path(sys.executable).with_name("spark-submit"))
    assert Path(binary).is_file()
