"""Gold tables proved: each holds what its last computing booked, and that was made from versions that the ledger knows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from deltalake.exceptions import DeltaError

from jobs.evidence.intake import computing_id
from jobs.serve import delta
from jobs.serve.batches import Entry, ledger
from jobs.serve.proof import hashes, stored
from jobs.serve.proof.finding import Finding
from schemas.contract import Contract
from schemas.settings import Settings

SOURCE = re.compile(r"([a-z_0-9]+) version ([0-9]+)")  # as jobs/marts/mart.py writes them into the note of its hop


@dataclass(frozen=True)
class GoldProof:
    """One gold table. date, versions: what it was computed for and from, as its ledger line names them; booked: rows and hash sum there.

    behind: sources that have a newer version by now.
    """

    table: str
    rows: int
    batch: str | None
    date: str
    versions: Mapping[str, int]
    booked: tuple[int, str]
    behind: tuple[str, ...]
    findings: tuple[Finding, ...]


def prove(settings: Settings, contract: Contract) -> GoldProof:
    """Prove one gold table against the ledger."""
    name, entries = f"gold.{contract.table}", ledger(settings, contract.table)
    table = stored.opened(settings, "gold", contract.table)
    if not entries or table is None:
        lost = [] if not entries and table is None else [Finding(name, None, None, "sum", None, f"{name} and its lines in the ledger are not both there.")]
        return GoldProof(name, 0, None, "", {}, (0, "0"), (), tuple(lost))
    last = entries[-1]
    sources = named(last)
    try:
        rows = pa.concat_tables(stored.read(table, [*contract.names, "_batch"]))
        told = [*_altered(contract, last, rows), *_unfounded(contract, last, sources)]
        count = rows.num_rows
    except (DeltaError, OSError, ValueError) as error:
        told, count = [f"can't be read: {str(error).splitlines()[0][:200]}."], 0
    told += _unknown(settings, contract, sources)
    findings = tuple(Finding(name, None, None, "sum", last.batch, f"{name} {last.date}: {said}") for said in told)
    booked = (last.hops[-1]["rows_out"], last.hops[-1]["hash"])
    return GoldProof(name, count, last.batch, last.date, sources, booked, tuple(_behind(settings, contract, sources)), findings)


def named(last: Entry) -> Mapping[str, int]:
    """Return the versions that a computing's line in the ledger names, by the table it read."""
    return {source: int(version) for source, version in SOURCE.findall(last.note or "")}


def _altered(contract: Contract, last: Entry, rows: pa.Table) -> Iterator[str]:
    hop: dict[str, Any] = last.hops[-1]
    found = (rows.num_rows, str(hashes.low_sum(hashes.row_hashes(rows, contract.names))))
    if found != (hop["rows_out"], hop["hash"]):
        meant = f"{hop['rows_out']} rows (sum {hop['hash']})"
        yield f"altered: it holds {found[0]} rows (sum {found[1]}), and {meant} were computed. Version {last.version_written} holds those."
    strange = set(rows["_batch"].unique().to_pylist()) - {last.batch}
    if strange:
        yield f"{len(strange)} batch(es) in it are not the last one that the ledger knows, {last.batch}."


def _unfounded(contract: Contract, last: Entry, sources: Mapping[str, int]) -> Iterator[str]:
    """The id of a computing is made of the versions it read: those that its line names have to lead to it."""
    if computing_id(contract, last.date, sources) != last.batch:
        yield "the versions that its line in the ledger names are not those it was computed from, or its contract has another version now."


def _unknown(settings: Settings, contract: Contract, sources: Mapping[str, int]) -> Iterator[str]:
    for name in contract.reads:
        written = {entry.version_written for entry in ledger(settings, name)}
        if name not in sources:
            yield f"its line in the ledger names no version of {contract.layer_of(name)}.{name}."
        elif sources[name] not in written and delta.written(settings.lake / contract.layer_of(name) / name, sources[name]) not in written:
            yield f"it was computed from version {sources[name]} of {contract.layer_of(name)}.{name}, which no batch of the ledger wrote."


def _behind(settings: Settings, contract: Contract, sources: Mapping[str, int]) -> Iterator[str]:
    for name, version in sources.items():
        layer = contract.layer_of(name)
        table = stored.opened(settings, layer, name)
        if table is not None and delta.written(settings.lake / layer / name, table.version()) > version:
            yield name
