"""What is alive, one line a program: since when, where, how much memory; and the last word of what is not."""

import os
from pathlib import Path

from infra import airflow_api, supervision
from infra.place import Place
from infra.programs import Program, programs
from infra.supervision import State

KIB = 1024


def lines(place: Place) -> tuple[bool, list[str]]:
    """Return whether everything is well, and a line for each program."""
    known = {state.name: state for state in supervision.states(place)}
    if not known:
        return False, [f"Nothing is up in {place.settings.home}. `make up` starts it."]
    parents = _parents()
    told = [_line(place, program, known.get(program.name), parents) for program in programs(place)]
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


def _line(place: Place, program: Program, state: State | None, parents: dict[int, int]) -> str:
    if state is None or not state.running:
        word = "not started" if state is None or state.word == "stopped" else f"DEAD ({state.word}, since {_span(state.since)})"
        said = last_line(place, program.name)
        return f"  {program.name:<21} {word}" + (f": {said}" if said and "DEAD" in word else "")
    where = f"127.0.0.1:{program.port}" if program.port else ""
    return f"  {program.name:<21} up {_span(state.since):<12} {where:<16} {memory(state.pid, parents):>5} MiB  pid {state.pid}"


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
