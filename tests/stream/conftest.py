"""The contracts of the stream, and a small lake it answers from."""

from typing import Any

import pytest

from jobs.stream.sides import Sides
from schemas.contract import Contract
from schemas.load import load_marts
from schemas.settings import ROOT
from tests.stream.made_sides import made_sides


@pytest.fixture(scope="session")
def contract(contracts: dict[str, Contract]) -> Contract:
    """The contract of the requests for instant items."""
    return next(contract for contract in contracts.values() if contract.topic)


@pytest.fixture(scope="session")
def sides(spark: Any, contract: Contract) -> Sides:
    """What the answers are made from, with nothing away."""
    return made_sides(spark, contract, load_marts(ROOT / "schemas")["credit_standing"])
