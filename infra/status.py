"""What is alive, one line a program: since when, whether it answers yet, how often it was restarted; the last word of what is not."""

import os
import time
from pathlib import Path

from infra import airflow_api, ports, supervision
from infra.exits import Exits, exits
from infra.place import Place
from infra.programs import Program, programs
from infra.supervision import State
from jobs.stream.beside import answers

KIB = 1024
AGAIN = ("backoff", "exited")  # words of the process manager for what it starts again by itself
RECENT = 3600.0  # seconds: a restart longer ago is history, and in the logs


def lines(place: Place) -> tuple[bool, list[str]]:
    """Return whether everything is well, and a line for each program."""
    known = {state.name: state for state in supervision.states(place)}
    if not known:
        return False, [f"Nothing is up in {place.settings.home}. `make up` starts it."]
    parents = _parents()
    ended = exits(place, time.time() - RECENT)
    told = [program_line(place, program, known.get(program.name), parents) + restarts(place, program, ended.get(program.name)) for program in programs(place)]
    unwell = () if not known["airflow-api-server"].running else airflow_api.unhealthy(place)
    told += [f"Airflow says that its {part.replace('_', '-')} is not healthy; logs: {place.logs}" for part in unwell]
    return not unwell and all(state.running for state in known.values()), told


def last_line(place: Place, name: str) -> str:
    """Return the last line of a program's log that says something."""
    log = place.logs / f"{name}.log"
    if not log.is_file():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4 * KIB))
        words = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    return words[-1][:200] if words else ""


def memory(pid: int, parents: dict[int, int]) -> int:
    """Return the memory of a process and its descendants in MiB, shared pages divided among their users."""
    family, grown = {pid}, True
    while grown:
        children = {child for child, parent in parents.items() if parent in family} - family
        family, grown = family | children, bool(children)
    return sum(_pss(member) for member in family) // KIB


def is_ready(place: Place, program: Program) -> bool:
    """Whether a program does its work: its port answers, or it has told as a replica that it answers.

    Of a program that shows neither it is not known, and taken for granted.
    """
    if program.port:
        return ports.answers(program.port)
    kind, _, name = program.name.partition("-")
    return kind != "stream" or answers(place.settings, name)


def program_line(place: Place, program: Program, state: State | None, parents: dict[int, int]) -> str:
    """Return the line of one program. parents: of every process, to add up its memory."""
    if state is None or not state.running:
        return f"  {program.name:<21} {_down(place, program, state)}"
    word = "up" if is_ready(place, program) else "starting"
    where = f"127.0.0.1:{program.port}" if program.port else ""
    return f"  {program.name:<21} {word:<8} {_span(state.since):<12} {where:<16} {memory(state.pid, parents):>5} MiB  pid {state.pid}"


def _down(place: Place, program: Program, state: State | None) -> str:
    if state is None or state.word == "stopped":
        return "not started"
    if state.word in AGAIN:
        return f"down since {_span(state.since)}, is started again"
    said = last_line(place, program.name)
    return f"DEAD ({state.word}, since {_span(state.since)})" + (f": {said}" if said else "")


def restarts(place: Place, program: Program, ended: Exits | None) -> str:
    """Return a second line for a program that ended by itself lately; nothing for one that did not."""
    if ended is None:
        return ""
    times = "once" if ended.count == 1 else f"{ended.count} times"
    why = f"{place.logs / program.name}.log says why"
    return f"\n  {'':<21} ended by itself {times} within the last hour, last {_span(int(time.time() - ended.last))} ago ({ended.word}); {why}"


def _span(seconds: int) -> str:
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return f"{days} d {hours % 24} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


def _parents() -> dict[int, int]:
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                # The name, in parentheses, may hold blanks: count from its end.
                found[int(entry)] = int(Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
    return found


def _pss(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
