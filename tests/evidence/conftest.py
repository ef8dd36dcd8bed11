"""A sealed ledger of three batches, made without Spark, and ways to tamper with it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from jobs.evidence import seal
from jobs.serve.receipts import receipt
from jobs.serve.sealing import seal_all
from schemas.settings import Settings, settings
from tests.evidence.ledger_rows import batch, put

Change = Callable[[list[dict[str, Any]]], object]


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a sealed ledger, made once."""
    home = tmp_path_factory.mktemp("sealed")
    for number in range(3):
        put(home / "lake" / "silver" / "verdict", batch(number, 5))
    seal_all(settings({"GOVLAKE_HOME": str(home)}))
    return home


@pytest.fixture
def ledger(sealed: Path, tmp_path: Path) -> Settings:
    """A copy of it to tamper with."""
    shutil.copytree(sealed, tmp_path / "var")
    return settings({"GOVLAKE_HOME": str(tmp_path / "var")})


@pytest.fixture
def rewrite(ledger: Settings) -> Callable[[str, Change], None]:
    """Write a table anew after a change to its rows: rewrite("silver/verdict", lambda rows: rows.pop())."""

    def rewritten(table: str, change: Change) -> None:
        path = ledger.lake / table
        stored = DeltaTable(str(path)).to_pyarrow_table().sort_by([("batch_id", "ascending")])
        rows = stored.to_pylist()
        change(rows)
        shutil.rmtree(path)
        write_deltalake(str(path), pa.Table.from_pylist(rows, schema=stored.schema), partition_by=["received_on"] if "silver" in table else None)

    return rewritten


@pytest.fixture
def heads(ledger: Settings) -> Path:
    """The file of heads."""
    return seal.heads_file(ledger)


@pytest.fixture
def given(ledger: Settings) -> dict[str, Any]:
    """A receipt with its request, as a file holds it."""
    return json.loads(json.dumps(receipt(ledger, "R001-002", with_request=True)))
