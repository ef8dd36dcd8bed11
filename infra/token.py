"""`python -m infra.token OFFICE`: make a token with which an office's programs ask the gateway, or withdraw its tokens."""

import argparse
import re
import sys
from collections.abc import Iterable

from jobs.serve.gateway.tokens import FILE, Office, make_token, withdraw
from schemas.codes import code_list
from schemas.errors import Failure, Refused
from schemas.settings import settings
from schemas.words import nearest

NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
PURPOSES = ("licensing",)  # what a counter asks for before an approval; others are named


def main(arguments: list[str]) -> int:
    """Make one token, or withdraw, and return the exit code. The token is shown once and kept nowhere."""
    parser = argparse.ArgumentParser(prog="python -m infra.token", description=__doc__)
    parser.add_argument("office", help="the office that asks, e.g. tax-03")
    parser.add_argument("--purpose", action="append", metavar="PURPOSE", help=f"what it may ask for; may be repeated (default: {', '.join(PURPOSES)})")
    parser.add_argument("--withdraw", action="store_true", help="forget all tokens of this office instead")
    given = parser.parse_args(arguments)
    path = settings().home / FILE
    try:
        if not NAME.fullmatch(given.office):
            raise Refused(f"'{given.office[:64]}' is no name of an office. Nothing was made. Use 1 to 64 letters, digits or . _ - as in tax-03.")
        _require_known(given.purpose or ())
        if given.withdraw:
            print(f"{withdraw(path, given.office)} tokens of {given.office} were withdrawn; the gateway knows within a second.")
        else:
            print(make_token(path, Office(given.office, tuple(given.purpose or PURPOSES))))
    except Failure as failure:
        print(failure, file=sys.stderr)
        return failure.exit_code
    return 0


def _require_known(purposes: Iterable[str]) -> None:
    known = [code.code for code in code_list("credit_purpose")]
    for purpose in purposes:
        if purpose not in known:
            raise Refused(f"There is no purpose '{purpose[:64]}'.{nearest(purpose, known)} Nothing was made. Known: {', '.join(known)}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
