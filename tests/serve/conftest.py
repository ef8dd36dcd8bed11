"""The small lake as a fixture."""

import shutil
from pathlib import Path

import pytest

from schemas.settings import Settings, settings
from tests.serve.made_lake import make_lake

CONTRACTS = Path(__file__).parent / "contracts"


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    """An installation with the test contracts, and nothing in its lake or landing."""
    shutil.copytree(CONTRACTS, tmp_path / "contracts")
    return settings({"GOVLAKE_HOME": str(tmp_path), "GOVLAKE_CONTRACTS": str(tmp_path / "contracts")})


@pytest.fixture
def lake(empty: Settings) -> Settings:
    """The same, with one released batch of `applicant`."""
    make_lake(empty)
    return empty
