"""The rows of a table as they are stored now, each by the place it came from and the hash of what it holds."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from pyarrow import dataset, parquet

from jobs.evidence import trace
from jobs.serve import delta
from jobs.serve.proof import hashes
from jobs.serve.proof.books import Batch, Books
from schemas.settings import Settings

PLACE = ("_file", "_path", "_row")
PLACES = [("_file", pa.string()), ("_path", pa.string()), ("_row", pa.int64())]
STORED = pa.schema([*PLACES, ("_batch", pa.string()), ("hash", pa.int64())])
HELD = pa.schema(PLACES)
TRACED = pa.schema([*PLACES, ("_place", pa.string()), ("_hash", pa.int64()), ("_key", pa.int64()), ("_told", pa.int64()),
                    ("_batch", pa.string()), ("number", pa.int32())])


def silver(table: DeltaTable | None, books: Books) -> pa.Table:
    """Return the rows of silver, hashed over the columns in the order of the contract that judged each."""
    orders = {batch.entry.batch: batch.contract.names for batch in books.batches}
    names = list(dict.fromkeys([*books.contract.names, *(name for order in orders.values() for name in order)]))
    parts = [_placed(rows, _by_order(rows, orders, books.contract.names)) for rows in read(table, [*PLACE, "_batch", *names])]
    return pa.concat_tables([STORED.empty_table(), *parts])


def quarantine(table: DeltaTable | None) -> pa.Table:
    """Return the rows of quarantine, hashed over what is kept of each as it was sent."""
    parts = [_placed(rows, hashes.of_column(rows["_sent"])) for rows in read(table, [*PLACE, "_batch", "_sent"])]
    return pa.concat_tables([STORED.empty_table(), *parts])


def traced(settings: Settings, books: Books) -> pa.Table:
    """Return the traces of all released batches, with each batch's number."""
    return pa.concat_tables([TRACED.empty_table(), *(_trace(settings, batch) for batch in books.batches if batch.is_traced)])


def held(plans: Sequence[Any]) -> pa.Table:
    """Return the rows of the held batches of a table, from the candidates that wait for a decision."""
    folders = [folder for plan in plans for folder in plan.candidate.glob("_disposition=*")]
    files = [str(file) for folder in folders for file in sorted(folder.glob("*.parquet"))]
    rows = [dataset.dataset(files, format="parquet").to_table(columns=list(PLACE)).cast(HELD)] if files else []
    return pa.concat_tables([HELD.empty_table(), *rows])


def read(table: DeltaTable | None, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield a table's rows piece by piece, of the columns that it has, texts in the form that Arrow can work on; first a piece without a row."""
    if table is None:
        return
    known = {field.name for field in table.schema().fields}
    rows = pa.RecordBatchReader.from_stream(table.scan(columns=[name for name in columns if name in known]))
    kinds = [pa.large_string() if field.type == pa.string_view() else field.type for field in rows.schema]
    schema = pa.schema(list(zip(rows.schema.names, kinds, strict=True)))
    yield schema.empty_table()
    for batch in rows:
        yield pa.table(batch).cast(schema)


def strange_versions(table: DeltaTable, books: Books) -> tuple[str, ...]:
    """Return the versions of silver that no batch of the ledger wrote, with what their writer calls the operation."""
    written = {batch.entry.version_written for batch in books.batches}
    others = (one for one in table.history() if one["version"] not in written and one.get("operation") not in delta.UPKEEP)
    return tuple(f"{one['version']} ({one.get('operation', '?')})" for one in sorted(others, key=lambda one: one["version"]))


def _trace(settings: Settings, batch: Batch) -> pa.Table:
    files = sorted(trace.rows(settings, batch.contract.table, batch.entry.batch).glob("*.parquet"))
    rows = pa.concat_tables([parquet.read_table(file, columns=list(trace.COLUMNS)) for file in files])
    batches = pa.array([batch.entry.batch], pa.string()).take(pa.array(np.zeros(rows.num_rows, np.int32)))
    stamped = rows.append_column("_batch", batches).append_column("number", pa.array(np.full(rows.num_rows, batch.number, np.int32)))
    return stamped.cast(TRACED)


def _placed(rows: pa.Table, found: pa.Array) -> pa.Table:
    named = {name: rows[name].cast(STORED.field(name).type) for name in (*PLACE, "_batch")}
    return pa.table({**named, "hash": found}, schema=STORED)


def _by_order(rows: pa.Table, orders: Mapping[str, tuple[str, ...]], today: tuple[str, ...]) -> pa.Array:
    """Hash each row over the columns that its batch's contract had: nearly always one order for all of them."""
    batches = rows["_batch"].cast(pa.string())
    order_of = {batch: orders.get(batch, today) for batch in pc.unique(batches).to_pylist()}
    found = np.zeros(rows.num_rows, np.int64)
    for order in dict.fromkeys(order_of.values()):
        mine = pa.array([batch for batch, own in order_of.items() if own == order], pa.string())
        here = np.flatnonzero(pc.is_in(batches, value_set=mine).to_numpy())
        found[here] = hashes.row_hashes(rows.take(pa.array(here)), order)
    return pa.array(found)


def opened(settings: Settings, layer: str, noun: str) -> DeltaTable | None:
    """Return a table of the lake as it is now; None when it has no version."""
    return delta.opened(settings.lake / layer / noun)
