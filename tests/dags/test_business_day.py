"""Which business date a run carries, and which runs a backfill makes."""

from datetime import timedelta

import pendulum
import pytest
from airflow.timetables.base import TimeRestriction

from dags.business_day import BusinessDayTimetable

NIGHTLY, HOURLY, MONTHLY = "0 2 * * *", "15 * * * *", "0 3 1 * *"


def instant(text: str) -> pendulum.DateTime:
    return pendulum.parse(text)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("cron", "tick", "date"),
    [
        pytest.param(NIGHTLY, "2026-03-02T02:00", "2026-03-01", id="nightly: the day before"),
        pytest.param(HOURLY, "2026-03-02T00:15", "2026-03-01", id="hourly: the hour before midnight is the day before"),
        pytest.param(HOURLY, "2026-03-02T01:15", "2026-03-02", id="hourly: later hours are the same day"),
        pytest.param(MONTHLY, "2026-03-01T03:00", "2026-02-01", id="monthly: the first of the month before"),
    ],
)
def test_a_run_carries_the_day_on_which_its_interval_began(cron: str, tick: str, date: str) -> None:
    assert BusinessDayTimetable(cron)._get_partition_info(instant(f"{tick}+08:00").in_timezone("UTC"))[1] == date


@pytest.mark.parametrize(
    ("cron", "dates"),
    [
        pytest.param(
            NIGHTLY, ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"], id="nightly: both ends included"
        ),
        pytest.param(HOURLY, ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"], id="hourly: once a day"),
        pytest.param(MONTHLY, ["2026-03-01"], id="monthly: only the days it has"),
    ],
)
def test_a_backfill_makes_one_run_for_each_business_date_of_the_range(cron: str, dates: list[str]) -> None:
    runs = BusinessDayTimetable(cron).iter_partition_dagrun_infos(
        earliest=instant("2026-02-27T00:00Z"), latest=instant("2026-03-02T00:00Z")
    )
    assert [run.partition_key for run in runs] == dates


@pytest.mark.parametrize(
    ("earliest", "latest"),
    [
        pytest.param("2026-02-28T16:00:00.000Z", "2026-03-03T15:59:59.999Z", id="the form in a Beijing browser"),
        pytest.param("2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z", id="dates, by the API"),
        pytest.param("2026-03-01T00:00:00+08:00", "2026-03-03T00:00:00+08:00", id="dates, by the command line"),
    ],
)
def test_the_range_of_a_backfill_is_the_days_the_person_chose(earliest: str, latest: str) -> None:
    runs = BusinessDayTimetable(NIGHTLY).iter_partition_dagrun_infos(earliest=instant(earliest), latest=instant(latest))
    assert [run.partition_key for run in runs] == ["2026-03-01", "2026-03-02", "2026-03-03"]


def test_a_scheduled_run_and_a_backfill_of_one_date_are_the_same_partition() -> None:
    table = BusinessDayTimetable(NIGHTLY)
    (filled,) = table.iter_partition_dagrun_infos(
        earliest=instant("2026-03-01T00:00Z"), latest=instant("2026-03-01T00:00Z")
    )
    tick = pendulum.datetime(2026, 3, 2, 2, tz="Asia/Shanghai").in_timezone("UTC")
    assert table._get_partition_info(tick) == (filled.partition_date, "2026-03-01")
    assert table.resolve_partition_date("2026-03-01") == filled.partition_date


def test_turning_a_dag_on_runs_nothing_until_the_next_tick() -> None:
    tick = pendulum.now("UTC").subtract(seconds=30)
    just_now = BusinessDayTimetable(f"{tick.in_timezone('Asia/Shanghai').minute} * * * *")
    first = just_now.next_dagrun_info_v2(last_dagrun_info=None, restriction=TimeRestriction(None, None, catchup=False))
    assert first is not None
    assert first.run_after - tick > timedelta(minutes=30)
