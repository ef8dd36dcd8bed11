"""Rows of the verdict ledger as the stream writes them, made without it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import write_deltalake

from jobs.evidence import leaf
from jobs.serve.answered import ROW

AT = datetime(2026, 3, 2, 2, 0, 0, 123000, tzinfo=UTC)



def row(request: str, batch: int, **given: Any) -> dict[str, Any]:
    """Return one row: a rejected request; `given` replaces fields before the leaf is made."""
    sent = json.dumps({"request_id": request, "applicant_name": "欧阳示例"}, ensure_ascii=False)
    said = {"request_id": request, "verdict": "reject", "rule_set": "0123456789abcdef", "request": {"sha256": leaf.sha256(sent)}}
    made = {
        "request_id": request, "kind": "instant", "request": sent, "request_sha256": leaf.sha256(sent), "verdict": "reject",
        "rules": ["required", "uscc"], "rule_set": "0123456789abcdef", "contract_version": "1.2.0", "credit_version": None,
        "received_at": AT, "answered_at": AT + timedelta(milliseconds=4), "engine": "a", "doubles": 1,
        "value": json.dumps(said, ensure_ascii=False), "batch_id": batch, "received_on": AT.date(), **given,
    }
    return {**made, "leaf": leaf.leaf(leaf.fields(made))}


def batch(number: int, size: int) -> list[dict[str, Any]]:
    """Return a batch of rows in the order of their request ids."""
    return [row(f"R{number:03}-{place:03}", number) for place in range(size)]


def put(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Append rows to a ledger as one commit."""
    write_deltalake(str(path), pa.Table.from_pylist(list(rows), schema=ROW), mode="append", partition_by=["received_on"])
