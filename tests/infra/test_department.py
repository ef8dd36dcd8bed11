"""The demo's department: a database of its own on the stack's server, a role that may read one table and nothing else, and rows that arrive."""

import gzip
import json
from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest

from infra import department, postgres, samples
from infra.place import Place, write_private
from infra.ports import LOOPBACK
from jobs.ingest.database.connection import parameters
from jobs.ingest.database.extract import extract
from schemas.load import load_all
from tests.ingest.database.server import served

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An installation with nothing but its server, and Airflow's database in it."""
    with served(tmp_path_factory.mktemp("demo") / "var") as server:
        yield server.place


def enter(place: Place, database: str) -> "psycopg2.extensions.connection":
    given = parameters(place.settings, department.NAME)
    return psycopg2.connect(**{**given, "dbname": database})


def landed(place: Place, day: str) -> list[dict[str, str]]:
    said: list[str] = []
    contract = load_all(place.settings.contracts)[department.CONTRACT]
    extract(place.settings, contract, day, said.append, lambda step: None)
    folder = place.settings.landing / contract.source_class / contract.table
    return [json.loads(line) for path in sorted(folder.glob(f"{day}/rows-*")) for line in gzip.open(path, "rt", encoding="utf-8")]


def test_a_row_changed_in_the_departments_database_is_landed_and_nothing_twice(place: Place) -> None:
    for _ in range(2):  # a stack started anew, a demo shown again
        department.prepare(place)
        filled = department.fill(place)
    assert filled == 0
    first = landed(place, "2026-03-02")
    assert len(first) == len(samples.department(place).read_text(encoding="utf-8").splitlines()) > 1_000
    assert landed(place, "2026-03-02") == first

    key, day = department.change(place)
    (row,) = landed(place, day)
    assert (row["row_guid"], row["cd_operation"], row["cd_time"], day) == (key, "U", "2026-03-03 08:01:00.000000", "2026-03-03")
    assert "虚构" in row["remark"]
    assert department.change(place) == (key, day)
    assert [one["cd_time"][11:16] for one in landed(place, day)] == ["08:01", "08:02"]


def test_the_reading_role_reads_that_table_and_may_do_nothing_else(place: Place) -> None:
    department.prepare(place)
    for database in ("postgres", "template1", postgres.DATABASE):
        with pytest.raises(psycopg2.OperationalError, match="permission denied"):
            enter(place, database)
    for statement in (f"UPDATE {department.TABLE} SET remark = ''", "CREATE TABLE exchange.mine (n int)", "CREATE TEMP TABLE mine (n int)", "CREATE ROLE mine", "SELECT pg_read_file('/etc/passwd')"):
        with closing(enter(place, department.NAME)) as connection, connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(statement)
    with pytest.raises(psycopg2.OperationalError, match="authentication failed"):
        psycopg2.connect(host=LOOPBACK, port=place.settings.postgres_port, user=department.READER, password="guessed", dbname=department.NAME)


def test_the_file_of_connections_keeps_what_others_wrote_into_it(place: Place) -> None:
    path = place.settings.databases
    write_private(path, "# ours\n[registry]\nhost=10.1.2.3")
    department.prepare(place)
    once = path.read_text(encoding="utf-8")
    assert once.startswith("# ours\n[registry]\nhost=10.1.2.3\n")
    assert parameters(place.settings, department.NAME)["user"] == department.READER
    write_private(path, once.replace(f"port={place.settings.postgres_port}", "port=1") + "\n[tax]\nhost=10.1.2.4\n")
    department.prepare(place)
    assert path.read_text(encoding="utf-8") == once + "\n[tax]\nhost=10.1.2.4\n"
    assert path.stat().st_mode & 0o077 == 0
    write_private(path, "[exchange]\nhost=10.1.2.5\n")
    department.prepare(place)
    assert path.read_text(encoding="utf-8") == "[exchange]\nhost=10.1.2.5\n"
    path.unlink()
