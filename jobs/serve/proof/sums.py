"""Traces and silver against the ledger: as many rows as each hop booked, and the same order-free sums of their hashes."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jobs.evidence import trace
from jobs.serve.proof.books import Batch, Books
from jobs.serve.proof.finding import Finding
from jobs.serve.proof.hashes import low_sum


def findings(kept: Books, traced: pa.Table) -> Iterator[Finding]:
    """Yield a finding for each batch without a trace, and for each whose trace is not what its hops booked."""
    order = np.argsort(traced["number"].to_numpy(), kind="stable")
    numbers = traced["number"].to_numpy()[order]
    silver, duplicate = (np.asarray(pc.equal(traced["_place"], place).combine_chunks())[order] for place in (trace.SILVER, trace.DUPLICATE))
    hashes = traced["_hash"].to_numpy()[order]
    for batch in kept.batches:
        start, end = np.searchsorted(numbers, [batch.number, batch.number + 1])
        said = _fault(batch, hashes[start:end], silver[start:end], duplicate[start:end])
        if said:
            yield Finding(kept.contract.table, None, None, "sum", batch.entry.batch, f"{kept.contract.table} {batch.entry.date}: {said}")


def placeless(kept: Books, silver: pa.Table) -> Iterator[Finding]:
    """Yield a finding for each batch with other rows that stand in no file than its hop `close` booked."""
    made = Counter(silver.filter(pc.is_null(silver["_path"]))["_batch"].to_pylist())
    booked = {batch.entry.batch: batch.hop("close").get("rows_out", 0) for batch in kept.batches}
    for batch in sorted({*made, *booked}, key=str):
        if made[batch] != booked.get(batch, 0):
            told = f"foreign: silver holds {made[batch]} rows of batch {batch} that stand in no file, and {booked.get(batch, 0)} were booked."
            yield Finding(kept.contract.table, None, None, "foreign", batch, f"{kept.contract.table}: {told}")


def _fault(batch: Batch, hashes: NDArray[np.int64], silver: NDArray[np.bool_], duplicate: NDArray[np.bool_]) -> str | None:
    name = batch.entry.batch
    if not batch.is_traced:
        rows = sum(line["records"] or 0 for line in batch.files)
        return f"batch {name} has no trace: it was lost, or the batch is older than traces are; its {rows:,} rows are not proved."
    ingest, release = batch.hop("ingest"), batch.hop("release")
    meant = (ingest.get("rows_out"), ingest.get("hash"), release.get("rows_out"), release.get("rows_duplicate"), release.get("hash"))
    found = (len(hashes), str(low_sum(hashes)), int(silver.sum()), int(duplicate.sum()), str(low_sum(hashes[silver])))
    if found == meant:
        return None
    return f"the trace of batch {name} is not what the ledger booked: {_counts(*found)} in the trace, {_counts(*meant)} in the ledger."


def _counts(rows: object, total: object, silver: object, duplicate: object, released: object) -> str:
    return f"{rows} rows (sum {total}), of them {silver} to silver (sum {released}) and {duplicate} duplicates"
