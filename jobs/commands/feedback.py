"""`govlake feedback`: what goes back to the departments that delivered, a folder each and day."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, date, datetime, timedelta

from jobs.commands.command import Command, as_json, check_owner, day, json_option, owner_option, warn_of_unread
from jobs.commands.layout import BEIJING, grid
from schemas.settings import Settings


def feedback(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake feedback`. Reads the lake and writes below <home>/feedback only."""
    from jobs.publish.plan import holding
    from jobs.serve.feedback import departments, judged
    from jobs.serve.letter import write

    told = date.fromisoformat(arguments.date) if arguments.date else datetime.now(UTC).astimezone(BEIJING).date() - timedelta(days=1)
    check_owner(arguments, settings)
    warn_of_unread(settings)
    entries = judged(settings, told)
    letters = [write(settings, one, told, entries, holding) for one in departments(settings) if arguments.owner in (None, one.code)]
    if arguments.json:
        return as_json(letters)
    rows = [[one.name, one.files, one.rows_taken, one.rows_refused, one.folder] for one in letters]
    return grid(("department 部门", "files", "rows taken 接收", "rows refused 拒收", "folder"), rows)


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--date", metavar="YYYY-MM-DD", type=day, help="the day, in Beijing, on which deliveries were judged (yesterday)")
    owner_option(parser)
    json_option(parser)


COMMANDS = (
    Command("feedback", "what to send back to each department: rows taken, rows refused and why, masked",
            ("govlake feedback", "govlake feedback --date 2026-03-02 --owner market", "govlake feedback --json"), _arguments, feedback),
)
