"""What the tests of the stack share: a place of its own for each test."""

from pathlib import Path

import pytest

from infra.place import Place
from schemas.settings import settings


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A stack that was never started, on ports nobody else uses in a test."""
    return Place(settings({"GOVLAKE_HOME": str(tmp_path / "var"), "GOVLAKE_PORT_BASE": "15000"}))
