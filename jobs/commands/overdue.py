"""`govlake overdue`: which departments owe a delivery."""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

from jobs.commands.command import Command, as_json, check_owner, day, json_option, owner_option, warn_of_unread
from jobs.commands.layout import BEIJING
from schemas.errors import Unavailable
from schemas.settings import Settings


def overdue(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake overdue`. Raises Unavailable with a sentence for each delivery that is, so that a script can go by it."""
    from jobs.serve.overdue import overdue as watched

    check_owner(arguments, settings)
    warn_of_unread(settings)
    found = watched(settings, _instant(arguments.on), arguments.owner)
    if arguments.json:
        return as_json({"at": found.at, "overdue": [asdict(one) for one in found.found], "sentences": found.sentences})
    if found.sentences:
        raise Unavailable("\n".join(found.sentences))
    return f"Every expected delivery has come by {found.at.astimezone(BEIJING):%Y-%m-%d %H:%M} (Beijing) 应报均已报送."


def _instant(on: str | None) -> datetime:
    """The end of a day in Beijing; now, when it is not over or none is given."""
    now = datetime.now(UTC)
    if on is None:
        return now
    end = datetime.combine(date.fromisoformat(on), datetime.min.time(), BEIJING) + timedelta(days=1)
    return min(now, end.astimezone(UTC))


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--on", metavar="YYYY-MM-DD", type=day, help="as it was at the end of this day, in Beijing (now)")
    owner_option(parser)
    json_option(parser)


COMMANDS = (
    Command("overdue", "deliveries that were due and have not come (exit code 75), by the calendar of working days",
            ("govlake overdue", "govlake overdue --on 2026-03-05 --owner approval", "govlake overdue --json"), _arguments, overdue),
)
