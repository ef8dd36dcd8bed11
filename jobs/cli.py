"""`govlake …`: the command line for people. Every command answers on standard output or fails with one sentence."""

import os
import re
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import NoReturn

from jobs.commands import (
    accept,
    check,
    diff,
    dlq,
    feedback,
    ledger,
    look,
    overdue,
    receipt,
    sample,
    say,
    shadow,
    show,
    token,
    upkeep,
    watch,
)
from jobs.commands.command import Answer, Command
from schemas.errors import Failure
from schemas.settings import settings
from schemas.words import nearest

COMMANDS: tuple[Command, ...] = (
    check.COMMAND, show.COMMAND, *look.COMMANDS, ledger.COMMAND, *accept.COMMANDS, *say.COMMANDS, *diff.COMMANDS, *feedback.COMMANDS, *sample.COMMANDS,
    *receipt.COMMANDS, *dlq.COMMANDS, *watch.COMMANDS, *overdue.COMMANDS, *shadow.COMMANDS, *token.COMMANDS, upkeep.COMMAND,
)  # fmt: skip
EX_USAGE = 64  # of sysexits.h
EXIT_CODES = "exit codes: 0 done, 1 the value is not valid (explain), 64 the command line is wrong, 65 refused, 75 something is away: try again later"


class Usage(Exception):
    """The command line is wrong."""


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Usage(f"{message[0].upper()}{message[1:]}. `{self.prog} --help` shows examples.")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(given)
    except Usage as error:
        print(error, file=sys.stderr)
        return EX_USAGE
    except Failure as failure:
        print(failure, file=sys.stderr)
        return failure.exit_code
    except BrokenPipeError:  # the reader, e.g. `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(given: list[str]) -> int:
    parser, parsers = _parsers()
    if not given or given[0] in ("-h", "--help"):
        print(parser.format_help())
        return 0 if given else EX_USAGE
    if given[0] not in parsers:
        raise Usage(f"There is no command '{given[0]}'.{nearest(given[0], list(parsers))} `govlake --help` lists them.")
    one = parsers[given[0]]
    if "-h" in given or "--help" in given:
        print(one.format_help())
        return 0
    arguments, rest = one.parse_known_args(given[1:])
    if rest:
        near = nearest(rest[0], re.findall(r"--[a-z]+", one.format_help()))
        raise Usage(f"`{one.prog}` does not know '{rest[0]}'.{near} `{one.prog} --help` shows examples.")
    command = next(command for command in COMMANDS if command.name == given[0])
    said = command.run(arguments, settings())
    answer = said if isinstance(said, Answer) else Answer(said, 0)
    print(answer.text, flush=True)
    return answer.exit_code


def _parsers() -> tuple[ArgumentParser, dict[str, ArgumentParser]]:
    listed = "\n".join(f"  {command.name:<11} {command.summary}" for command in COMMANDS)
    described = f"commands:\n{listed}\n\n`govlake COMMAND --help` shows a command's examples.\n{EXIT_CODES}"
    parser = _Parser("govlake", "govlake COMMAND …", described, formatter_class=RawDescriptionHelpFormatter, add_help=False)
    return parser, {command.name: _parser(command) for command in COMMANDS}


def _parser(command: Command) -> ArgumentParser:
    examples = "examples:\n" + "\n".join(f"  {example}" for example in command.examples)
    parser = _Parser(f"govlake {command.name}", description=command.summary, epilog=f"{examples}\n\n{EXIT_CODES}",
                     formatter_class=RawDescriptionHelpFormatter, allow_abbrev=False)
    command.arguments(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
