"""When a table runs, and for which business date: one partition a Beijing day, whatever the schedule."""

import datetime
from collections.abc import Iterable
from typing import Any

from airflow.timetables.base import DagRunInfo, Timetable
from airflow.timetables.trigger import CronPartitionTimetable
from pendulum import DateTime
from pendulum import instance as moment

BEIJING = "Asia/Shanghai"
KEY_FORMAT = "%Y-%m-%d"


class BusinessDayTimetable(CronPartitionTimetable):
    """A cron schedule in Beijing time whose partition is a day: the day on which the interval just ended began.

    A nightly run at 02:00 carries the day before; the hourly run at 00:15 the day before, that at 01:15 the same day.
    Airflow's own CronPartitionTimetable makes the tick the partition: a backfill up to a date would leave that date
    out (its tick comes after midnight), and a backfill of an hourly table would run each day twenty-four times. It
    also takes the bounds by their UTC clock, while the backfill form sends midnight in Beijing as 16:00 of the day before.
    """

    def __init__(self, cron: str) -> None:
        # A first run is the next tick: with Airflow's default, a DAG turned on soon after a tick runs for that one too.
        never = datetime.timedelta(0)
        super().__init__(cron, timezone=BEIJING, run_offset=-1, key_format=KEY_FORMAT, run_immediately=never)

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:
        """Build it back from what `serialize` gave."""
        return cls(data["expression"])

    def serialize(self) -> dict[str, Any]:
        """Return what the database keeps: the cron expression; the rest is the same for all tables."""
        return {"expression": self._expression}

    def iter_partition_dagrun_infos(
        self, *, earliest: datetime.datetime, latest: datetime.datetime
    ) -> Iterable[DagRunInfo]:
        """Yield one run for each business date from `earliest` to `latest`, both days included."""
        tick = self._align_to_next(self._midnight(moment(earliest)))
        last = self._midnight(moment(latest)).add(days=1)
        previous = None
        while tick < last:
            day = self._midnight(tick)
            if day != previous:
                yield DagRunInfo(
                    run_after=day, data_interval=None, partition_date=day, partition_key=self._format_key(day)
                )
            previous, tick = day, self._get_next(tick)

    def localize_partition_datetime(self, dt: datetime.datetime) -> DateTime:
        """Return a bound of a range of partitions as the instant it is."""
        return moment(dt)

    def _get_partition_date(self, *, run_date: DateTime) -> DateTime:
        return self._midnight(self._get_prev(run_date))

    def _midnight(self, instant: DateTime) -> DateTime:
        return instant.in_timezone(self._timezone).start_of("day").in_timezone("UTC")
