"""Gives every department its pool: made when a run first needs it, as large as the settings say.

A run waiting for a pool that does not exist waits for ever. With this, a new contract needs no step of its own.
"""

import logging

from airflow.listeners import hookimpl
from airflow.models.dagrun import DagRun
from airflow.models.pool import Pool
from airflow.utils.session import create_session

from schemas.settings import settings

log = logging.getLogger(__name__)


@hookimpl
def on_dag_run_running(dag_run: DagRun, msg: str) -> None:
    """Create the pools that the tasks of this run name; called by the scheduler before it queues any of them."""
    wanted = {task.pool for task in dag_run.get_dag().tasks}
    # Its own session: the scheduler's is in the middle of a transaction.
    with create_session(scoped=False) as session:
        for name in sorted(wanted - {pool.pool for pool in Pool.get_pools(session=session)}):
            slots = settings().department_slots
            Pool.create_or_update_pool(name, slots, "Made by govlake 自动创建", include_deferred=False, session=session)
            log.info("Pool %s made with %s slots (GOVLAKE_DEPARTMENT_SLOTS).", name, slots)
