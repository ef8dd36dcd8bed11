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
from schemas.errors import Failure, Unavailable
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
        _hush()
        return 0
    except OSError as error:  # a home that is a file, or that somebody else may write
        print(f"{error.filename or 'The system'}: {error.strerror or error}. The command ended there. Check GOVLAKE_HOME, and who may read and write it.", file=sys.stderr)
        return Unavailable.exit_code


def _say(text: str) -> None:
    """Print an answer. Raises Unavailable when what it is written to takes no more."""
    try:
        print(text.encode("utf-8", "backslashreplace").decode(), flush=True)  # a folder's name may be no text
    except BrokenPipeError:
        raise
    except OSError as error:
        _hush()
        raise Unavailable(f"The answer could not be written: {error.strerror}. What the command did is done. Make room, or write it elsewhere, and run again.") from None


def _hush() -> None:
    """Let what is still to be printed go nowhere: Python would fail at it once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(given: list[str]) -> int:
    parser, parsers = _parsers()
    if not given or given[0] in ("-h", "--help"):
        _say(parser.format_help())
        return 0 if given else EX_USAGE
    if given[0] not in parsers:
        raise Usage(f"There is no command '{given[0]}'.{nearest(given[0], list(parsers))} `govlake --help` lists them.")
    one = parsers[given[0]]
    if "-h" in given or "--help" in given:
        _say(one.format_help())
        return 0
    known = re.findall(r"--[a-z-]+", one.format_help())
    strange = [word for word in given[1:] if word.startswith("--") and word != "--" and word.partition("=")[0] not in known]
    if strange:  # told before a missing argument, which may be the one it was meant for
        raise _unknown(one, strange[0])
    arguments, rest = one.parse_known_args(given[1:])
    if rest:
        raise _unknown(one, rest[0])
    command = next(command for command in COMMANDS if command.name == given[0])
    said = command.run(arguments, settings())
    answer = said if isinstance(said, Answer) else Answer(said, 0)
    _say(answer.text)
    return answer.exit_code


def _unknown(parser: ArgumentParser, word: str) -> Usage:
    near = nearest(word, re.findall(r"--[a-z-]+", parser.format_help()))
    return Usage(f"`{parser.prog}` does not know '{word}'.{near} `{parser.prog} --help` shows examples.")


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
