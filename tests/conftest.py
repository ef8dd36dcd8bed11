"""What many tests need: one Spark session for the whole run, and an empty installation for each test."""

import gc
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.contract import Contract
from schemas.load import load_all
from schemas.settings import ROOT, Settings, settings

# Files of half a minute and more, longest first: begun last, one of them would keep a core busy and leave the other idle.
LONG = (
    "stream/test_parity", "crash/test_shared", "publish/test_snapshot", "crash/test_full_disk", "crash/test_killed_history", "publish/test_large_file",
    "publish/test_history", "publish/test_walk", "crash/test_killed_driver", "crash/test_killed_accept", "stream/test_changes", "stream/test_verdict",
)  # fmt: skip
SETTLED = 1_700_000_000  # 2023-11-14: a file touched just now counts as still being written


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first, each whole."""
    place = {f"tests/{name}.py": number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(LONG)))


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The one Spark session, with the product's own settings but more memory: hundreds of tests leave their plans in it."""
    from jobs.session import session

    home = tmp_path_factory.mktemp("session")
    started = session(settings({"GOVLAKE_HOME": str(home), "GOVLAKE_SPARK_MASTER": "local[2]", "GOVLAKE_DRIVER_MEMORY": "2g"}), "tests")
    logging.getLogger("py4j").setLevel(logging.WARNING)  # it says what it closes when pytest has closed where that would go
    yield started
    started.stop()


@pytest.fixture(scope="module", autouse=True)
def collected() -> Iterator[None]:
    """Let go of a module's data frames, and with them of their plans in Java: left to itself, Python is in no hurry."""
    yield
    gc.collect()


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An installation with nothing in it."""
    return settings({"GOVLAKE_HOME": str(tmp_path / "var")})


@pytest.fixture(scope="session")
def contracts() -> dict[str, Contract]:
    """All contracts of landed tables."""
    return load_all(ROOT / "schemas")


@pytest.fixture
def land(here: Settings) -> Callable[..., Path]:
    """Put a file into landing, as if written long ago: land("business", "enterprise", "2026-03-02", "1.csv", b"...")."""

    def put(source_class: str, table: str, date: str, name: str, content: bytes) -> Path:
        path = here.landing / source_class / table / date / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (SETTLED, SETTLED))
        return path

    return put
