"""What a command of `govlake` is: its name, its help, its arguments, and the function that answers."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from typing import Any

from schemas import readable
from schemas.errors import Refused
from schemas.settings import Settings
from schemas.words import nearest


@dataclass(frozen=True)
class Answer:
    """What a command says whose exit code is part of the answer."""

    text: str
    exit_code: int


@dataclass(frozen=True)
class Command:
    """One command. run: returns the text for standard output, with an exit code where it is not 0; failures are raised."""

    name: str
    summary: str
    examples: tuple[str, ...]
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace, Settings], str | Answer]


def as_json(answer: Any) -> str:
    """Return an answer as JSON text: dataclasses as objects, instants in ISO form, decimals as exact text."""
    return json.dumps(_plain(answer), ensure_ascii=False, indent=2, default=_text)


MOST = 1_000_000  # of what is printed or made for a person


def count(text: str) -> int:
    """Read a whole number from 1 to MOST, for argparse."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST)) and 1 <= int(text) <= MOST):
        raise ArgumentTypeError(f"'{text}' is not a whole number from 1 to {MOST}")
    return int(text)


def day(text: str) -> str:
    """Read a date written YYYY-MM-DD, for argparse."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ArgumentTypeError(f"'{text}' is not a date written YYYY-MM-DD") from None


def json_option(parser: ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="answer in JSON with stable keys")


def owner_option(parser: ArgumentParser) -> None:
    """Add --owner, which `check_owner` looks at."""
    parser.add_argument("--owner", metavar="CODE", help="only this department, by its ownerCode")


def warn_of_unread(settings: Settings) -> None:
    """Say on stderr what is wrong with contracts: the answer is of those that can be read."""
    for sentence in readable.refusals(settings.contracts):
        print(f"{sentence} The answer is of the contracts that can be read.", file=sys.stderr)


def check_owner(arguments: Namespace, settings: Settings) -> None:
    """Raise Refused when --owner names a department that owns no contract: an answer about nobody would look like a good one."""
    codes = sorted({contract.owner_code for contract in readable.landed(settings.contracts).values()})
    if arguments.owner is not None and arguments.owner not in codes:
        raise Refused(f"No contract has ownerCode '{arguments.owner}'.{nearest(arguments.owner, codes)} Nothing was read or written.")


def _plain(answer: Any) -> Any:
    if is_dataclass(answer) and not isinstance(answer, type):
        return asdict(answer)
    return [_plain(one) for one in answer] if isinstance(answer, list | tuple) else answer


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
