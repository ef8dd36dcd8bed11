"""One DAG a contract: takes in the files of a business date, and releases them as silver.<table>."""

from airflow.sdk import DAG, get_parsing_context

from dags.assets import table_asset, tags
from dags.backfill import PastDatesLast
from dags.business_day import BusinessDayTimetable
from dags.contracts import tables
from dags.deadlines import promise
from dags.extract import Extract
from dags.spark import AuditedRun, Refusal
from schemas.contract import Contract
from schemas.page import page
from schemas.settings import settings


def table_dag(contract: Contract) -> DAG:
    """Return the DAG of one contract."""
    with DAG(
        contract.dag_id,
        dag_display_name=f"{contract.title} {contract.dag_id}",
        description=contract.description,
        doc_md=page(contract),
        schedule=BusinessDayTimetable(contract.schedule),
        catchup=False,
        max_active_runs=1,
        deadline=promise(contract),
        tags=tags(contract),
        default_args={"owner": contract.owner},
    ) as dag:
        load = AuditedRun(
            task_id="load",
            task_display_name=f"装载 load {contract.table}",
            step="run",
            subject=contract.table,
            pool=contract.owner_code,
            weight_rule=PastDatesLast(),
            outlets=[table_asset("silver", contract.table)],
        )
        if contract.database:
            _extraction(contract) >> load
        load >> Refusal(task_id="refusal", task_display_name="拒收 refusal", retries=0)
    return dag


def _extraction(contract: Contract) -> Extract:
    name = f"取数 extract {contract.table}"
    return Extract(task_id="extract", task_display_name=name, table=contract.table, pool=contract.owner_code, weight_rule=PastDatesLast())


for _contract in tables(settings().contracts, get_parsing_context().dag_id):
    globals()[_contract.dag_id] = table_dag(_contract)
