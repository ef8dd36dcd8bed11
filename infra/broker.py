"""The Kafka broker of the stack: one node that is broker and controller, on loopback."""

import base64
import os
import shutil
import subprocess
import uuid
from pathlib import Path

from infra.place import Place
from infra.ports import LOOPBACK
from schemas.errors import Unavailable
from schemas.settings import ROOT

JARS = ROOT / "build" / "kafka"
LOG4J = ROOT / "infra" / "kafka" / "log4j2.properties"
HEAP = "-Xms128m -Xmx320m"  # idle it uses 130 MB of it


def command(main: str, *arguments: str) -> list[str]:
    """Return the command that starts one of Kafka's programs."""
    # C1 and the serial collector: a broker for one machine, up in 3 s.
    flags = [*HEAP.split(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", f"-Dlog4j2.configurationFile={LOG4J}"]
    return [java(), *flags, "-cp", f"{JARS}/*", main, *arguments]


def java() -> str:
    """Return the Java that Spark takes too: JAVA_HOME first, then the PATH."""
    home = os.environ.get("JAVA_HOME")
    found = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if not found:
        raise Unavailable("There is no Java. Nothing was started. Run `make env`.")
    return found


def properties_file(place: Place) -> Path:
    """Where the broker's properties are."""
    return place.run / "kafka.properties"


def prepare(place: Place) -> None:
    """Write the broker's properties and format its storage when it is new."""
    if not any(JARS.glob("kafka_*.jar")):
        raise Unavailable(f"{JARS} has no Kafka. Nothing was started. Run `make jars` and try again.")
    properties = properties_file(place)
    properties.write_text(_properties(place), encoding="utf-8")
    if not (place.kafka / "meta.properties").is_file():
        shutil.rmtree(place.kafka, ignore_errors=True)
        format_storage = command("kafka.tools.StorageTool", "format", "-t", _cluster_id(), "-c", str(properties))
        done = subprocess.run(format_storage, check=False, capture_output=True, text=True)
        if done.returncode:
            raise Unavailable(f"Kafka could not format {place.kafka}: {(done.stderr or done.stdout).strip()[-300:]}")


def _cluster_id() -> str:
    """Return a random id of 22 characters; none begins with "-", which Kafka's own tool would read as an option."""
    made = uuid.uuid4().bytes
    return base64.urlsafe_b64encode(bytes([made[0] & 0x7F, *made[1:]])).decode().rstrip("=")


def _properties(place: Place) -> str:
    port = place.settings.kafka_port
    lines = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{port + 1}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}",
        "controller.listener.names": "CONTROLLER",
        # A fixed voter, not a recorded one: the port may change between two starts.
        "controller.quorum.voters": f"1@{LOOPBACK}:{port + 1}",
        "log.dirs": str(place.kafka),
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "share.coordinator.state.topic.num.partitions": "1",
        "group.initial.rebalance.delay.ms": "0",
        "log.cleaner.dedupe.buffer.size": "2097152",
    }
    return "".join(f"{key}={value}\n" for key, value in lines.items())
