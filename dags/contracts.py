"""The contracts the DAGs are made from: those that can be read, and a sentence about each that cannot."""

from dataclasses import dataclass
from pathlib import Path

from schemas.contract import Contract
from schemas.errors import Refused
from schemas.load import SUFFIX, load, load_all, load_marts


@dataclass(frozen=True)
class Shelf:
    """What stands in the contracts folder. `refusals` name file and line, one sentence a file."""

    tables: tuple[Contract, ...]
    marts: tuple[Contract, ...]
    refusals: tuple[str, ...]


def read(folder: Path, dag_id: str | None = None) -> Shelf:
    """Read the contracts below `folder`, one broken file leaving the others as they are.

    dag_id: read only this DAG's contract, found by its file name; None for all.
    """
    found: dict[str, Contract] = {}
    refusals = []
    for path in sorted(folder.rglob(f"*{SUFFIX}" if dag_id is None else f"{dag_id.split('.')[-1]}{SUFFIX}")):
        try:
            contract = load(path)
            if contract.table in found:
                raise Refused(f"{path}:1: table '{contract.table}' is also in {found[contract.table].path}. Rename one.")
            found[contract.table] = contract
        except Refused as refusal:
            refusals.append(str(refusal))
    landed = tuple(contract for contract in found.values() if not _is_mart(contract))
    return Shelf(landed, tuple(filter(_is_mart, found.values())), tuple(refusals))


def _is_mart(contract: Contract) -> bool:
    return contract.source_class == "gold"


def refusals(folder: Path) -> tuple[str, ...]:
    """Return a sentence for each contract that cannot be read, or for what they say of one another; () when all is well."""
    try:
        load_all(folder)
        load_marts(folder)
    except Refused as first:
        return read(folder).refusals or (str(first),)
    return ()
