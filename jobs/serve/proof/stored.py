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
from schemas import forms
from schemas.contract import Column, Contract
from schemas.renamed import known_as
from schemas.settings import Settings

PLACE = ("_file", "_path", "_row")
PLACES = [("_file", pa.string()), ("_path", pa.string()), ("_row", pa.int64())]
# Of a column: its name now, its name then, and its type then where that was another.
Form = tuple[tuple[str, str, pa.DataType | None], ...]
KINDS = {"string": pa.large_string(), "integer": pa.int64(), "boolean": pa.bool_(), "date": pa.date32(), "timestamp": pa.timestamp("us", "UTC")}
STORED = pa.schema([*PLACES, ("_batch", pa.string()), ("hash", pa.int64())])
HELD = pa.schema(PLACES)
TRACED = pa.schema([*PLACES, ("_place", pa.string()), ("_hash", pa.int64()), ("_key", pa.int64()), ("_told", pa.int64()),
                    ("_batch", pa.string()), ("number", pa.int32())])


def silver(table: DeltaTable | None, books: Books) -> pa.Table:
    """Return the rows of silver, hashed over the columns in the order of the contract that judged each."""
    today = books.contract
    known = {batch.entry.batch: _form(batch.contract, today) for batch in books.batches}
    names = list(dict.fromkeys([*today.names, *(name for batch in books.batches for name in batch.contract.names)]))
    parts = [_placed(rows, _by_form(rows, known, _form(today, today))) for rows in read(table, [*PLACE, "_batch", *names])]
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


def _form(judged_by: Contract, today: Contract) -> Form:
    """The columns in the order of the contract that judged a row: their names now, then, and the type they had where it is another one now."""
    now = {was: name for name, was in known_as(today.columns, judged_by.names).items()}
    kinds = {column.name: _kind(column) for column in today.columns}
    form = []
    for one in judged_by.columns:
        name, kind = now.get(one.name, one.name), _kind(one)
        form.append((name, one.name, None if kinds.get(name, kind) == kind else kind))
    return tuple(form)


def _kind(column: Column) -> pa.DataType:
    if column.logical_type == "number":
        return pa.float64() if column.physical_type == "double" else pa.decimal128(*forms.scale(column))
    return KINDS[column.logical_type]


def _by_form(rows: pa.Table, known: Mapping[str, Form], today: Form) -> pa.Array:
    """Hash each row over the columns that its batch's contract had: nearly always one form for all of them."""
    batches = rows["_batch"].cast(pa.string())
    form_of = {batch: known.get(batch, today) for batch in pc.unique(batches).to_pylist()}
    found = np.zeros(rows.num_rows, np.int64)
    for form in dict.fromkeys(form_of.values()):
        mine = pa.array([batch for batch, own in form_of.items() if own == form], pa.string())
        here = np.flatnonzero(pc.is_in(batches, value_set=mine).to_numpy())
        found[here] = hashes.row_hashes(_as_judged(rows.take(pa.array(here)), form), [was for _, was, _ in form])
    return pa.array(found)


def _as_judged(rows: pa.Table, form: Form) -> pa.Table:
    columns = {}
    for name, was, kind in form:
        place = name if name in rows.column_names else was  # no batch has come yet since it got its new name
        if place in rows.column_names:
            columns[was] = rows[place] if kind is None else rows[place].cast(kind)
    return pa.table(columns) if columns else rows.select([])


def opened(settings: Settings, layer: str, noun: str) -> DeltaTable | None:
    """Return a table of the lake as it is now; None when it has no version."""
    return delta.opened(settings.lake / layer / noun)
