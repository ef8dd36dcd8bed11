"""`govlake watch`, `govlake again`: whether the stream is well, and look-ups asked again once it is."""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from jobs.commands.command import Command, as_json, json_option
from jobs.commands.layout import grid
from schemas.errors import Unavailable
from schemas.settings import Settings


def watch(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake watch`. Raises Unavailable with the sentence of every limit that is crossed."""
    from jobs.serve.watch import watch as findings
    from schemas.load import load_marts

    promised = {name: mart.freshness_hours for name, mart in load_marts(settings.contracts).items()}
    found = findings(settings, arguments.checks, promised)
    crossed = [one for one in found if one.is_crossed]
    if crossed and not arguments.json:
        raise Unavailable("\n".join(one.sentence for one in crossed))
    if arguments.json:
        return as_json([asdict(one) | {"is_crossed": one.is_crossed, "sentence": one.sentence if one.is_crossed else ""} for one in found])
    rows = [[one.check, "nothing yet" if one.value is None else f"{one.value:.0f} {one.unit}", f"{one.limit:.0f} {one.unit}"] for one in found]
    return grid(("check", "now", "limit"), rows)


def again(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake again`."""
    from jobs.serve.again import again as asked
    from schemas.load import load_marts

    found = asked(settings, load_marts(settings.contracts)["credit_standing"].freshness_hours)
    if arguments.json:
        return as_json(asdict(found))
    return f"{len(found.asked)} look-up(s) asked again; {found.waiting} wait for their data."


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("checks", metavar="CHECK", nargs="*", help="which checks; all when none is named")
    json_option(parser)


COMMANDS = (
    Command("watch", "whether the stream is well", ("govlake watch", "govlake watch lag ledger", "govlake watch --json"), _arguments, watch),
    Command("again", "ask again what was answered on stale data, now that it is back", ("govlake again", "govlake again --json"), json_option, again),
)
