"""`govlake dlq`: dead letters, listed without their content, and put back on their request topic."""

from argparse import ArgumentParser, Namespace

from jobs.commands.command import Command, as_json, count, json_option
from jobs.commands.layout import grid
from schemas.errors import Refused
from schemas.settings import Settings


def dlq(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake dlq list` and `govlake dlq replay OFFSET…`."""
    if arguments.action == "list":
        return _listed(arguments, settings)
    if not arguments.offsets:
        raise Refused("`govlake dlq replay` needs the letters to put back. Nothing was put back. `govlake dlq list` names them.")
    from jobs.serve.dlq import replay

    found = replay(settings, arguments.offsets)
    return as_json(found) if arguments.json else "\n".join(f"{one.name} -> {one.topic} {one.offset}" for one in found)


def _listed(arguments: Namespace, settings: Settings) -> str:
    if arguments.offsets:
        raise Refused("`govlake dlq list` takes no offsets; --limit says how many letters. Nothing was read.")
    from jobs.serve.dlq import letters

    found = letters(settings, arguments.limit)
    if arguments.json:
        return as_json(found)
    if not found:
        return "There is no dead letter."
    rows = [[one.name, one.at, one.bytes, one.engine, one.sha256[:16], one.reason] for one in found]
    return grid(("letter", "at (Beijing)", "bytes", "engine", "sha256", "reason"), rows)


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("action", metavar="list|replay", choices=("list", "replay"), help="list them, or put some back")
    parser.add_argument("offsets", metavar="OFFSET", nargs="*", help="with replay: letters as listed, such as instant:17")
    parser.add_argument("--limit", metavar="N", type=count, default=50, help="with list: letters at most, the newest (50)")
    json_option(parser)


COMMANDS = (
    Command("dlq", "requests that could not be read, and a way back for them",
            ("govlake dlq list", "govlake dlq list --limit 5 --json", "govlake dlq replay instant:17 credit:3"), _arguments, dlq),
)
