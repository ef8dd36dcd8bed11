"""`govlake ledger`: what went into each batch and what came out, and the proof that every row is where it was put."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from jobs.commands.command import Answer, Command, as_json, day, json_option
from jobs.commands.layout import grid, line
from jobs.commands.look import HEADS, SUMS
from jobs.commands.prove import prove
from schemas.errors import Refused
from schemas.settings import Settings

if TYPE_CHECKING:
    from jobs.serve.lake import Entry

MADE = ("close", "restate")  # hops of versions that a dump makes without a row

def ledger(arguments: Namespace, settings: Settings) -> str | Answer:
    """Answer `govlake ledger`."""
    from jobs.serve.batches import ledger as entries
    from jobs.serve.locate import locate

    named = arguments.table or arguments.named
    if arguments.again and not arguments.prove:
        raise Refused("--again belongs to --prove. Nothing was read. Write `govlake ledger --prove --again`.")
    if arguments.prove and arguments.date:
        raise Refused("--prove is about a table as it is now, not about one date. Nothing was read. Leave out --date.")
    if arguments.prove:
        return prove(arguments, settings)
    noun = locate(settings, named).noun if named else None
    found = entries(settings, noun, arguments.date)
    if arguments.json:
        return as_json(found)
    if not found:
        return "The ledger has no batch for that. `govlake pending` lists files that wait to be taken in."
    rows = [
        [one.table, one.date, one.batch, one.state, *(getattr(one, key) for key in SUMS), one.balanced,
         one.encoding or None, len(one.files), one.version_written, one.at] for one in found
    ]
    heads = ("table", "date", "batch", "state", *HEADS, "balanced", "encoding", "files", "version", "at (Beijing)")
    notes = [f"{one.table} {one.date}: {line(note)}" for one in found for note in _notes(one)]
    holding = dict.fromkeys(one.table for one in found if one.state == "held")
    hints = [f"Bad rows of what is held 被扣留批次的不合格行: `govlake quarantine {table} --held`" for table in holding]
    return "\n".join([grid(heads, rows), *notes, *hints])


def _notes(entry: "Entry") -> list[str]:
    """What the ledger says of a batch, and of each of its files that was refused; once each, without the table's name before it."""
    said = [entry.note, *(hop["note"] for hop in entry.hops if hop["hop"] in MADE), *(file["note"] for file in entry.files if file["state"] == "refused")]
    return list(dict.fromkeys(note.removeprefix(f"{entry.table} {entry.date}").strip() for note in said if note))


def _ledger_arguments(parser: ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("table", metavar="TABLE", nargs="?", help="only this table")
    which.add_argument("--table", dest="named", metavar="TABLE", help="the same")
    parser.add_argument("--date", metavar="YYYY-MM-DD", type=day, help="only this business date")
    parser.add_argument("--prove", action="store_true", help="go from landing bytes to gold: is each row in exactly one place, as it was released?")
    parser.add_argument("--again", action="store_true", help="with --prove: compute gold tables again too, from the versions they were made of (starts Spark)")
    json_option(parser)


COMMAND = Command(
    "ledger", "what went into each batch and what came out; with --prove, where every row is now",
    ("govlake ledger", "govlake ledger enterprise", "govlake ledger enterprise --date 2026-03-01 --json", "govlake ledger --prove",
     "govlake ledger enterprise --prove --json", "govlake ledger credit_profile --prove --again"), _ledger_arguments, ledger,
)
