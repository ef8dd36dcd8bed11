"""The task before a table's load where a department's database is its source: lands what is new there."""

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator

from dags.attached import Attached
from dags.retries import FIRST_DELAY, RETRIES, RetryByKind, failure
from dags.spark import PARTITION_KEY, check_date


class Extract(BaseOperator):
    """Run `python -m jobs extract` for the run's business date. Raises Refused, Unavailable or Crashed with its sentence; retried as RetryByKind says."""

    template_fields: Sequence[str] = ("date",)

    def __init__(self, *, table: str, **kwargs: Any) -> None:
        super().__init__(
            **{
                "retries": RETRIES,
                "retry_delay": FIRST_DELAY,
                "retry_exponential_backoff": 2,
                "retry_policy": RetryByKind(),
                "max_active_tis_per_dag": 1,  # what is landed tells where the next one goes on
                **kwargs,
            }
        )
        self.table, self.date = table, PARTITION_KEY
        self._attached: Attached | None = None

    def execute(self, context: Any) -> None:
        """Start it and wait for it."""
        check_date(self.table, self.date)
        self._attached = Attached(["extract", self.table, "--date", self.date])
        code = self._attached.wait(self.log.info)
        if code:
            raise failure(code, self._attached.lines)

    def on_kill(self) -> None:
        """End it."""
        if self._attached:
            self._attached.end()
