"""A few rows of a Delta table written and read without Spark: an append costs Spark a second, most of it for reading the table's log."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import DeltaError, TableNotFoundError

from schemas.errors import Unavailable

KINDS = {"str": pa.string(), "int": pa.int64(), "datetime": pa.timestamp("us", tz="UTC")}


def append_once(path: Path, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]], event: str, kept: Mapping[str, str]) -> None:
    """Append rows in one commit; a repeat with the same event changes nothing (a Delta transaction, as Spark's txnAppId).

    columns: the type of each by name: str, int or datetime (an instant with its zone). kept: properties a new table is born with.
    For whoever holds the table's lock. Raises Unavailable when it cannot be written; nothing was changed then.
    """
    try:
        if _transaction(path, event) is None:
            schema = pa.schema([(name, KINDS[kind]) for name, kind in columns.items()])
            taken = CommitProperties(app_transactions=[Transaction(event, 1)])
            table = pa.Table.from_pylist([dict(row) for row in rows], schema=schema)
            write_deltalake(path, table, mode="append", schema_mode="merge", configuration=kept, commit_properties=taken)
    except (DeltaError, OSError) as error:
        if "No space left" in str(error):
            raise  # the entry point has the sentence for that
        raise Unavailable(f"{path} could not be written: {str(error).splitlines()[0][:300]} Nothing was changed in it; run again.") from error


def rows(path: Path, columns: Sequence[str], **wanted: str) -> list[dict[str, Any]]:
    """Return these columns of the rows that have the wanted values; none when the table has no commit yet.

    Raises Unavailable when it cannot be read.
    """
    filters = [(name, "=", value) for name, value in wanted.items()] or None
    try:
        found: list[dict[str, Any]] = DeltaTable(path).to_pyarrow_table(columns=list(columns), filters=filters).to_pylist()
    except TableNotFoundError:
        return []
    except (DeltaError, OSError) as error:
        raise Unavailable(f"{path} could not be read: {str(error).splitlines()[0][:300]} Nothing was changed; run again.") from error
    return found


def _transaction(path: Path, event: str) -> int | None:
    try:
        return DeltaTable(path).transaction_version(event)
    except TableNotFoundError:
        return None
