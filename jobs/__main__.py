"""`python -m jobs STEP …`: what Airflow and the process manager start. The only place where exit codes are made."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

if __name__ == "__main__":  # spark-submit starts this file by its path
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from jobs.commands.command import day
from schemas.errors import Failure, Refused, Unavailable
from schemas.load import find, load_all, load_marts, load_one
from schemas.settings import settings

if TYPE_CHECKING:
    from jobs.publish.run import Order

KILL_AFTER = "GOVLAKE_KILL_AFTER"  # the crash tests' switch: die after this step as a killed driver would
CRASH = 70  # EX_SOFTWARE of sysexits.h


def say(line: str) -> None:
    """Print one line of progress, at once."""
    print(line, flush=True)


def main(arguments: list[str]) -> int:
    """Run one step and return its exit code: 0, 65 (Refused), 75 (Unavailable), 70 (a defect of ours)."""
    given = _parser().parse_args(arguments)
    try:
        given.step(given)
    except Failure as failure:
        print(f"{type(failure).__name__.upper()}: {failure}", file=sys.stderr, flush=True)
        return failure.exit_code
    except Exception as error:  # the one broad except: whatever it is, the operator gets one last line
        return _unforeseen(error)
    return 0


def _unforeseen(error: Exception) -> int:
    text = str(error)
    if "No space left on device" in text or "ENOSPC" in text:
        said = "Nothing is half written; what is done is kept and the next try goes on from it. Free space and run again; see docs/runbooks/no-disk-space.md."
        print(f"UNAVAILABLE: No space left on the disk of {settings().home}. {said}", file=sys.stderr)
        return Unavailable.exit_code
    traceback.print_exc()
    print(f"CRASHED: {type(error).__name__}: {text.splitlines()[0] if text else ''}. See docs/runbooks/spark-crash.md.", file=sys.stderr)
    return CRASH


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m jobs", description=__doc__)
    steps = parser.add_subparsers(required=True, metavar="STEP")
    _dated(steps, _run, "table", "take in what waits in landing for a table and a business date")
    extract = _dated(steps, _extract, "table", "land what a department's database has for a table, before its run")
    extract.add_argument("--again", action="store_true", help="take the whole table anew, when its changes are lost")
    _dated(steps, _land, "table", "put what a table's feed has for a business date into landing; a run does that first")
    accept = steps.add_parser("accept", help="release a held batch by a person's decision")
    accept.add_argument("table")
    accept.add_argument("batch")
    accept.add_argument("--because", required=True)
    accept.set_defaults(step=_accept)
    _dated(steps, _mart, "mart", "compute a gold table")
    replay = steps.add_parser("replay", help="compute a verdict again from what was recorded, and say in JSON whether it is the same")
    replay.add_argument("request")
    replay.set_defaults(step=_replay)
    _add_lasting(steps)
    return parser


def _dated(steps: argparse._SubParsersAction[argparse.ArgumentParser], step: Callable[[argparse.Namespace], None], subject: str, says: str) -> argparse.ArgumentParser:
    """Add a step that works on one subject for a business date."""
    parser = steps.add_parser(step.__name__.removeprefix("_"), help=says)
    parser.add_argument(subject)
    parser.add_argument("--date", required=True, type=day)
    parser.set_defaults(step=step)
    return parser


def _add_lasting(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the steps that work until they are stopped."""
    shared = steps.add_parser("spark", help="keep one warm Spark application for the runs of this machine, until stopped")
    shared.set_defaults(step=_shared)
    stream = steps.add_parser("stream", help="answer instant requests and credit look-ups until stopped")
    stream.add_argument("--replica", choices=("a", "b"), default="a", help="which of the two that answer side by side")
    stream.set_defaults(step=_stream)
    verdicts = steps.add_parser("verdicts", help="write every answer of the stream into the ledger, sealed, until stopped")
    verdicts.set_defaults(step=_verdicts)


def _order(given: argparse.Namespace, date: str) -> Order:
    from jobs.intake import Ingest
    from jobs.publish.run import Order

    here = settings()
    return Order(here, load_one(here.contracts, given.table), date, Ingest(), say, _killer())


def _run(given: argparse.Namespace) -> None:
    from jobs.publish.run import run

    order = _order(given, given.date)
    if order.contract.feed:
        _feed(order, lambda done: None)
    run(order)


def _land(given: argparse.Namespace) -> None:
    order = _order(given, given.date)
    _feed(order, order.after)


def _feed(order: Order, after: Callable[[int], None]) -> None:
    from jobs.stream.feed import Landing, land

    land(Landing(order.settings, order.contract, order.date, time.time(), order.say, after))


def _extract(given: argparse.Namespace) -> None:
    from jobs.ingest.database.extract import again, extract

    here = settings()
    (again if given.again else extract)(here, load_one(here.contracts, given.table), given.date, say, _killer())


def _accept(given: argparse.Namespace) -> None:
    from jobs.publish.run import accept

    accept(_order(given, ""), given.batch, given.because)


def _mart(given: argparse.Namespace) -> None:
    from jobs.marts.mart import refresh

    here = settings()
    refresh(here, find(given.mart, load_marts(here.contracts)), given.date, say)


def _shared(given: argparse.Namespace) -> None:
    from jobs.shared import serve

    serve(settings(), say)


def _stream(given: argparse.Namespace) -> None:
    from jobs.evidence.editions import keep
    from jobs.stream.instant import desk, serve

    here = settings()
    at = desk(here, load_all(here.contracts), load_marts(here.contracts), given.replica)
    keep(here, (at.contract, at.standing))
    serve(at, say)


def _verdicts(given: argparse.Namespace) -> None:
    from jobs.evidence.editions import keep
    from jobs.serve.following import serve

    here = settings()
    keep(here, [*load_all(here.contracts).values(), *load_marts(here.contracts).values()])
    serve(here, say)


def _replay(given: argparse.Namespace) -> None:
    from jobs.serve.verdicts import of_request, table
    from jobs.session import session
    from jobs.stream.instant import desk
    from jobs.stream.replay import replay, said

    here = settings()
    row = of_request(table(here), given.request)
    if row is None:
        raise Refused(f"silver.verdict has no request '{given.request}'. An answer is in it some ten seconds after it was given: try again.")
    at = desk(here, load_all(here.contracts), load_marts(here.contracts), "a")
    say(said(replay(session(here, "replay"), at, row)))


def _killer():  # type: ignore[no-untyped-def]
    step = int(os.environ.get(KILL_AFTER, "0"))
    return lambda done: os.kill(os.getpid(), signal.SIGKILL) if done == step else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
