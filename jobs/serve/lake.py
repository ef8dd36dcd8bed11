"""The lake as programs other than Spark see it: the functions the command line, pages and plugins call."""

from jobs.serve.batches import Entry, ledger, settled
from jobs.serve.pending import Pending, pending, strays
from jobs.serve.quarantine import Quarantine, Reason, quarantine, top_reasons
from jobs.serve.shown import Shown, show
from jobs.serve.status import TableStatus, tables

__all__ = [
    "Entry", "Pending", "Quarantine", "Reason", "Shown", "TableStatus",
    "ledger", "pending", "quarantine", "settled", "show", "strays", "tables", "top_reasons",
]
