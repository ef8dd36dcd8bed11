"""`govlake accept`: a person's decision to release a held batch."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace

from jobs.commands.command import Command
from jobs.commands.step import step
from schemas.settings import Settings


def accept(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake accept TABLE BATCH --because REASON`: a Spark step releases the batch, in a process of its own."""
    said = step(settings, "accept", arguments.table, arguments.batch, "--because", arguments.because)
    return "\n".join([*said, f"The reason is in the ledger 理由已记入台账: `govlake ledger {arguments.table}`."])


def _reason(text: str) -> str:
    if not text.strip():
        raise ArgumentTypeError("a reason is needed: who accepts the batch, and why")
    return text


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("table", metavar="TABLE", help="the table whose batch is held")
    parser.add_argument("batch", metavar="BATCH", help="the batch, as `govlake ledger TABLE` names it")
    parser.add_argument("--because", metavar="REASON", type=_reason, required=True, help="who accepts it and why; it goes into the ledger")


COMMANDS = (
    Command("accept", "release a held batch by a person's decision (starts Spark)",
            ('govlake accept penalty 0f3a… --because "the bureau has confirmed the empty dates"',), _arguments, accept),
)
