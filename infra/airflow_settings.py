"""Airflow's whole configuration, as one file of environment variables that every part of it starts with."""

import base64
import hashlib
import json
import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from infra import postgres
from infra.place import VENV, Place, write_private
from infra.ports import LOOPBACK
from schemas.settings import ROOT

ADMIN = "admin"
BUNDLE = [{
    "name": "govlake", "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
    "kwargs": {"path": str(ROOT), "refresh_interval": 30},
}]
FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"


def file(place: Place) -> Path:
    """Where the variables are: a shell can read them, and only their owner."""
    return place.run / "airflow.env"


def write(place: Place) -> Path:
    """Write the variables and return their file."""
    lines = [f"{name}={shlex.quote(value)}" for name, value in {**_process(place), **_services(place), **_work()}.items()]
    write_private(file(place), "\n".join([*lines, ""]))
    return file(place)


def environment(place: Place) -> dict[str, str]:
    """Return the environment of an Airflow command that this program starts itself."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**own, **_process(place), **_services(place), **_work()}


def _process(place: Place) -> Mapping[str, str]:
    return {
        "GOVLAKE_HOME": str(place.settings.home),
        "PYTHONPATH": str(ROOT),
        "PATH": f"{VENV}:{os.environ.get('PATH', os.defpath)}",
        "SPARK_LOCAL_IP": LOOPBACK,
        "MALLOC_ARENA_MAX": "2",
        "SPARK_SUBMIT_OPTS": place.settings.java_options,
        # setproctitle would write over the environment by which `make down` finds what is left behind.
        "SPT_NOENV": "1",
    }


def _services(place: Place) -> Mapping[str, str]:
    """Where Airflow's own parts find each other, and the secrets they share."""
    address = f"http://{LOOPBACK}:{place.settings.airflow_port}"
    spark = {"conn_type": "spark", "host": place.settings.spark_master}
    return {
        "AIRFLOW_HOME": str(place.airflow),
        "AIRFLOW_CONN_SPARK_DEFAULT": json.dumps(spark),
        "AIRFLOW_CONN_GOVLAKE_SPARK": json.dumps(spark),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__HOST": LOOPBACK,
        "AIRFLOW__API__INSTANCE_NAME": "govlake 政务数据湖",
        "AIRFLOW__API__PORT": str(place.settings.airflow_port),
        "AIRFLOW__API__SECRET_KEY": place.secret("api_secret_key"),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API_AUTH__JWT_SECRET": place.secret("jwt_secret", 48),
        "AIRFLOW__CORE__AUTH_MANAGER": FAB,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__CORE__FERNET_KEY": _fernet(place.secret("fernet")),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": postgres.address(place, "postgresql+psycopg2"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": postgres.address(place, "postgresql+asyncpg"),
        "AIRFLOW__FAB__ENABLE_PROXY_FIX": "False",
    }


def _work() -> Mapping[str, str]:
    """How Airflow reads the DAGs and runs the tasks."""
    return {
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Asia/Shanghai",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        # A run keeps a core busy half of its time, and waits for disk, start-up and the audit in between.
        "AIRFLOW__CORE__PARALLELISM": str((os.cpu_count() or 1) + 2),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "infra" / "airflow_plugins"),
        # Parsing every 5 s kept half a core busy; a new contract shows up within this.
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "30",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps(BUNDLE),
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }


def _fernet(secret: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()).decode()
