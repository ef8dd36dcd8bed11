"""Where each row of a released batch went: the trace, kept beside the tables and written before the ledger's lines."""

from pathlib import Path

from schemas.contract import Contract
from schemas.settings import Settings

SILVER, QUARANTINE, DUPLICATE = "silver", "quarantine", "duplicate"
# _place: one of the three.  _hash: of the typed values, as the ledger sums it.  _key: hash of the key's columns.
# _told: hash of what quarantine keeps of the row as sent, null for a row that did not go there.
COLUMNS = ("_file", "_path", "_row", "_place", "_hash", "_key", "_told")


def folder(settings: Settings, table: str, batch: str) -> Path:
    """Return the folder of a batch's trace: `rows`, in Parquet, and the contract it was judged under."""
    return settings.lake / "_trace" / table / batch


def rows(settings: Settings, table: str, batch: str) -> Path:
    """Return the Parquet folder of a batch's trace."""
    return folder(settings, table, batch) / "rows"


def edition(settings: Settings, contract: Contract, batch: str) -> Path:
    """Return the contract as it was when it judged the batch."""
    return folder(settings, contract.table, batch) / contract.path.name
