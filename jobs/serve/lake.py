"""The lake as programs other than Spark see it: the functions the command line, pages and plugins call."""

from jobs.serve.batches import Entry, ledger, settled
from jobs.serve.held import HeldBatch, held
from jobs.serve.past import Asked
from jobs.serve.pending import Pending, pending, strays
from jobs.serve.quarantine import Quarantine, Reason, quarantine, top_reasons
from jobs.serve.shown import Shown, show
from jobs.serve.status import TableStatus, tables

__all__ = [
    "Asked", "Entry", "HeldBatch", "Pending", "Quarantine", "Reason", "Shown", "TableStatus",
    "held", "ledger", "pending", "quarantine", "settled", "show", "strays", "tables", "top_reasons",
]
