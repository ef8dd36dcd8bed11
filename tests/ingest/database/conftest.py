"""One server for the tests of this folder; each test has the register anew, and an installation of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.settings import Settings
from tests.ingest.database.server import READER, Server, reader, served

REGISTER = (
    "DROP SCHEMA IF EXISTS register CASCADE",
    "CREATE SCHEMA register",
    "CREATE TABLE register.licence (licence_no text PRIMARY KEY, holder text, seats int)",
    "ALTER TABLE register.licence REPLICA IDENTITY FULL",
    "CREATE TABLE register.roll (licence_no text PRIMARY KEY, holder text, seats int, secret text)",
    "CREATE TABLE register.tally (licence_no text, updated_at timestamptz, holder text, seats int)",
    "DROP PUBLICATION IF EXISTS govlake_licence",
    "CREATE PUBLICATION govlake_licence FOR TABLE register.licence",
    f"GRANT USAGE ON SCHEMA register TO {READER}",
    f"GRANT SELECT ON register.licence, register.tally TO {READER}",
    f"GRANT SELECT (licence_no, holder, seats) ON register.roll TO {READER}",
)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A PostgreSQL whose log can be decoded."""
    with served(tmp_path_factory.mktemp("department") / "var") as server:
        yield server


@pytest.fixture
def server(postgres_server: Server) -> Iterator[Server]:
    """The same with an empty register, and without slots when the test is over."""
    postgres_server.run(*REGISTER)
    yield postgres_server
    postgres_server.run("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots")


@pytest.fixture
def here(tmp_path: Path, server: Server) -> Settings:
    """An installation that may read the register."""
    return reader(server, tmp_path / "var")
