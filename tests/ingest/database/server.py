"""A real PostgreSQL of a test's own, with the tables of a made-up department, and an installation that may read them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from infra import postgres
from infra.place import Place, write_private
from infra.ports import LOOPBACK
from infra.postgres import Postgres
from schemas.settings import ROOT, Settings, settings

PATIENCE = 60  # seconds a server may take to start on a busy machine
READER, PASSWORD, NAME = "govlake_reader", "made-up-password", "registry"
CONTRACTS = ROOT / "tests" / "data" / "databases"


@dataclass
class Server:
    """A running server. place: of an installation that has nothing but it."""

    place: Place
    process: "subprocess.Popen[bytes]"

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements as the administrator, each in a transaction of its own; returns the rows of the last."""
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def together(self, *statements: str) -> None:
        """Run statements as the administrator, all in one transaction."""
        self.run("BEGIN;" + ";".join(statements) + ";COMMIT")

    def connect(self) -> Any:
        """Return a connection of the administrator."""
        at = self.place
        connection = psycopg2.connect(host=LOOPBACK, port=at.settings.postgres_port, user=postgres.ROLE, password=at.secret("postgres"), dbname=NAME)
        connection.autocommit = True
        return connection

    def stop(self) -> None:
        """End it; its clients are cut off."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = _started(self.cluster)
        _await(self.place)

    @property
    def cluster(self) -> Postgres:
        """Where its files are."""
        return postgres.located(self.place)


@contextmanager
def served(home: Path) -> Iterator[Server]:
    """Give a server whose log can be decoded; its files are gone afterwards."""
    with closing(socket.socket()) as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    place = Place(settings({"GOVLAKE_HOME": str(home), "GOVLAKE_POSTGRES_PORT": str(port)}))
    home.mkdir(parents=True)
    postgres.prepare(place)
    cluster = postgres.located(place)
    with (cluster.data / "postgresql.auto.conf").open("a", encoding="utf-8") as conf:
        conf.write("wal_level = logical\nsynchronous_commit = on\nfsync = off\n")
    server = Server(place, _started(cluster))
    try:
        _await(place)
        with closing(psycopg2.connect(host=LOOPBACK, port=port, user=postgres.ROLE, password=place.secret("postgres"), dbname="postgres")) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {NAME}")
        server.run(f"CREATE ROLE {READER} LOGIN REPLICATION PASSWORD '{PASSWORD}'")
        yield server
    finally:
        server.stop()
        postgres.forget(place)


def reader(server: Server, home: Path) -> Settings:
    """Return an installation that reaches the server as the reading role."""
    here = settings({"GOVLAKE_HOME": str(home), "GOVLAKE_CONTRACTS": str(CONTRACTS)})
    address = f"host={LOOPBACK}\nport={server.place.settings.postgres_port}\ndbname={NAME}\nuser={READER}\npassword={PASSWORD}\n"
    write_private(here.databases, f"# Made for a test.\n[{NAME}]\n{address}")
    return here


def extract(here: Settings, table: str, date: str, kill_after: int = 0, *more: str) -> "subprocess.CompletedProcess[str]":
    """Run the step in a process of its own, which dies after a numbered step when asked to."""
    command = [sys.executable, "-m", "jobs", "extract", table, "--date", date, *more]
    environment = {**os.environ, **here.environment, "GOVLAKE_KILL_AFTER": str(kill_after)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)


def _started(cluster: Postgres) -> "subprocess.Popen[bytes]":
    with (cluster.data.parent / "server.log").open("ab") as log:
        return subprocess.Popen([cluster.program("postgres"), "-D", str(cluster.data)], user=cluster.user, cwd="/", stdout=log, stderr=log)


def _await(place: Place) -> None:
    deadline = time.monotonic() + PATIENCE
    while not postgres.ready(place):
        assert time.monotonic() < deadline
        time.sleep(0.05)
