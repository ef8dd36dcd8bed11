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


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lake folder of one released batch of `applicant`, made once; tests change copies of it."""
    here = settings({"GOVLAKE_HOME": str(tmp_path_factory.mktemp("made"))})
    make_lake(here)
    return here.lake


@pytest.fixture
def lake(empty: Settings, made: Path) -> Settings:
    """The empty installation with that lake in it."""
    shutil.copytree(made, empty.lake)
    return empty
