"""`govlake show`: rows of a table, as they are now, as they counted on a day, and as they were known at an instant."""

import shutil
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import date, datetime
from typing import TYPE_CHECKING

from jobs.commands.command import Command, as_json, count, day, json_option
from jobs.commands.layout import BEIJING, grid
from schemas.settings import Settings

if TYPE_CHECKING:
    from jobs.serve.lake import Shown

VERSION = ("_valid_from", "_valid_to")  # shown beside the business columns of a table that keeps the past


def show(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake show TABLE`."""
    from jobs.serve.lake import Asked
    from jobs.serve.lake import show as shown

    as_of = date.fromisoformat(arguments.as_of) if arguments.as_of else None
    found = shown(settings, arguments.table, arguments.where, arguments.limit, Asked(as_of, arguments.known_at))
    if arguments.json:
        rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
        head = {"table": found.table, "version": found.version, "as_of": found.as_of, "known_at": found.known_at}
        return as_json({**head, "masked": found.masked, "rows": rows})
    business = [i for i, name in enumerate(found.columns) if not name.startswith("_") or name in VERSION]
    masked = [found.columns[i] for i in business if found.columns[i] in found.masked]
    lines = [f"{found.table}, version {found.version}{_when(found)}: {len(found.rows)} rows shown."]
    if masked:
        lines.append(f"Masked by their classification: {', '.join(masked)}. A condition sees the mask too.")
    if found.rows:
        body = [[row[i] for i in business] for row in found.rows]
        lines += ["", grid([found.columns[i] for i in business], body, _terminal())]
    return "\n".join(lines)


def _when(found: "Shown") -> str:
    valid = f", as it counted on {found.as_of} 有效日期" if found.as_of else ""
    known = f", as known at {found.known_at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S} 已知时刻" if found.known_at else ""
    return valid + known


def _terminal() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _instant(text: str) -> datetime:
    from jobs.serve.past import instant

    try:
        return instant(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is not an instant such as 2026-03-01 or '2026-03-01 09:30', Beijing time") from None


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("table", metavar="TABLE", help="enterprise, silver.enterprise, gold.credit_profile, ledger.hop")
    parser.add_argument("--where", metavar="EXPR", help="one SQL condition over the columns; text in single quotes")
    parser.add_argument("--as-of", metavar="YYYY-MM-DD", type=day, help="what counted on that day (today), of a table that keeps the past")
    parser.add_argument("--known-at", metavar="INSTANT", type=_instant, help="as it was known then, Beijing time (now); a day means its end")
    parser.add_argument("--limit", metavar="N", type=count, default=20, help="rows at most (20)")
    json_option(parser)


COMMAND = Command(
    "show", "rows of a table, now or as of a day; closed columns masked",
    ("govlake show enterprise --limit 5", "govlake show enterprise --where \"registered_on >= '2020-01-01'\"",
     "govlake show enterprise --known-at '2026-03-31 18:00'", "govlake show gold.credit_profile --json"), _arguments, show,
)
