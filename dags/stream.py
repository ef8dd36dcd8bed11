"""One DAG that looks at the stream every five minutes: red with a sentence while a limit is crossed, green by itself after."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, BaseOperator, get_parsing_context

from schemas.errors import Unavailable

DAG_ID, EVERY = "stream.watch", "*/5 * * * *"
AGAIN = "again"
PATIENCE = 60  # seconds a check may take; half a second is usual
CHECKS = {
    "heartbeat": "心跳", "lag": "积压", "ledger": "入账", "staleness": "数据时效", "disagreement": "答复不一致", "dead-letters": "无法读取",
}


class Govlake(BaseOperator):
    """Ask govlake for one thing. Raises Unavailable with its sentence, which names the page to read."""

    def __init__(self, *, asked: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asked = asked

    def execute(self, context: Any) -> str:
        """Return what was answered."""
        command = [str(Path(sys.executable).with_name("govlake")), *self.asked]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        if done.returncode:
            raise Unavailable(done.stderr.strip() or f"`govlake {' '.join(self.asked)}` ended with exit code {done.returncode} and said nothing.")
        print(done.stdout)
        return done.stdout


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
