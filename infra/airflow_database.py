"""Airflow's tables and its first user: made on the first start, and brought up to date when Airflow's version changed."""

import subprocess
from importlib.metadata import version
from pathlib import Path

from infra import airflow_settings
from infra.place import VENV, Place
from schemas.errors import Unavailable


def up_to_date(place: Place) -> bool:
    """Whether the tables are those of the installed versions."""
    return _stamp(place).is_file() and _stamp(place).read_text(encoding="utf-8") == _versions()


def bring_up_to_date(place: Place) -> None:
    """Make or migrate the tables, and the administrator with the generated password."""
    _airflow(place, "db", "migrate")
    password = place.secret("airflow_admin_password")
    # By standard input, where no list of processes shows it: without a terminal, Airflow reads it there, twice.
    _airflow(
        place, "users", "create", "--username", airflow_settings.ADMIN, "--role", "Admin",
        "--firstname", "govlake", "--lastname", "admin", "--email", "admin@govlake.invalid",
        answers=f"{password}\n{password}\n",
    )  # fmt: skip
    _stamp(place).write_text(_versions(), encoding="utf-8")


def _stamp(place: Place) -> Path:
    # Beside the data it speaks of: a new cluster has none.
    return place.settings.home / "postgres" / "airflow.version"


def _versions() -> str:
    return f"{version('apache-airflow-core')} {version('apache-airflow-providers-fab')}\n"


def _airflow(place: Place, *arguments: str, answers: str = "") -> None:
    done = subprocess.run(
        [str(VENV / "airflow"), *arguments], env=airflow_settings.environment(place), input=answers, text=True,
        capture_output=True, check=False, start_new_session=True,
    )
    log = place.logs / "airflow-database.log"
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode:
        raise Unavailable(f"`airflow {' '.join(arguments[:2])}` failed; its words are in {log}. Nothing else was started. Mend it and run again.")
