"""What the ledger says of one table, laid out for the proof: its released batches in order, and its files."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date as Date
from typing import Any

from jobs.evidence import trace
from jobs.evidence.intake import batch_id
from jobs.serve.batches import Entry, ledger
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.load import load
from schemas.settings import Settings


@dataclass(frozen=True)
class Batch:
    """One released batch. number: its place in the order of releases.  contract: as it was when it judged the batch.

    is_traced: whether the account of its rows is there.  is_over: whether the contract's retention has passed.
    """

    number: int
    entry: Entry
    contract: Contract
    is_traced: bool
    is_over: bool

    def hop(self, name: str) -> Mapping[str, Any]:
        """Return a hop's line of the ledger; empty when there is none."""
        return next((hop for hop in self.entry.hops if hop["hop"] == name), {})

    @property
    def files(self) -> tuple[dict[str, Any], ...]:
        """The ledger's lines of the files it took in."""
        return tuple(file for file in self.entry.files if file["state"] == "taken")


@dataclass(frozen=True)
class Books:
    """A table's batches: those released, oldest first, and the files of those that are held."""

    contract: Contract
    batches: tuple[Batch, ...]
    held: tuple[dict[str, Any], ...]


def books(settings: Settings, contract: Contract, today: Date) -> Books:
    """Return what the ledger says of a table."""
    entries = ledger(settings, contract.table)
    released = sorted((one for one in entries if one.state == "released"), key=lambda one: (one.version_written or 0, one.at))
    batches = tuple(_batch(settings, contract, entry, today) for entry in released)
    held = tuple(file for one in entries if one.state == "held" for file in one.files if file["state"] == "held")
    return Books(contract, tuple(replace(one, number=number) for number, one in enumerate(batches)), held)


def _batch(settings: Settings, contract: Contract, entry: Entry, today: Date) -> Batch:
    day = Date.fromisoformat(entry.date)
    is_over = (today.year - day.year, today.month, today.day) > (contract.retention_years, day.month, day.day)
    is_traced = any(trace.rows(settings, contract.table, entry.batch).glob("*.parquet"))
    return Batch(0, entry, _judge(settings, contract, entry), is_traced, is_over)


def _judge(settings: Settings, contract: Contract, entry: Entry) -> Contract:
    """Return the contract that judged a batch: today's when it has the same version, else the one kept with the trace."""
    kept = trace.edition(settings, contract, entry.batch)
    if entry.batch == batch_id(contract, entry.date, (file["sha256"] for file in entry.files)) or not kept.is_file():
        return contract
    try:
        return load(kept)
    except Refused:  # written in words that today's govlake does not know any more
        return contract
