"""The programs of the stack, and the process manager's configuration that keeps them running."""

from dataclasses import dataclass
from pathlib import Path

from infra import airflow_settings, broker, postgres
from infra.place import VENV, Place
from schemas.settings import ROOT

STOP_SECONDS = 20  # a Spark application needs a few to end; after this it is killed
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Program:
    """One program of the stack. port: where it listens, if it does. signal: how it is asked to stop."""

    name: str
    command: tuple[str, ...]
    directory: Path = ROOT
    user: str | None = None
    signal: str = "TERM"
    port: int | None = None


BASE = ("postgres", "kafka")  # what must be up before anything else starts
REPLICAS = ("a", "b")  # of the stream: with one killed, the other answers
STREAM = (*(f"stream-{name}" for name in REPLICAS), "verdicts", "gateway")  # two Java machines, a writer and a server; no batch needs them
ANSWERING = ("stream-a", "verdicts", "gateway")  # enough to answer and to prove it: a second replica's start would only delay the first


def programs(place: Place) -> tuple[Program, ...]:
    """Return every program of the stack."""
    database, settings = postgres.located(place), place.settings
    server = (database.program("postgres"), "-D", str(database.data))
    kafka = tuple(broker.command("kafka.Kafka", str(broker.properties_file(place))))
    return (
        # INT is PostgreSQL's fast shutdown; TERM would wait for every client to leave.
        Program("postgres", server, Path("/"), database.user, "INT", settings.postgres_port),
        Program("kafka", kafka, port=settings.kafka_port),
        _airflow(place, "api-server", port=settings.airflow_port),
        # Logs are read from the disk; the log servers would listen on every interface.
        _airflow(place, "scheduler", "--skip-serve-logs"),
        _airflow(place, "dag-processor"),
        _airflow(place, "triggerer", "--skip-serve-logs"),
        *_shared(place),
        Program("audit", _with_variables(place, "python", "-P", "-m", "expectations.warm")),
        Program("gateway", _with_variables(place, "python", "-P", "-m", "jobs.gateway"), port=settings.gateway_port),
        *(_replica(place, name) for name in REPLICAS),
        Program("verdicts", _with_variables(place, "python", "-P", "-m", "jobs", "verdicts")),
    )


def configuration(place: Place) -> str:
    """Return the process manager's configuration. It starts nothing by itself: infra/stack.py says when."""
    head: dict[str, dict[str, object]] = {
        "unix_http_server": {"file": place.socket, "chmod": "0700"},
        "supervisord": {
            "logfile": place.logs / "supervisor.log", "pidfile": place.run / "supervisor.pid",
            "childlogdir": place.logs, "directory": ROOT, "umask": "022", "nocleanup": "true",
        },
        "rpcinterface:supervisor": {
            "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
        },
        "supervisorctl": {"serverurl": f"unix://{place.socket}"},
    }
    sections = {**head, **{f"program:{program.name}": _section(place, program) for program in programs(place)}}
    return "\n".join(
        "\n".join([f"[{name}]", *(f"{key}={str(value).replace('%', '%%')}" for key, value in section.items()), ""])
        for name, section in sections.items()
    )


def _airflow(place: Place, part: str, *options: str, port: int | None = None) -> Program:
    return Program(f"airflow-{part}", _with_variables(place, "airflow", part, *options), port=port)


def _shared(place: Place) -> tuple[Program, ...]:
    """The Spark application that runs share; a cluster has its own ways to keep applications apart."""
    if not place.settings.spark_master.startswith("local"):
        return ()
    return (Program("spark", _with_variables(place, "python", "-P", "-m", "jobs", "spark")),)


def _replica(place: Place, name: str) -> Program:
    return Program(f"stream-{name}", _with_variables(place, "python", "-P", "-m", "jobs", "stream", "--replica", name))


def _with_variables(place: Place, program: str, *arguments: str) -> tuple[str, ...]:
    return (str(ROOT / "infra" / "run.sh"), str(airflow_settings.file(place)), str(VENV / program), *arguments)


def _section(place: Place, program: Program) -> dict[str, object]:
    owner = {"user": program.user} if program.user else {}
    return {
        "command": " ".join(_quoted(word) for word in program.command), "directory": program.directory, **owner,
        "autostart": "false", "autorestart": "true", "startsecs": 2, "startretries": 5,
        "stopsignal": program.signal, "stopwaitsecs": STOP_SECONDS, "stopasgroup": "true", "killasgroup": "true",
        "redirect_stderr": "true", "stdout_logfile": place.logs / f"{program.name}.log",
        "stdout_logfile_maxbytes": 20 * MEGABYTE, "stdout_logfile_backups": 2,
    }


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word
