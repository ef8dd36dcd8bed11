"""A backfill beside today's runs: past dates in their order, behind what today waits for, never in today's way."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pendulum
import pytest

from schemas.load import load
from schemas.settings import ROOT

TABLE = "business/credit_listing"  # keeps the past


@pytest.fixture(scope="module")
def dag() -> Any:
    """The table's DAG as the scheduler has it, after its way through the database."""
    from airflow.serialization.serialized_objects import DagSerialization

    from dags.tables import table_dag

    made = table_dag(load(ROOT / "schemas" / f"{TABLE}.odcs.yaml"))
    return DagSerialization.from_dict(json.loads(json.dumps(DagSerialization.to_dict(made))))


def runs(dag: Any, kind: str, first: str, last: str) -> list[str]:
    """The names of the runs of a range of dates, as Airflow makes them."""
    from airflow.utils.types import DagRunType

    days = dag.iter_dagrun_infos_between(pendulum.parse(first, tz="Asia/Shanghai"), pendulum.parse(last, tz="Asia/Shanghai"))
    return [dag.timetable.generate_run_id(run_type=DagRunType(kind), run_after=one.run_after, data_interval=None, partition_key=one.partition_key) for one in days]


def test_todays_run_goes_first_and_past_dates_follow_in_their_order(dag: Any) -> None:
    past, today = runs(dag, "backfill", "2025-12-30", "2026-01-03"), runs(dag, "scheduled", "2026-11-27", "2026-11-27")
    rule = dag.get_task("load").weight_rule
    in_turn = sorted([*reversed(past), *today, "manual__2026-11-27T00:00:00+00:00"], key=lambda name: -rule.get_weight(SimpleNamespace(run_id=name)))
    assert (set(in_turn[:2]), in_turn[2:]) == ({*today, "manual__2026-11-27T00:00:00+00:00"}, past)
    assert len(past) == 5


def test_a_backfill_takes_one_slot_of_the_departments_pool_at_a_time(dag: Any) -> None:
    assert (dag.get_task("load").max_active_tis_per_dag, dag.get_task("load").pool) == (1, load(ROOT / "schemas" / f"{TABLE}.odcs.yaml").owner_code)


def test_every_date_of_the_range_is_a_run_whose_key_is_the_date(dag: Any) -> None:
    infos = list(dag.iter_dagrun_infos_between(datetime(2026, 2, 27, 16, tzinfo=UTC), datetime(2026, 3, 1, 16, tzinfo=UTC)))
    assert [one.partition_key for one in infos] == ["2026-02-28", "2026-03-01", "2026-03-02"]
