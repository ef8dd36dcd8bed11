"""One step of `python -m jobs` as an Airflow task, which fails with the step's own sentence.

It works in the machine's shared Spark application when that is up, and else starts one of its own with spark-submit.
"""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.providers.common.compat.sdk import AirflowException, AirflowSkipException, BaseOperator, BaseOperatorLink
from airflow.sdk.exceptions import DownstreamTasksSkipped

from dags.attached import Attached
from dags.retries import FIRST_DELAY, RETRIES, RetryByKind, failure
from schemas.errors import Refused
from schemas.settings import ROOT, Settings, settings

CONNECTION = "govlake_spark"
PARTITION_KEY = "{{ dag_run.partition_key or '' }}"
# As jobs/publish/run.py says them. A run can say both: it finishes what a killed one left, then finds no file of its own.
NOTHING_NEW, TAKEN_IN = ": nothing new in ", " rows in, "
REFUSAL = "refusal"  # the key under which a task leaves its sentence for the next
DATE = re.compile(r"\A\d{4}-\d{2}-\d{2}\Z")


class DataDocsLink(BaseOperatorLink):
    """The button 'Data Docs' of a task: the audit's page of this table and date, served by the plugin."""

    name = "Data Docs 质量报告"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """Return the address on this Airflow; the plugin finds the newest report there."""
        return f"/govlake/report/{ti_key.dag_id}/{operator.application_args[-1]}"


class SparkRun(SparkSubmitOperator):
    """Run one step of `python -m jobs` for the run's business date.

    Raises Refused, Unavailable or Crashed with the application's sentence; retried as RetryByKind says.
    Skipped, so that nothing downstream starts, when no file waited. makes_way: also skipped while a later run of the
    same DAG is queued, for tasks that compute everything anew.  reads: tables of the lake without which nothing can be
    computed; skipped while one has no version, since its first release starts the task again.
    """

    def __init__(self, *, step: str, subject: str, makes_way: bool = False, reads: tuple[str, ...] = (), **kwargs: Any) -> None:
        at = settings()
        super().__init__(
            **{
                "application": str(ROOT / "jobs" / "__main__.py"),
                "application_args": [step, subject, "--date", PARTITION_KEY],
                "name": f"{step} {subject} {PARTITION_KEY}",
                "conn_id": CONNECTION,
                "spark_binary": str(Path(sys.executable).with_name("spark-submit")),
                "driver_class_path": f"{at.jars}/*",
                "driver_memory": at.driver_memory,
                "properties_file": str(ROOT / "infra" / "spark" / "spark-defaults.conf"),
                "env_vars": _environment(),
                "retries": RETRIES,
                "retry_delay": FIRST_DELAY,
                "retry_exponential_backoff": 2,
                "retry_policy": RetryByKind(),
                # A local file system is no safe store for two writers of one Delta table; a backfill is a second one.
                "max_active_tis_per_dag": 1,
                **kwargs,
            }
        )
        self.step, self.subject, self.makes_way, self.reads = step, subject, makes_way, reads
        self._attached: Attached | None = None

    def execute(self, context: Any) -> None:
        """Start the application and wait for it."""
        check_date(self.subject, self.application_args[-1])
        self._make_way(context)
        self._await_sources()
        # A second try has a Java of its own: what brought the shared one down brings down only itself then.
        if settings().spark_socket.exists() and context["ti"].try_number == 1:
            self._attach()
        else:
            self._submit(context)
        idle = [line for line in self._output() if NOTHING_NEW in line]
        if idle and not any(TAKEN_IN in line for line in self._output()):
            self._skip_unless_repeated(context, idle[-1])

    def on_kill(self) -> None:
        """End the application."""
        if self._attached:
            self._attached.end()
        else:
            super().on_kill()

    def _attach(self) -> None:
        self._attached = Attached(self.application_args)
        code = self._attached.wait(self.log.info)
        if code:
            raise failure(code, self._output())

    def _submit(self, context: Any) -> None:
        os.environ.setdefault(f"AIRFLOW_CONN_{CONNECTION.upper()}", _connection(settings()))
        try:
            super().execute(context)
        except AirflowException:
            process = getattr(self._hook, "_submit_sp", None)
            if process is None:
                raise
            raise failure(process.returncode, self._output()) from None

    def _output(self) -> tuple[str, ...]:
        if self._attached:
            return tuple(self._attached.lines)
        return tuple(getattr(self._hook, "_last_submit_log_lines", ()))  # the provider keeps the application's output only there

    def _make_way(self, context: Any) -> None:
        waiting = context["ti"].get_dr_count(dag_id=self.dag_id, states=["queued"]) if self.makes_way else 0
        if waiting:
            raise AirflowSkipException(
                f"{waiting} later run(s) of {self.dag_id} wait and will read all that this one would."
            )

    def _skip_unless_repeated(self, context: Any, idle: str) -> None:
        """Skip a run that found nothing, but announce it when it was tried before: that try may have released rows and died before Airflow knew."""
        if context["ti"].try_number == 1:
            raise AirflowSkipException(idle)
        self.log.info("An earlier try of this run may have released rows: what reads this table is started.")

    def _await_sources(self) -> None:
        released = {name for name in self.reads for layer in ("silver", "gold") if any((settings().lake / layer / name / "_delta_log").glob("*.json"))}
        missing = [name for name in self.reads if name not in released]
        if missing:
            raise AirflowSkipException(f"{', '.join(missing)} has no released version yet; its first release starts this again.")


class AuditedRun(SparkRun):
    """A SparkRun whose batch is audited: its task has a button that opens the audit's page.

    Rows that were released are announced downstream even when another file of the run was refused: Airflow keeps the
    assets of a failed task to itself. The task then succeeds and hands the sentence to its `Refusal`, which fails.
    """

    operator_extra_links = (DataDocsLink(),)

    def execute(self, context: Any) -> None:
        """Start the application and wait for it; the refusal's task is skipped when there is none."""
        try:
            super().execute(context)
        except Refused as refusal:
            if not any(TAKEN_IN in line for line in self._output()):
                raise
            context["ti"].xcom_push(key=REFUSAL, value=str(refusal))
            return
        if self.downstream_task_ids:
            raise DownstreamTasksSkipped(tasks=sorted(self.downstream_task_ids))


class Refusal(BaseOperator):
    """Turn a run red with the sentence about what was refused beside the rows that were released.

    Skipped without a process of its own in all other cases.
    """

    def execute(self, context: Any) -> None:
        """Raise Refused with the sentence that the task before has left."""
        (before,) = self.upstream_task_ids
        raise Refused(str(context["ti"].xcom_pull(task_ids=before, key=REFUSAL)))


def check_date(subject: str, date: str) -> None:
    """Raise Refused when a run's partition key is no business date, as one started by hand without it has."""
    if not DATE.match(date):
        raise Refused(
            f"{subject}: partition key '{date}' is not a date. Nothing was started. "
            "Trigger again and, under Advanced Options, give the business date as partition key, e.g. 2026-03-01."
        )


def _environment() -> dict[str, str]:
    """What spark-submit needs: our code, loopback only.

    No SPARK_CONF_DIR: a folder of files on the class path would make Java go without the archive of classes, 8 CPU seconds a run.
    """
    return {
        "PYTHONPATH": str(ROOT),
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }


def _connection(at: Settings) -> str:
    return json.dumps({"conn_type": "spark", "host": at.spark_master})
