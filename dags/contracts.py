"""The contracts the DAGs are made from: those that can be read, and a sentence about each that cannot."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from dags.memory import remembered
from schemas import readable
from schemas.contract import Contract
from schemas.load import MARTS, STREAMS, SUFFIX, load


def tables(folder: Path, dag_id: str | None = None) -> tuple[Contract, ...]:
    """Return the contracts of landed tables below `folder`, leaving out those that cannot be read.

    dag_id: only this DAG's contract, found by its file name; None for all.
    """
    return _readable(path for path in _files(folder, dag_id) if path.parent.name not in (MARTS, STREAMS))


def marts(folder: Path, dag_id: str | None = None) -> tuple[Contract, ...]:
    """Return the contracts of gold tables below `folder`, as `tables` does."""
    return _readable(path for path in _files(folder, dag_id) if path.parent.name == MARTS)


def streams(folder: Path) -> tuple[Contract, ...]:
    """Return the contracts of tables fed by a topic, as `tables` does."""
    return _readable(path for path in _files(folder, None) if path.parent.name == STREAMS)


def refusals(folder: Path) -> tuple[str, ...]:
    """Return a sentence for each contract that cannot be read, or for what they say of one another; () when all is well."""
    content = b"".join(str(path).encode() + path.read_bytes() for path in _files(folder, None))
    return remembered(f"refusals {folder}", content, partial(readable.refusals, folder))


def _files(folder: Path, dag_id: str | None) -> list[Path]:
    return sorted(folder.rglob(f"*{SUFFIX}" if dag_id is None else f"{dag_id.split('.')[-1]}{SUFFIX}"))


def _readable(paths: Iterable[Path]) -> tuple[Contract, ...]:
    return tuple(readable.first_of_each(paths, lambda path: remembered(str(path), path.read_bytes(), partial(load, path))).values())
