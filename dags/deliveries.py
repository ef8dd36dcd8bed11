"""Two DAGs about the departments that deliver: who owes a delivery (red until it is there), and what each is told of a day."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, get_parsing_context

from dags.business_day import BEIJING, BusinessDayTimetable
from dags.command import Govlake
from dags.contracts import tables
from schemas.contract import Contract
from schemas.errors import Unavailable
from schemas.settings import settings

WATCH, HOURLY = "delivery.watch", "5 * * * *"
FEEDBACK, MORNINGS = "delivery.feedback", "30 6 * * *"  # after the nightly runs, before an office opens
PARTITION_KEY = "{{ dag_run.partition_key or '' }}"
LARGE_DAY = 3600  # seconds; a row of quarantine takes some 20 µs
TAGS = {"delivery 报送"}


class Arrivals(Govlake):
    """Red with a sentence for each delivery that the department owes; green by itself at the first look after it has come.

    Each is also put into <home>/alerts.jsonl once, for whatever forwards alerts to people.
    """

    def execute(self, context: Any) -> str:
        """Return what was answered. Raises Unavailable with the sentences."""
        answer = super().execute(context)
        told = json.loads(answer)
        _alert(told["overdue"])
        if told["sentences"]:
            raise Unavailable("\n".join(told["sentences"]))
        return answer


def _alert(found: Iterable[dict[str, Any]]) -> None:
    """Append what is not there yet: an overdue delivery is known by its table and date."""
    path = settings().home / "alerts.jsonl"
    known = {(one.get("table"), one.get("date")) for one in map(json.loads, path.read_text(encoding="utf-8").splitlines())} if path.is_file() else set()
    fresh = [one for one in found if (one["table"], one["date"]) not in known]
    told = [{"kind": "overdue", **{key: one[key] for key in ("table", "owner", "date", "due_at", "sentence")}} for one in fresh]
    if told:
        with path.open("a", encoding="utf-8") as alerts:
            alerts.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in told)


def watch_dag(expecting: Iterable[Contract]) -> DAG:
    """Return the DAG that looks every hour: a task for each department of contracts that expect deliveries."""
    owners = {contract.owner_code: contract.owner for contract in expecting}
    with _dag(WATCH, f"报送到期巡检 {WATCH}", "Has every expected delivery come? 应报数据是否均已报送。", CronTriggerTimetable(HOURLY, timezone=BEIJING)) as dag:
        for code, owner in sorted(owners.items()):
            Arrivals(task_id=code, task_display_name=f"{owner} {code}", owner=owner, asked=("overdue", "--owner", code, "--json"))
    return dag


def feedback_dag() -> DAG:
    """Return the DAG that writes, every morning, what each department is told of the day before; another day by its partition key."""
    with _dag(FEEDBACK, f"报送反馈 {FEEDBACK}", "What goes back to each department. 每日向数源部门反馈接收与拒收情况。", BusinessDayTimetable(MORNINGS)) as dag:
        Govlake(task_id="feedback", task_display_name="反馈 feedback", asked=("feedback", "--date", PARTITION_KEY), patience=LARGE_DAY)
    return dag


def _dag(dag_id: str, title: str, description: str, schedule: Any) -> DAG:
    return DAG(
        dag_id, dag_display_name=title, description=description, doc_md=__doc__, schedule=schedule, start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False, max_active_runs=1, tags=TAGS,
    )  # fmt: skip


if get_parsing_context().dag_id in (None, WATCH) and (expecting := [one for one in tables(settings().contracts) if one.delivery]):
    watch = watch_dag(expecting)
if get_parsing_context().dag_id in (None, FEEDBACK):
    feedback = feedback_dag()
