"""One DAG a gold contract: each run is started by a table it reads, of silver or of gold, for the business date that was released."""

from datetime import timedelta

from airflow.sdk import DAG, AssetAny, PartitionedAssetTimetable, get_parsing_context

from dags.assets import table_asset, tags
from dags.contracts import marts
from dags.deadlines import promise
from dags.spark import SparkRun
from schemas.contract import Contract
from schemas.page import page
from schemas.settings import settings

# On the first day a mart can start before all it reads is released; what is missing is minutes away, not hours.
PATIENCE = timedelta(seconds=15)


def mart_dag(contract: Contract) -> DAG:
    """Return the DAG of one gold table.

    Any table it reads starts it: if all were asked for, a day on which one of them delivers nothing would never reach
    gold. Several releases close together still cost one computation, since a run makes way for one that waits.
    """
    with DAG(
        contract.dag_id,
        dag_display_name=f"{contract.title} {contract.dag_id}",
        description=contract.description,
        doc_md=page(contract),
        schedule=PartitionedAssetTimetable(assets=AssetAny(*(table_asset(contract.layer_of(name), name) for name in contract.reads))),
        catchup=False,
        max_active_runs=1,
        deadline=promise(contract),
        tags=tags(contract),
        default_args={"owner": contract.owner},
    ) as dag:
        SparkRun(
            task_id="build",
            task_display_name=f"生成 build {contract.table}",
            step="mart",
            subject=contract.table,
            makes_way=True,
            reads=contract.reads,
            pool=contract.owner_code,
            retry_delay=PATIENCE,
            outlets=[table_asset("gold", contract.table)],
        )
    return dag


for _contract in marts(settings().contracts, get_parsing_context().dag_id):
    globals()[_contract.dag_id] = mart_dag(_contract)
