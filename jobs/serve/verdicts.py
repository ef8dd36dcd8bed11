"""The ledger of verdicts read without Spark: single rows, whole batches, its seals."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError

from jobs.evidence import leaf
from jobs.evidence.seal import KEYS, Seal
from jobs.serve import delta
from schemas.errors import Refused, Unavailable
from schemas.settings import Settings

COLUMNS = [*leaf.STORED, *leaf.HASHED, "leaf", "received_on"]
DAMAGE = (pa.ArrowException, DeltaError, OSError, ValueError, ArithmeticError)  # what a reader says of a file that is not what was written
AT_ONCE = 50  # batches read together: one query each would take the longest part of a walk
INSTANTS = [name for name in COLUMNS if name.endswith("_at")]
SEALS = pa.schema([(name, pa.int64() if kind is int else pa.string()) for name, kind in KEYS.items()])


@dataclass(frozen=True)
class File:
    """One data file of the ledger. first, last: its batches, and day: its partition, as the table's log says."""

    name: str
    first: int
    last: int
    day: date
    open: Callable[[], Any]

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows as they stand in the file itself. Raises one of DAMAGE when it can't be read."""
        read = pq.read_table(self.open(), columns=COLUMNS[:-1], coerce_int96_timestamp_unit="us")
        for name in INSTANTS:  # Spark writes them as INT96, which knows no zone
            read = read.set_column(read.schema.get_field_index(name), name, read[name].cast(pa.timestamp("us", tz="UTC")))
        found: list[dict[str, Any]] = read.to_pylist()
        return [{**row, "received_on": self.day} for row in found]


def table(settings: Settings) -> DeltaTable:
    """Return the ledger's table. Raises Unavailable when it has no commit yet, Refused when its log can't be read."""
    found = _opened(settings, "silver", "verdict")
    if found is None:
        raise Unavailable("There is no silver.verdict yet. Nothing was read. The stack's program `verdicts` makes it: `make status`.")
    return found


def seals(settings: Settings, since: int = 0) -> tuple[Seal, ...]:
    """Return the seals in the lake from a batch on, by batch; a batch sealed twice is returned twice."""
    stored = _opened(settings, "ledger", "seal")
    found = [] if stored is None else _read(stored, list(KEYS), f"batch_id >= {since}").to_pylist()
    return tuple(sorted((Seal(**row) for row in found), key=lambda one: one.batch_id))


def add_seals(settings: Settings, made: list[Seal]) -> None:
    """Append seals to the lake in one commit."""
    rows = pa.Table.from_pylist([asdict(one) for one in made], schema=SEALS)
    write_deltalake(str(settings.lake / "ledger" / "seal"), rows, mode="append", configuration={"delta.appendOnly": "true"})


def of_request(stored: DeltaTable, request: str) -> dict[str, Any] | None:
    """Return the row of a request; None when there is none."""
    quoted = request.replace("'", "''")
    return next(iter(_read(stored, COLUMNS, f"request_id = '{quoted}'").to_pylist()), None)


def batches(stored: DeltaTable, since: int) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Return the batches from a number on, oldest first, each with its rows by request id."""
    numbers = sorted(_read(stored, ["batch_id"], f"batch_id >= {since}").column("batch_id").unique().to_pylist())
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        found: dict[int, list[dict[str, Any]]] = {number: [] for number in some}
        for row in _ordered(stored, f"batch_id >= {some[0]} AND batch_id <= {some[-1]}"):
            found[row["batch_id"]].append(row)
        yield from found.items()


def batch(stored: DeltaTable, number: int) -> list[dict[str, Any]]:
    """Return the rows of a batch, by request id."""
    return _ordered(stored, f"batch_id = {number}")


def files(stored: DeltaTable) -> list[File]:
    """Return the data files, by their first batch. A query would take constants from the log and never see a changed byte."""
    fragments = {fragment.path: fragment for fragment in stored.to_pyarrow_dataset().get_fragments()}
    found = [
        File(one["path"], one["min.batch_id"] or 0, one["max.batch_id"] or 0, one["partition.received_on"], fragments[one["path"]].open)
        for one in pa.table(stored.get_add_actions(flatten=True)).to_pylist()
    ]
    return sorted(found, key=lambda file: (file.first, file.name))


def ids(stored: DeltaTable, kind: str, since: int, until: int) -> list[str]:
    """Return the request ids of the rows of a kind whose requests the broker took in between two instants (ms), both included."""
    edges = [datetime.fromtimestamp(edge / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f") for edge in (since, until)]
    span = " AND ".join(f"received_at {sign} TIMESTAMP '{edge}Z'" for sign, edge in zip((">=", "<="), edges, strict=True))
    names: list[str] = _read(stored, ["request_id"], f"kind = '{kind}' AND {span}").column("request_id").to_pylist()
    return names


def _ordered(stored: DeltaTable, condition: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _read(stored, COLUMNS, condition).to_pylist()
    return sorted(rows, key=lambda row: str(row["request_id"]))


def _read(stored: DeltaTable, columns: list[str], condition: str) -> pa.Table:
    try:
        return pa.RecordBatchReader.from_stream(stored.scan(columns=columns, predicate=condition)).read_all()
    except DAMAGE as error:
        noun = stored.table_uri.rstrip("/").rsplit("/", 1)[-1]
        raise Refused(f"A file of the table '{noun}' can't be read: it was changed or lost. `govlake evidence` says which.") from error


def _opened(settings: Settings, layer: str, noun: str) -> DeltaTable | None:
    try:
        return delta.opened(settings.lake / layer / noun)
    except DeltaError as error:
        raise Refused(f"The log of {layer}.{noun} can't be read: it was changed or lost. Nothing was read. See docs/runbooks/evidence.md.") from error
