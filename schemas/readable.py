"""Contracts taken one by one: a mistake in one of them hides that table from those who look, and no other."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from schemas.contract import Contract
from schemas.errors import Refused
from schemas.load import MARTS, STREAMS, SUFFIX, load


def landed(folder: Path) -> dict[str, Contract]:
    """Return the contracts of landed tables below `folder` that can be read, by table name, in file order."""
    return _readable(path for path in _files(folder) if path.parent.name not in (MARTS, STREAMS))


def every(folder: Path) -> dict[str, Contract]:
    """Return the contracts that can be read: of landed tables, then of those fed by a topic, then of gold tables."""
    streams, marts = (_readable(path for path in _files(folder) if path.parent.name == name) for name in (STREAMS, MARTS))
    return {**landed(folder), **streams, **marts}


def refusals(folder: Path) -> tuple[str, ...]:
    """Return a sentence for each contract that cannot be read."""
    return tuple(found for found in map(_loaded, _files(folder)) if isinstance(found, str))


def names(folder: Path) -> frozenset[str]:
    """Return `<folder>/<table>` of every contract file, read or not."""
    return frozenset(f"{path.parent.name}/{path.name.removesuffix(SUFFIX)}" for path in _files(folder))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob(f"*{SUFFIX}"))


def _readable(paths: Iterable[Path]) -> dict[str, Contract]:
    """The first contract of each table name."""
    found: dict[str, Contract] = {}
    for contract in map(_loaded, paths):
        if isinstance(contract, Contract):
            found.setdefault(contract.table, contract)
    return found


def _loaded(path: Path) -> Contract | str:
    stamp = path.stat()
    return _once(path, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=1000)
def _once(path: Path, changed_ns: int, size: int) -> Contract | str:
    """The contract, or why it cannot be read: 15 ms, which one command would spend twice."""
    try:
        return load(path)
    except Refused as refusal:
        return str(refusal)
