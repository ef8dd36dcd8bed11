"""The whole stack, for real: it comes up, restarts what dies, names what is wrong, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaConsumer

from infra import airflow_api, ports, programs, supervision
from infra.leftovers import leftovers
from infra.place import Place
from jobs.stream.broker import make_topics
from schemas.settings import ROOT, settings

pytestmark = [pytest.mark.stack, pytest.mark.timeout(420)]
BASE = "16000"  # below the ports that outgoing connections are given
OTHER_BASE = "17000"


def command(name: str, home: Path, base: str = BASE) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "GOVLAKE_HOME": str(home), "GOVLAKE_PORT_BASE": base}
    return subprocess.run([sys.executable, "-m", "infra.stack", name], cwd=ROOT, env=environment, capture_output=True, text=True)


def eventually(condition: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.2)
    return condition()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A running stack of its own, taken down at the end whatever happens."""
    home = tmp_path_factory.mktemp("stack") / "var"
    started = command("up", home)
    try:
        assert started.returncode == 0, started.stdout + started.stderr
        yield Place(settings({"GOVLAKE_HOME": str(home)}))
    finally:
        command("clean", home)


def test_everything_is_up_and_healthy(stack: Place) -> None:
    told = command("status", stack.settings.home)
    words = told.stdout.count(" up ") + told.stdout.count(" starting ")  # the replicas begin to answer after `make up`
    assert (told.returncode, words) == (0, len(programs.programs(stack))), told.stdout


def test_topics_that_are_there_already_are_left_alone(stack: Place) -> None:
    make_topics(stack.settings, ["probe.request"])
    make_topics(stack.settings, ["probe.request"])
    with closing(KafkaConsumer(bootstrap_servers=stack.settings.kafka)) as consumer:
        assert "probe.request" in consumer.topics()


def test_every_port_is_on_loopback_only(stack: Place) -> None:
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if line.split()[3] == "0A"]
    ours = {port.number for port in ports.ports(stack.settings)}
    hosts = {address.split(":")[0] for address in listening if int(address.split(":")[1], 16) in ours}
    assert hosts == {"0100007F"}


def test_the_generated_password_logs_in(stack: Place) -> None:
    assert airflow_api.log_in(stack).get("dags", limit=1)["dags"] is not None


def test_the_broker_answers(stack: Place) -> None:
    with closing(KafkaConsumer(bootstrap_servers=stack.settings.kafka)) as consumer:
        assert isinstance(consumer.topics(), set)


def test_up_twice_changes_nothing(stack: Place) -> None:
    before = {state.name: state.pid for state in supervision.states(stack)}
    assert command("up", stack.settings.home).returncode == 0
    assert {state.name: state.pid for state in supervision.states(stack)} == before


def test_other_settings_are_refused_while_it_runs(stack: Place) -> None:
    told = command("up", stack.settings.home, OTHER_BASE)
    assert (told.returncode, "make down" in told.stderr) == (75, True)
    assert BASE in stack.own_settings.read_text(encoding="utf-8")


def test_a_second_clone_on_the_same_ports_is_told_which_port_is_taken(stack: Place, tmp_path: Path) -> None:
    told = command("up", tmp_path / "var")
    assert told.returncode == 75
    assert f"Port {stack.settings.airflow_port}" in told.stderr


def test_a_killed_program_comes_back(stack: Place) -> None:
    killed = next(state.pid for state in supervision.states(stack) if state.name == "airflow-triggerer")
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: any(s.name == "airflow-triggerer" and s.running and s.pid != killed for s in supervision.states(stack)))


def test_down_leaves_no_process_and_up_keeps_the_data(stack: Place) -> None:
    password = stack.secret("airflow_admin_password")
    assert command("down", stack.settings.home).returncode == 0
    assert leftovers(stack.settings.home) == frozenset()
    assert command("up", stack.settings.home).returncode == 0
    assert airflow_api.log_in(stack).token
    assert stack.secret("airflow_admin_password") == password


def test_a_killed_process_manager_leaves_nothing_that_down_does_not_end(stack: Place) -> None:
    os.kill(int((stack.run / "supervisor.pid").read_text(encoding="utf-8")), signal.SIGKILL)
    assert command("down", stack.settings.home).returncode == 0
    assert leftovers(stack.settings.home) == frozenset()
    assert not ports.answers(stack.settings.kafka_port)
