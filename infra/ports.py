"""The ports of the stack: which there are, and the sentence that is said when one of them is taken."""

import socket
from dataclasses import dataclass

from schemas.errors import Unavailable
from schemas.settings import Settings

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Port:
    """One port on loopback: its number, who listens there, and the variable that moves it."""

    number: int
    listener: str
    variable: str


def ports(settings: Settings) -> tuple[Port, ...]:
    """Return every port the stack listens on."""
    return (
        Port(settings.airflow_port, "Airflow", "GOVLAKE_AIRFLOW_PORT"),
        Port(settings.kafka_port, "Kafka", "GOVLAKE_KAFKA_PORT"),
        Port(settings.kafka_port + 1, "Kafka's controller", "GOVLAKE_KAFKA_PORT (the port after it)"),
        Port(settings.postgres_port, "PostgreSQL", "GOVLAKE_POSTGRES_PORT"),
        Port(settings.gateway_port, "the gateway", "GOVLAKE_GATEWAY_PORT"),
    )


def require_free(settings: Settings) -> None:
    """Raise Unavailable, naming the first port that another program has, and the variables that help."""
    for port in ports(settings):
        if not _free(port.number):
            raise Unavailable(
                f"Port {port.number}, meant for {port.listener}, is taken by another program. Nothing was started. "
                f"Take other ports with `make up PORT_BASE=20000` (this clone remembers it), or set {port.variable}."
            )


def answers(number: int) -> bool:
    """Whether somebody accepts connections on this port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, number)) == 0


def _free(number: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port whose last connections still linger counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, number))
        except OSError:
            return False
    return True
