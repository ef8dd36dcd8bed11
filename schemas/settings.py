"""The one place where configuration is read: environment first, then <home>/settings.env, then defaults."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from schemas import sockets

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Where things are on this installation. Paths are absolute; ports are on loopback."""

    home: Path
    contracts: Path
    landing: Path
    lake: Path
    kafka: str
    spark_master: str
    driver_memory: str
    stream_memory: str
    shared_memory: str
    airflow_port: int
    kafka_port: int
    postgres_port: int
    gateway_port: int
    department_slots: int
    stream_slots: int
    kafka_partitions: int
    kafka_replication: int
    version_days: int

    @property
    def environment(self) -> dict[str, str]:
        """The variables that give a child process these settings."""
        return {
            "GOVLAKE_HOME": str(self.home),
            "GOVLAKE_CONTRACTS": str(self.contracts),
            "GOVLAKE_LANDING": str(self.landing),
            "GOVLAKE_LAKE": str(self.lake),
            "GOVLAKE_KAFKA": self.kafka,
        }

    @property
    def data_docs(self) -> Path:
        """Folder of the published Great Expectations pages."""
        return self.home / "data_docs"

    @property
    def databases(self) -> Path:
        """Addresses, users and passwords of the departments' databases (docs/guide/operate.md), readable by their owner only."""
        return self.home / "secrets" / "databases.conf"

    @property
    def spark_socket(self) -> Path:
        """Where the shared Spark application listens (jobs/shared.py), when it is up."""
        return sockets.place(self.home / "run", "spark.sock")

    @property
    def audit_socket(self) -> Path:
        """Where audits are asked for (expectations/warm.py), when that is up."""
        return sockets.place(self.home / "run", "audit.sock")

    @property
    def table_properties(self) -> dict[str, str]:
        """What every Delta table is born with, see `kept_for`."""
        return kept_for(self.version_days)

    @property
    def jars(self) -> Path:
        """Folder of the jars Spark needs beyond its own (make jars)."""
        return ROOT / "build" / "jars"

    @property
    def java_options(self) -> str:
        """What every Java of Spark starts with (SPARK_SUBMIT_OPTS): log settings, and the archive that `make jars` trains.

        Java goes without an archive that is missing or does not fit; it is told not to talk about that on standard output.
        """
        log, archive = ROOT / "infra" / "spark" / "log4j2.properties", ROOT / "build" / "spark.jsa"
        quiet = "-Xlog:disable -Xlog:all=error:stderr"
        # Where the archive was made for: elsewhere Java patches 150 MB of it, which each process then has for itself.
        fixed = "-XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0"
        return f"-Dlog4j2.configurationFile=file:{log} -XX:SharedArchiveFile={archive} {fixed} {quiet}"


def kept_for(days: int) -> dict[str, str]:
    """Return the properties of a Delta table whose versions are kept for some days, and whose log nobody but upkeep cleans.

    Cleaned by age alone, as Delta does, it would forget the version that a quiet table has had ever since.
    """
    kept = {f"delta.{what}": f"interval {days} days" for what in ("logRetentionDuration", "deletedFileRetentionDuration")}
    return {**kept, "delta.enableExpiredLogCleanup": "false"}


def settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of this process. Variables are GOVLAKE_<NAME>, as in infra/settings.example.env."""
    home = Path(environ.get("GOVLAKE_HOME") or ROOT / "var").resolve()
    values = {**_file(home / "settings.env"), **environ}
    base = int(values.get("GOVLAKE_PORT_BASE", "10000"))  # two clones side by side differ in this alone
    kafka_port = int(values.get("GOVLAKE_KAFKA_PORT", base + 9092))
    return Settings(
        home=home,
        contracts=Path(values.get("GOVLAKE_CONTRACTS") or ROOT / "schemas").resolve(),
        landing=Path(values.get("GOVLAKE_LANDING") or home / "landing").resolve(),
        lake=Path(values.get("GOVLAKE_LAKE") or home / "lake").resolve(),
        kafka=values.get("GOVLAKE_KAFKA", f"127.0.0.1:{kafka_port}"),
        spark_master=values.get("GOVLAKE_SPARK_MASTER", "local[2]"),
        driver_memory=values.get("GOVLAKE_DRIVER_MEMORY", "1g"),
        stream_memory=values.get("GOVLAKE_STREAM_MEMORY", "768m"),
        shared_memory=values.get("GOVLAKE_SHARED_MEMORY", "2g"),
        airflow_port=int(values.get("GOVLAKE_AIRFLOW_PORT", base + 8080)),
        kafka_port=kafka_port,
        postgres_port=int(values.get("GOVLAKE_POSTGRES_PORT", base + 5432)),
        gateway_port=int(values.get("GOVLAKE_GATEWAY_PORT", base + 8090)),
        department_slots=int(values.get("GOVLAKE_DEPARTMENT_SLOTS", "2")),
        stream_slots=int(values.get("GOVLAKE_STREAM_SLOTS", "5")),
        kafka_partitions=int(values.get("GOVLAKE_KAFKA_PARTITIONS", "1")),
        kafka_replication=int(values.get("GOVLAKE_KAFKA_REPLICATION", "1")),
        version_days=max(7, int(values.get("GOVLAKE_VERSION_DAYS", "190"))),  # under a week it could end a version that is being read
    )


def _file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
