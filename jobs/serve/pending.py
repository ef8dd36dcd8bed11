"""What waits in landing: files whose content no batch has settled yet."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path
from typing import Any

from jobs.serve.batches import settled
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.readable import landed, names
from schemas.settings import Settings
from schemas.words import nearest

DATE = re.compile(r"\A\d{4}-\d{2}-\d{2}\Z", re.ASCII)

# jobs.ingest.landing.waiting, handed in by the command line: packages of the upper floor do not import one another.
Waiting = Callable[[Settings, Contract, str, frozenset[str]], Iterable[Any]]


@dataclass(frozen=True)
class Pending:
    """One run that is due: its table, its DAG, its business date and its files (relative to landing)."""

    table: str
    dag_id: str
    date: str
    files: tuple[str, ...]


def pending(settings: Settings, waiting: Waiting) -> tuple[Pending, ...]:
    """Return a run for each table and business date with files that were neither taken in nor are held by today's contract."""
    found, contracts = [], landed(settings.contracts).values()
    known = settled(settings, contracts)
    for contract in contracts:
        folder = settings.landing / contract.source_class / contract.table
        for date in _dates(folder):
            taken = known if contract.merge != "snapshot" else settled(settings, [contract], date)
            try:
                files = waiting(settings, contract, date, taken[contract.table])
            except Refused:  # a link that leads elsewhere, which `strays` tells: the other tables' files wait all the same
                continue
            names = tuple(file.relative for file in files)
            found += [Pending(contract.table, contract.dag_id, date, names)] if names else []
    return tuple(found)


def strays(settings: Settings) -> tuple[str, ...]:
    """Return a sentence for each folder of landing whose files nobody will ever take in: the wrong class, table or date."""
    tables = names(settings.contracts) | {f"{contract.source_class}/{contract.table}" for contract in landed(settings.contracts).values()}
    folders = {path.parent for path in settings.landing.rglob("*") if path.is_file() and not path.name.startswith(".")}
    links = sorted(path.relative_to(settings.landing).as_posix() for path in settings.landing.glob("*/*/*") if path.is_dir() and _is_link(path, settings.landing))
    found = ((folder.relative_to(settings.landing).as_posix(), _astray(folder.relative_to(settings.landing).parts, tables)) for folder in sorted(folders))
    told = [f"landing/{place}: {why} Its files are not taken in. Move them." for place, why in found if why]
    return (*told, *(f"landing/{place}: is a link that leads elsewhere. Its files are not taken in. Put a real folder in its place." for place in links))


def _is_link(folder: Path, landing: Path) -> bool:
    return folder.resolve() != landing.resolve() / folder.relative_to(landing)


def _astray(parts: tuple[str, ...], tables: Iterable[str]) -> str:
    table = "/".join(parts[:2])
    if table not in tables:
        return f"no table lands in '{table}'.{nearest(table, sorted(tables))}" if table else "files belong into <class>/<table>/<date>/."
    if len(parts) != 3 or not _is_date(parts[2]):
        return f"'{'/'.join(parts[2:])}' is no business date, written 2026-03-01."
    return ""


def _dates(folder: Path) -> list[str]:
    names = [path.name for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    return sorted(name for name in names if _is_date(name))


def _is_date(name: str) -> bool:
    """Whether this is the name of a business date's folder: one such as 2026-02-30 would end every list of what waits."""
    try:
        return bool(DATE.match(name) and Date.fromisoformat(name))
    except ValueError:
        return False
