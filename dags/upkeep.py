"""One DAG that keeps the lake's tables up, four times a day: few files instead of many, no version older than is promised."""

from collections.abc import Iterable
from datetime import UTC, datetime

from airflow.sdk import DAG, CronTriggerTimetable, get_parsing_context

from dags.business_day import BEIJING
from dags.command import Govlake
from dags.contracts import marts, streams, tables
from dags.retries import FIRST_DELAY, RETRIES, RetryByKind
from schemas.contract import Contract
from schemas.settings import settings

# The first when the nightly runs are over. An hourly table has at most six small files more: 24 cost a read of a small one 70 to 80 %.
DAG_ID, EVERY = "lake.upkeep", "40 3,9,15,21 * * *"
LEDGER = "ledger"  # the tables of the ledger have no department
PATIENCE = 4 * 3600  # seconds; a department's first upkeep may move all of its bytes, later ones what is new
LAST = -10  # priority: whatever else waits for the department's pool goes first, but for past dates


def upkeep_dag(contracts: Iterable[Contract]) -> DAG:
    """Return the DAG: a task for each department of these contracts in its own pool, and one for the ledger.

    What it finds busy is left alone and tried again; the other tables of the task are done by then.
    """
    owners = {contract.owner_code: contract.owner for contract in contracts}
    with DAG(
        DAG_ID,
        dag_display_name=f"数据湖维护 {DAG_ID}",
        description="Small files made few, old versions removed. 合并小文件，清理超过保留期的旧版本。",
        doc_md=__doc__,
        schedule=CronTriggerTimetable(EVERY, timezone=BEIJING),
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        tags={"lake 数据湖"},
        default_args={"retries": RETRIES, "retry_delay": FIRST_DELAY, "retry_exponential_backoff": 2, "retry_policy": RetryByKind(), "priority_weight": LAST},
    ) as dag:
        for code, owner in sorted(owners.items()):
            Govlake(task_id=code, task_display_name=f"{owner} {code}", owner=owner, pool=code, asked=("upkeep", "--owner", code), patience=PATIENCE)
        Govlake(task_id=LEDGER, task_display_name=f"台账 {LEDGER}", asked=("upkeep", "--owner", LEDGER), patience=PATIENCE)
    return dag


if get_parsing_context().dag_id in (None, DAG_ID) and (_contracts := [kind for read in (tables, marts, streams) for kind in read(settings().contracts)]):
    upkeep = upkeep_dag(_contracts)
