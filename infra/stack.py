"""`python -m infra.stack up|down|status|clean`: the local stack of one clone."""

import argparse
import fcntl
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from infra import (
    airflow_api,
    airflow_database,
    airflow_settings,
    broker,
    department,
    leftovers,
    ports,
    postgres,
    programs,
    status,
    supervision,
)
from infra.place import Place, here, remember, write_private
from schemas.errors import Failure, Unavailable
from schemas.settings import ROOT

SERVER_SECONDS = 60  # for a database or a broker; up in 2 and 4 s on two idle cores
AIRFLOW_SECONDS = 180  # for all four parts; 12 s on two idle cores
STARTED = "settings.started"  # the settings the running stack was started with
HINT = "`make down` stops all of it, `make status` says what is alive."


def up(place: Place, later: tuple[str, ...] = ()) -> None:
    """Start everything that is not up, the programs to be started `later` left out, and return when all of it is ready.

    1. Write the configuration and make what is missing.  2. Start the process manager.  3. Database and broker.
    4. The made-up department's database; Airflow's tables, when they are new or old.  5. Airflow and the stream's programs.
    """
    begun = time.monotonic()
    if supervision.alive(place):
        _require_same(place)
    else:
        leftovers.end(place.settings.home)
        ports.require_free(place.settings)
        configure(place)  # 1
        supervision.launch(place)  # 2
    supervision.start(place, programs.BASE)  # 3
    _await(place, "postgres", lambda: postgres.ready(place), SERVER_SECONDS)
    department.prepare(place)
    if not airflow_database.up_to_date(place):
        _timed("airflow's tables", lambda: airflow_database.bring_up_to_date(place))  # 4
    supervision.start(place, tuple(program.name for program in programs.programs(place) if program.name not in later))  # 5
    _await(place, "kafka", lambda: ports.answers(place.settings.kafka_port), SERVER_SECONDS)
    _await(place, "airflow", lambda: not airflow_api.unhealthy(place), AIRFLOW_SECONDS)
    account = f"user {airflow_settings.ADMIN}, password {place.secret('airflow_admin_password')}"
    print(f"The stack is up after {time.monotonic() - begun:.0f} s. Airflow: {airflow_api.address(place)}  {account}\n{HINT}", flush=True)


def lake(place: Place) -> None:
    """Start everything but the stream's programs, which would start their queries anew with each table's first release."""
    up(place, later=programs.STREAM)


def down(place: Place) -> None:
    """Stop everything; nothing of this installation runs afterwards."""
    running = supervision.alive(place)
    if running:
        print("Stopping …", flush=True)
        supervision.shut_down(place)
    ended = leftovers.end(place.settings.home)
    for socket in (place.socket, place.settings.spark_socket, place.settings.audit_socket):
        socket.unlink(missing_ok=True)
    told = f" ({ended} processes that were left behind too)" if ended else ""
    print(f"The stack is down{told}." if running or ended else "The stack was not up.")
    for pid in leftovers.demos(ROOT):
        print(f"A `make demo` of this clone still runs (process {pid}) and will fail, since what it waits for is gone. End it with Ctrl-C where it was started.")


def show(place: Place) -> int:
    """Print a line for each program and return 0, or 75 when one of them is not well."""
    well, told = status.lines(place)
    print("\n".join(told))
    return 0 if well else Unavailable.exit_code


def clean(place: Place) -> None:
    """Stop everything and forget all data, logs and secrets; the clone's own settings stay."""
    down(place)
    postgres.forget(place)
    home = place.settings.home
    for entry in home.iterdir() if home.is_dir() else ():
        if entry not in (place.own_settings, place.run):
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    print(f"Forgotten: everything in {home} but {place.own_settings.name}.")
    for kept in (place.settings.landing, place.settings.lake):
        if kept.exists():
            print(f"Kept: {kept} is outside it. Remove it by hand if you mean to.")


def configure(place: Place) -> None:
    """Write the configuration of every program, and make the folders and the empty database that are missing."""
    remember(place)
    for folder in (place.run, place.logs, place.settings.landing):
        folder.mkdir(parents=True, exist_ok=True)
    postgres.prepare(place)
    broker.prepare(place)
    airflow_settings.write(place)
    write_private(place.run / "supervisord.conf", programs.configuration(place))
    write_private(place.run / STARTED, repr(place.settings))


def _require_same(place: Place) -> None:
    if (place.run / STARTED).read_text(encoding="utf-8") != repr(place.settings):
        raise Unavailable(
            "The stack is up with other settings than these. Nothing was changed. Run `make down` first (without the new "
            "settings), or leave them away."
        )


def _await(place: Place, name: str, condition: Callable[[], bool], seconds: float) -> None:
    _timed(name, lambda: supervision.wait(condition, name, seconds, place))


def _timed(name: str, work: Callable[[], object]) -> None:
    begun = time.monotonic()
    print(f"  {name} …", end="", flush=True)
    work()
    print(f" ready, {time.monotonic() - begun:.1f} s", flush=True)


@contextmanager
def _alone(place: Place) -> Iterator[None]:
    """Hold this installation's lock: `up`, `down` and `clean` do not run side by side."""
    place.run.mkdir(parents=True, exist_ok=True)
    with (place.run / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable(f"Another `make up`, `make down` or `make clean` is at work in {place.settings.home}. Wait for it.") from None
        yield


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.stack", description=__doc__)
    parser.add_argument("command", choices=[*COMMANDS, "status"])
    command = parser.parse_args(arguments).command
    try:
        if command == "status":
            return show(here())
        with _alone(here()):
            COMMANDS[command](here())
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        return failure.exit_code
    return 0


COMMANDS: dict[str, Callable[[Place], None]] = {"up": up, "lake": lake, "down": down, "clean": clean}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
