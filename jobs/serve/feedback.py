"""What a department is told of a day: its deliveries, the rows taken in and refused, why, and where they stand in its files."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from jobs.serve import delta
from jobs.serve.batches import Entry, ledger
from jobs.serve.held import held
from jobs.serve.quarantine import Broken, broken
from jobs.serve.status import BEIJING
from schemas.classification import mask
from schemas.contract import Contract
from schemas.readable import landed
from schemas.settings import Settings

# jobs.publish.plan.holding, handed in by the command line: packages of the upper floor do not import one another.
Holding = Callable[[Settings, str], Iterable[Any]]
FAULTS = "SELECT _path, _row, _batch, _violations FROM stored WHERE len(_violations) > 0 ORDER BY _path, _row, _batch"
HELD_ROWS = 10_000  # of a table's held batches, told row by row; the audit's own sentence has the whole count


@dataclass(frozen=True)
class Department:
    """Who delivers: the contract's owner. code: short name, also that of its folder."""

    code: str
    name: str
    contracts: tuple[Contract, ...]


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one row of a file; the value is masked whatever the table's class: what was refused may stand in the wrong column.

    is_row_refused: whether the row was set aside; else it was taken in without the value.
    """

    batch: str
    contract: Contract
    date: str
    path: str
    row: int
    broken: Broken
    is_row_refused: bool = True


def departments(settings: Settings) -> tuple[Department, ...]:
    """Return everybody who delivers files, by code."""
    found: dict[str, list[Contract]] = {}
    for contract in landed(settings.contracts).values():
        found.setdefault(contract.owner_code, []).append(contract)
    return tuple(Department(code, owned[0].owner, tuple(owned)) for code, owned in sorted(found.items()))


def judged(settings: Settings, day: date) -> tuple[Entry, ...]:
    """Return the batches of which the ledger booked something on a day (Beijing), as they stand now."""
    return tuple(entry for entry in ledger(settings) if any(row["at"].astimezone(BEIJING).date() == day for row in (*entry.hops, *entry.files)))


def faults(settings: Settings, contract: Contract, entries: Sequence[Entry], holding: Holding) -> Iterator[Fault]:
    """Yield what is wrong with the rows that these batches of a table set aside, or would while they are held, in the files' order.

    After them, values that were left out of rows taken in, where the contract says so (`drift`). Memory does not grow with the
    number of rows, held batches aside.
    """
    dates = {entry.batch: entry.date for entry in entries}
    for row in _stored(settings, "quarantine", contract, list(dates)):
        for violation in row["_violations"]:
            yield Fault(row["_batch"], contract, dates[row["_batch"]], row["_path"], row["_row"], _closed(broken(violation, contract)))
    if any(entry.state == "held" for entry in entries):
        for batch in held(settings, contract.table, HELD_ROWS, holding):
            for one in batch.rows if batch.batch in dates else ():
                yield from (Fault(batch.batch, contract, batch.date, one.path, one.row, _closed(said)) for said in one.violations)
    discarded = left_out(contract)
    for row in _stored(settings, "silver", contract, list(dates) if discarded else []):
        found = (broken(one, contract) for one in row["_violations"] if (one["rule"], one["column"]) in discarded)
        yield from (Fault(row["_batch"], contract, dates[row["_batch"]], row["_path"], row["_row"], _closed(said), is_row_refused=False) for said in found)


def left_out(contract: Contract) -> frozenset[tuple[str, str]]:
    """Return rule and column of the warnings that stand for a value discarded by the contract's `drift`."""
    found = {("unknown_column", "")} if contract.drift.columns == "discard_value" else set()
    if contract.drift.values == "discard_value":
        found |= {("form", column.name) for column in contract.columns if column.logical_type != "string"}
        found |= {("length", column.name) for column in contract.columns if not any(use.rule == "length" for use in column.rules)}  # else it may be the rule's
    return frozenset(found)


def _closed(said: Broken) -> Broken:
    return replace(said, value=mask(said.value, "personal"))


def _stored(settings: Settings, layer: str, contract: Contract, batches: list[str]) -> Iterator[dict[str, Any]]:
    """The rows of these batches that have violations."""
    table = delta.opened(settings.lake / layer / contract.table)
    if table is None or not batches:
        return iter(())
    named = ", ".join(f"'{batch}'" for batch in batches)  # hexadecimal: see evidence.intake.batch_id
    stored = table.scan(columns=["_path", "_row", "_batch", "_violations"], predicate=f"_batch IN ({named})")
    return delta.each({"stored": stored}, FAULTS)
