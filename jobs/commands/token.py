"""`govlake token`: make a token with which an office's programs ask the gateway, or withdraw its tokens."""

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable

from jobs.commands.command import Command
from schemas.codes import code_list
from schemas.errors import Refused
from schemas.settings import Settings
from schemas.words import nearest

NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
PURPOSES = ("licensing",)  # what a counter asks for before an approval; others are named


def token(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake token OFFICE`. The token is shown once and kept nowhere."""
    from jobs.serve.gateway.tokens import FILE, Office, make_token, withdraw

    path, office = settings.home / FILE, arguments.office
    if not NAME.fullmatch(office):
        raise Refused(f"'{office[:64]}' is no name of an office. Nothing was made. Use 1 to 64 letters, digits or . _ - as in tax-03.")
    _require_known(arguments.purpose or ())
    if arguments.withdraw:
        return f"{withdraw(path, office)} tokens of {office} were withdrawn; the gateway knows within a second."
    return make_token(path, Office(office, tuple(arguments.purpose or PURPOSES)))


def _require_known(purposes: Iterable[str]) -> None:
    known = [code.code for code in code_list("credit_purpose")]
    for purpose in purposes:
        if purpose not in known:
            raise Refused(f"There is no purpose '{purpose[:64]}'.{nearest(purpose, known)} Nothing was made. Known: {', '.join(known)}.")


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("office", metavar="OFFICE", help="the office that asks, e.g. tax-03")
    parser.add_argument("--purpose", action="append", metavar="PURPOSE", help=f"what it may ask for; may be repeated (default: {', '.join(PURPOSES)})")
    parser.add_argument("--withdraw", action="store_true", help="forget all tokens of this office instead")


COMMANDS = (
    Command("token", "a token with which an office asks the gateway, shown once",
            ("govlake token tax-03", "govlake token police-01 --purpose licensing --purpose bidding", "govlake token tax-03 --withdraw"),
            _arguments, token),
)
