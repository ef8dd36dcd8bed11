"""One DAG that looks at the stream every five minutes: red with a sentence while a limit is crossed, green by itself after."""

from datetime import UTC, datetime

from airflow.sdk import DAG, get_parsing_context

from dags.command import Govlake

DAG_ID, EVERY = "stream.watch", "*/5 * * * *"
AGAIN = "again"
CHECKS = {
    "heartbeat": "心跳", "lag": "积压", "ledger": "入账", "staleness": "数据时效", "disagreement": "答复不一致", "dead-letters": "无法读取",
}


def watch_dag() -> DAG:
    """Return the DAG: a task a check, and one that asks again what was answered on stale data."""
    with DAG(
        DAG_ID,
        dag_display_name=f"即办件流巡检 {DAG_ID}",
        description="Is the stream well? 即办件与信用查询流是否正常。",
        doc_md=__doc__,
        schedule=EVERY,
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        tags={"stream 即办件流"},
    ) as dag:
        for check, name in CHECKS.items():
            Govlake(task_id=check, task_display_name=f"{name} {check}", asked=("watch", check))
        Govlake(task_id=AGAIN, task_display_name=f"数据恢复后重问 {AGAIN}", asked=(AGAIN,))
    return dag


if get_parsing_context().dag_id in (None, DAG_ID):
    watch = watch_dag()
