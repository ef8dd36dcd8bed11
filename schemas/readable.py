"""Contracts as far as they can be read: a mistake in one of them hides that table from those who look, and no other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from schemas.contract import Contract
from schemas.errors import Refused
from schemas.load import MARTS, STREAMS, SUFFIX, load, load_all, load_marts, load_streams

Stamps = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Known:
    """The contracts below a folder that can be read, by table name, in file order.

    refusals: a sentence about each that cannot be read, or else about what they say of one another; () when all is well.
    """

    landed: dict[str, Contract]
    streams: dict[str, Contract]
    marts: dict[str, Contract]
    refusals: tuple[str, ...] = ()


def landed(folder: Path) -> dict[str, Contract]:
    """Return the contracts of landed tables below `folder`."""
    return known(folder).landed


def every(folder: Path) -> dict[str, Contract]:
    """Return the contracts of landed tables, then of those fed by a topic, then of gold tables."""
    found = known(folder)
    return {**found.landed, **found.streams, **found.marts}


def refusals(folder: Path) -> tuple[str, ...]:
    """Return `Known.refusals` of a folder."""
    return known(folder).refusals


def names(folder: Path) -> frozenset[str]:
    """Return `<folder>/<table>` of every contract file, read or not."""
    return frozenset(f"{path.parent.name}/{path.name.removesuffix(SUFFIX)}" for path in folder.rglob(f"*{SUFFIX}"))


def known(folder: Path) -> Known:
    """Return what can be read, read once while no file below `folder` changes: contracts take half a second."""
    return _known(folder, tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.rglob("*")) if path.is_file()))


def first_of_each(paths: Iterable[Path], read: Callable[[Path], Contract] = load) -> dict[str, Contract]:
    """Return the first contract of each table name that can be read: a second one is for `refusals` to name."""
    found: dict[str, Contract] = {}
    for path in paths:
        try:
            contract = read(path)
        except Refused:
            continue
        found.setdefault(contract.table, contract)
    return found


@lru_cache(maxsize=8)
def _known(folder: Path, stamps: Stamps) -> Known:
    try:
        return Known(load_all(folder), load_streams(folder), load_marts(folder))
    except Refused as together:
        files = sorted(folder.rglob(f"*{SUFFIX}"))
        of = {kind: first_of_each(path for path in files if path.parent.name == kind) for kind in (STREAMS, MARTS)}
        plain = first_of_each(path for path in files if path.parent.name not in of)
        return Known(plain, of[STREAMS], of[MARTS], tuple(_each(files)) or (str(together),))


def _each(files: Iterable[Path]) -> Iterable[str]:
    for path in files:
        try:
            load(path)
        except Refused as refusal:
            yield str(refusal)
