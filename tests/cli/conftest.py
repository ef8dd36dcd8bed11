"""The small lake of the serve tests, for the command line."""

from collections.abc import Callable

import pytest

from jobs.cli import main
from schemas.settings import Settings
from tests.serve.conftest import empty, lake, made

__all__ = ["empty", "lake", "made"]
Answer = tuple[int, str, str]


@pytest.fixture
def govlake(lake: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Run a command over the small lake: (exit code, standard output, standard error)."""
    monkeypatch.setenv("GOVLAKE_HOME", str(lake.home))
    monkeypatch.setenv("GOVLAKE_CONTRACTS", str(lake.contracts))

    def run(*argv: str) -> Answer:
        code = main(argv)
        out, err = capsys.readouterr()
        return code, out, err

    return run
