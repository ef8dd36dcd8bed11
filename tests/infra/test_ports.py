"""A taken port is named, with the variable that moves it."""

import socket
from collections.abc import Iterator

import pytest

from infra.place import Place
from infra.ports import answers, ports, require_free
from schemas.errors import Unavailable
from schemas.settings import settings


@pytest.fixture
def taken() -> Iterator[int]:
    """A port of loopback on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


VARIABLES = ("GOVLAKE_AIRFLOW_PORT", "GOVLAKE_KAFKA_PORT", "GOVLAKE_POSTGRES_PORT", "GOVLAKE_GATEWAY_PORT")


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_taken_port_is_named_with_its_variable(variable: str, taken: int, place: Place) -> None:
    here = settings({"GOVLAKE_HOME": str(place.settings.home), "GOVLAKE_PORT_BASE": "15000", variable: str(taken)})
    with pytest.raises(Unavailable, match=rf"Port {taken}, .* is taken .*PORT_BASE.*{variable}"):
        require_free(here)


def test_free_ports_are_accepted(place: Place) -> None:
    require_free(place.settings)


def test_an_open_port_answers_and_a_closed_one_does_not(taken: int, place: Place) -> None:
    assert answers(taken)
    assert not answers(place.settings.airflow_port)


def test_two_clones_with_different_bases_share_no_port() -> None:
    one, two = (settings({"GOVLAKE_HOME": "/nowhere", "GOVLAKE_PORT_BASE": base}) for base in ("10000", "20000"))
    assert not {port.number for port in ports(one)} & {port.number for port in ports(two)}
