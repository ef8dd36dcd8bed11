"""A made-up county's database beside Airflow's: its own database, a role that may read one table, and a row changed on request."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
from psycopg2 import sql

from infra import airflow_api, postgres, runs, samples
from infra.place import VENV, Place, here, write_private
from infra.ports import LOOPBACK
from schemas.errors import Failure, Refused
from schemas.load import load_all

NAME = "exchange"  # of the database, of its schema, and of the connection in the contract
READER = "exchange_reader"
TABLE, CONTRACT = "exchange.up_pro_process", "case_process"
COLUMNS = ("row_guid varchar(50) PRIMARY KEY, data_source varchar(3), cd_operation varchar(2), cd_time timestamp NOT NULL, cd_batch varchar(32), project_no varchar(50), "
           "process_name varchar(1000), event_name varchar(2), event_start_time timestamp, event_end_time timestamp, handle_user_name varchar(100), "
           "handle_explain varchar(2000), remark varchar(256)")  # fmt: skip
MADE = "Made for the demo; no person, no case. 演示用虚构数据。"
CHANGED_FROM = "2026-03-03 08:00"  # the day after the made data
CHANGE = f"""UPDATE {TABLE} SET cd_operation = 'U', remark = '补正 ' || to_char(next, 'HH24:MI') || '（虚构）', cd_time = next, cd_batch = to_char(next, 'YYYYMMDD') || '01'
             FROM (SELECT greatest(max(cd_time), '{CHANGED_FROM}') + interval '1 minute' AS next, min(row_guid) AS first FROM {TABLE}) one
             WHERE row_guid = first RETURNING row_guid, cd_time::date::text"""
MARK = "# The demo's own database, written by `make up`; the rest of this file is yours. 演示库，由 make up 写入，其余内容不会改动。"
BLOCK = re.compile(rf"{re.escape(MARK)}\n\[{NAME}\]\n(?:[a-z]+=.*\n)*")


def prepare(place: Place) -> None:
    """Make the database with its empty table and its reading role, and write the way in; what is there is left alone.

    1. The role, with the password that was generated for it.  2. The database, which nobody else may enter; nor may the role enter another.
    3. Schema, table, and the right to read it.  4. Its part of the file of connections, unless that has one of the same name that is not ours.
    Each is done anew on every start, so that a kill between any two is mended by the next.
    """
    with _cursor(place, "postgres") as cursor:
        if not _has(cursor, "pg_roles WHERE rolname", READER):
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN CONNECTION LIMIT 4").format(sql.Identifier(READER)))
        cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD %s").format(sql.Identifier(READER)), (place.secret(READER),))  # 1
        if not _has(cursor, "pg_database WHERE datname", NAME):
            cursor.execute(f"CREATE DATABASE {NAME}")
        cursor.execute(f"REVOKE ALL ON DATABASE {NAME}, postgres, template1, {postgres.DATABASE} FROM PUBLIC")
        cursor.execute(f"GRANT CONNECT ON DATABASE {NAME} TO {READER}")  # 2
    with _cursor(place, NAME) as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {NAME}; CREATE TABLE IF NOT EXISTS {TABLE} ({COLUMNS}); COMMENT ON TABLE {TABLE} IS '{MADE}'")
        cursor.execute(f"GRANT USAGE ON SCHEMA {NAME} TO {READER}; GRANT SELECT ON {TABLE} TO {READER}")  # 3
    _write_way_in(place)  # 4


def fill(place: Place) -> int:
    """Put the made rows into the table when it is empty; return how many those were."""
    rows = [json.loads(line) for line in samples.department(place).read_text(encoding="utf-8").splitlines()]
    with _cursor(place, NAME) as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} SELECT one.* FROM json_populate_recordset(NULL::{TABLE}, %s) one WHERE NOT EXISTS (SELECT FROM {TABLE})",
            (json.dumps(rows),),
        )
        return int(cursor.rowcount)


def change(place: Place) -> tuple[str, str]:
    """Change the first row as its department would, a minute after the newest change; return its key and the day of the change.

    Raises Refused when there is no row yet.
    """
    with _cursor(place, NAME) as cursor:
        cursor.execute(CHANGE)
        found = cursor.fetchone()
    if found is None:
        raise Refused(f"{TABLE} of the demo's database is empty. Nothing was changed. Run `make demo` once: it puts the made rows there.")
    return found[0], found[1]


def arrive(place: Place) -> None:
    """Change a row over there, run the table's DAG, and show the row in silver before and after. Raises Refused when the run failed."""
    contracts = load_all(place.settings.contracts)
    contract = contracts[CONTRACT]
    key, day = change(place)
    print(f"Row {key} of {TABLE} was changed; {contract.dag_id} takes it in for {day}.", flush=True)
    _show(key)
    airflow = airflow_api.log_in(place)
    due = runs.Due(CONTRACT, contract.dag_id, day, (TABLE,))
    outcome = runs.follow(airflow, (due,), contracts, frozenset(contract.references), runs.Voice(lambda line: print(line, flush=True)))
    if outcome.failed:
        raise Refused(f"{contract.dag_id} {day} failed: {airflow.address}/dags/{contract.dag_id} and `govlake ledger {CONTRACT}` say why. The row stays changed in the database; the next run takes it in.")
    _show(key)


def _show(key: str) -> None:
    subprocess.run([VENV / "govlake", "show", CONTRACT, "--where", f"row_guid = '{key}'"], check=True)


def _has(cursor: Any, where: str, name: str) -> bool:
    cursor.execute(f"SELECT FROM {where} = %s", (name,))
    return cursor.fetchone() is not None


@contextmanager
def _cursor(place: Place, database: str) -> Iterator[Any]:
    """Give the server's administrator in one database; each statement is a transaction of its own."""
    connection = psycopg2.connect(host=LOOPBACK, port=place.settings.postgres_port, user=postgres.ROLE, password=place.secret("postgres"), dbname=database)
    connection.autocommit = True
    with closing(connection), connection.cursor() as cursor:
        yield cursor


def _write_way_in(place: Place) -> None:
    path = place.settings.databases
    known = path.read_text(encoding="utf-8") if path.is_file() else ""
    block = f"{MARK}\n[{NAME}]\nhost={LOOPBACK}\nport={place.settings.postgres_port}\ndbname={NAME}\nuser={READER}\npassword={place.secret(READER)}\n"
    ours = BLOCK.search(known)
    if ours:
        text = known[: ours.start()] + block + known[ours.end() :]
    elif re.search(rf"^\[{NAME}\]", known, re.MULTILINE):
        return
    else:
        text = known + ("\n" if known and not known.endswith("\n") else "") + block
    if text != known:
        write_private(path, text)


def main() -> int:
    """Change a row and show it arrive; return the exit code."""
    try:
        arrive(here())
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        return failure.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
