"""Who goes first when runs wait for a department's pool: today's, then past dates, the earliest of them first."""

import re
from datetime import date
from typing import Any

from airflow.task.priority_strategy import PriorityWeightStrategy

PAST = re.compile(r"\Abackfill__.*__(\d{4}-\d{2}-\d{2})__")  # as BusinessDayTimetable names a backfill's runs
NOW = 1


class PastDatesLast(PriorityWeightStrategy):
    """A run of a backfill waits behind every other run, and behind those of its earlier dates.

    Airflow itself goes by priority and then by the logical date, which a run of a partition has not: the dates of a backfill
    would come in any order, and each before today's as often as not. It is told of runs by their name alone here.
    """

    def get_weight(self, ti: Any) -> int:
        """Return the weight of a task of a run: the larger goes first."""
        found = PAST.match(ti.run_id or "")
        return -date.fromisoformat(found[1]).toordinal() if found else NOW
