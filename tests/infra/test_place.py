"""An installation's own files: what it remembers, and what nobody else may read."""

from pathlib import Path

import pytest

from infra.place import Place, remember
from schemas.settings import settings


def own_ports(home: Path) -> tuple[int, int, int]:
    read = settings({"GOVLAKE_HOME": str(home)})
    return read.airflow_port, read.kafka_port, read.postgres_port


def test_a_port_base_given_once_is_remembered(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVLAKE_PORT_BASE", "20000")
    remember(place)
    monkeypatch.delenv("GOVLAKE_PORT_BASE")
    remember(place)
    assert own_ports(place.settings.home) == (28080, 29092, 25432)


def test_a_new_port_base_leaves_the_other_settings(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.settings.home.mkdir()
    place.own_settings.write_text("GOVLAKE_PORT_BASE=20000\nGOVLAKE_DEPARTMENT_SLOTS=7\n", encoding="utf-8")
    monkeypatch.setenv("GOVLAKE_PORT_BASE", "30000")
    remember(place)
    read = settings({"GOVLAKE_HOME": str(place.settings.home)})
    assert (read.airflow_port, read.department_slots) == (38080, 7)


def test_a_first_start_writes_the_default_port_base(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOVLAKE_PORT_BASE", raising=False)
    remember(place)
    assert own_ports(place.settings.home) == (18080, 19092, 15432)


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(place: Place) -> None:
    first = place.secret("password")
    file = place.settings.home / "secrets" / "password"
    assert place.secret("password") == first
    assert len(first) >= 32
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_two_secrets_differ(place: Place) -> None:
    assert place.secret("one") != place.secret("two")


def test_a_long_path_still_has_a_socket(tmp_path: Path) -> None:
    deep = Place(settings({"GOVLAKE_HOME": str(tmp_path / ("long" * 30))}))
    assert len(str(deep.socket)) < 100
