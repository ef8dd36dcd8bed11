"""What happens when a table is not released in the time its contract promises."""

import json
import logging
from datetime import timedelta
from typing import Any

from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from schemas.contract import Contract
from schemas.settings import settings

log = logging.getLogger(__name__)


def promise(contract: Contract) -> DeadlineAlert:
    """The deadline of a contract's runs: `freshness_hours` after a run is queued, which for a schedule is its time."""
    return DeadlineAlert(
        name=f"{contract.freshness_hours} h",
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(hours=contract.freshness_hours),
        callback=AsyncCallback(late, kwargs={"hours": contract.freshness_hours}),
    )


async def late(hours: int, context: dict[str, Any]) -> str:
    """Say in the triggerer's log and in <home>/alerts.jsonl that a run is late; return the sentence.

    Runs in the triggerer. The file has one JSON object a line, for whatever forwards alerts to people.
    """
    run = context["dag_run"]
    sentence = (
        f"{run['dag_id']} {run['partition_key']} is late: promised {hours} h after its schedule, still {run['state']}. "
        "Readers keep the last release. See docs/runbooks/late.md"
    )
    log.warning(sentence)
    alert = {"kind": "late", "dag_id": run["dag_id"], "date": run["partition_key"], "run_id": run["dag_run_id"]}
    with (settings().home / "alerts.jsonl").open("a", encoding="utf-8") as alerts:
        due = str(context["deadline"]["deadline_time"])
        alerts.write(json.dumps({**alert, "due_at": due, "sentence": sentence}, ensure_ascii=False) + "\n")
    return sentence
