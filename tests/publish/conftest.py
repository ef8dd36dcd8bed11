"""The small table, and a delivery of it taken through a whole run."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from jobs.intake import Ingest
from jobs.publish.run import Order, run
from schemas.contract import Contract
from schemas.load import load
from schemas.settings import ROOT, Settings, settings
from tests.publish.notices import DAY, Row, as_csv


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An installation whose one contract is the small one."""
    return settings({"GOVLAKE_HOME": str(tmp_path / "var"), "GOVLAKE_CONTRACTS": str(ROOT / "tests" / "data" / "contracts")})


@pytest.fixture
def contract() -> Contract:
    """A small table with a key, an order and a personal column."""
    return load(ROOT / "tests" / "data" / "contracts" / "notice.odcs.yaml")


@pytest.fixture
def take_in(here: Settings, spark: Any) -> Callable[..., list[str]]:
    """Run a table for a day; returns the lines that were said."""

    def start(contract: Contract, day: str = DAY) -> list[str]:
        said: list[str] = []
        run(Order(here, contract, day, Ingest(), said.append, lambda step: None))
        return said

    return start


@pytest.fixture
def deliver(contract: Contract, land: Callable[..., Path], take_in: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """Land rows as one CSV file and run the table; returns the lines that were said."""

    def put(name: str, sent: Sequence[Row], day: str = DAY) -> list[str]:
        land(contract.source_class, contract.table, day, name, as_csv(contract, sent))
        return take_in(contract, day)

    return put
