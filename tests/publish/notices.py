"""What the tests of a whole run are told with: rows of the small table, as a file, and what came of them."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from jobs.lake import tables
from schemas.contract import Contract
from schemas.settings import Settings
from tests import rows

DAY = "2026-03-02"
Row = dict[str, str | None]


def notice(contract: Contract, number: str | None, **changed: str | None) -> Row:
    """The contract's example row under another number."""
    return {**rows.example(contract), contract.key[0]: number, **changed}


def too_many_without_number(contract: Contract) -> list[Row]:
    """One good row and nine without a key: more than the contract lets pass."""
    return [notice(contract, "N2"), *[notice(contract, None, score=str(n)) for n in range(9)]]


def as_csv(contract: Contract, sent: Sequence[Row]) -> bytes:
    """Rows as a CSV file with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, contract.names)
    writer.writeheader()
    writer.writerows(sent)
    return text.getvalue().encode()


def stored(spark: Any, here: Settings, layer: str, noun: str) -> list[Any]:
    """Every row of a table of the lake; none when it has no version."""
    found = tables.read(spark, tables.table(here, layer, noun))
    return [] if found is None else found.collect()


def silver(spark: Any, here: Settings, contract: Contract) -> dict[str, Any]:
    """The rows that readers get, by number."""
    return {row[contract.key[0]]: row for row in stored(spark, here, "silver", contract.table)}


def unbalanced(spark: Any, here: Settings) -> list[Any]:
    """The hops of the ledger that lost or made a row."""
    return [
        hop
        for hop in stored(spark, here, "ledger", "hop")
        if hop["rows_in"] != hop["rows_out"] + hop["rows_quarantined"] + hop["rows_duplicate"] + hop["rows_filtered"]
    ]
