"""The process manager's configuration, and the variables Airflow starts with."""

import configparser
import json
import subprocess
from pathlib import Path

import pytest

from infra import airflow_settings, programs
from infra.place import Place
from schemas.settings import settings


def read(place: Place) -> configparser.RawConfigParser:
    found = configparser.RawConfigParser()
    found.read_string(programs.configuration(place))
    return found


def test_every_program_is_restarted_when_it_dies(place: Place) -> None:
    found = read(place)
    sections = [name for name in found.sections() if name.startswith("program:")]
    assert {found[name]["autorestart"] for name in sections} == {"true"}
    assert {name.removeprefix("program:") for name in sections} == {
        "postgres", "kafka", "airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer", "spark", "audit", "gateway", "stream-a", "stream-b", "verdicts",
    }  # fmt: skip


def test_the_process_manager_listens_on_no_port(place: Place) -> None:
    assert "inet_http_server" not in read(place)
    assert read(place)["unix_http_server"]["chmod"] == "0700"


def test_no_password_is_in_the_process_manager_s_configuration(place: Place) -> None:
    assert place.secret("postgres") not in programs.configuration(place)


@pytest.mark.parametrize("part", ["airflow-scheduler", "airflow-triggerer"])
def test_no_log_server_is_started(part: str, place: Place) -> None:
    assert "--skip-serve-logs" in read(place)[f"program:{part}"]["command"]


def test_a_shell_reads_the_variables_as_they_were_written(place: Place) -> None:
    file = airflow_settings.write(place)
    script = f'. "{file}"; printf "%s" "$AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"'
    told = subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True).stdout
    assert json.loads(told)[0]["name"] == "govlake"


def test_only_the_owner_can_read_the_variables(place: Place) -> None:
    assert airflow_settings.write(place).stat().st_mode & 0o777 == 0o600


def test_airflow_listens_on_loopback_only(place: Place) -> None:
    assert airflow_settings.environment(place)["AIRFLOW__API__HOST"] == "127.0.0.1"


def test_a_folder_with_a_blank_in_its_name_works(tmp_path: Path) -> None:
    spaced = Place(settings({"GOVLAKE_HOME": str(tmp_path / "my lake")}))
    file = airflow_settings.write(spaced)
    assert f'"{file}"' in read(spaced)["program:airflow-scheduler"]["command"]
