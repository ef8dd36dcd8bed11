"""Commands that prove verdicts: receipt, verify, evidence, replay, reconcile."""

import json
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from contextlib import suppress
from pathlib import Path
from typing import Any

from jobs.commands.command import Command, as_json, json_option
from jobs.commands.layout import cell, grid, line
from jobs.commands.step import step
from schemas.errors import Refused
from schemas.settings import Settings

NAMED = 20  # ids named in a sentence; --json names all
DAY = 86_400  # seconds


def receipt(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake receipt REQUEST_ID`."""
    from jobs.serve.receipts import receipt as made

    return as_json(made(settings, arguments.request, with_request=arguments.with_request))


def verify(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake verify RECEIPT.json`: needs the receipt and a file of heads, nothing else."""
    from jobs.evidence import seal
    from jobs.evidence.receipt import wrong

    given = _loaded(Path(arguments.receipt))
    path = Path(arguments.heads) if arguments.heads else seal.heads_file(settings)
    if not path.is_file():
        raise Refused(f"{path}: there is no such file of heads. Nothing was checked. Give the file you were handed: --heads FILE.")
    if found := wrong(given, seal.heads(path)):
        raise Refused(f"NOT VALID 无效: {arguments.receipt}\n" + "\n".join(f"  {line(one)}" for one in found))
    own = given["seal"]
    return f"valid 有效: request {cell(given['request_id'])}, verdict {cell(given['fields']['verdict'])}, batch {own['batch_id']}, sealed {own['at']}"


def evidence(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake evidence`: every leaf, seal and head against one another."""
    from jobs.serve.receipts import walk
    from jobs.serve.reconcile import disagreements

    found, apart = walk(settings), disagreements(settings)
    if arguments.json:
        return as_json({**vars(found), "disagreements": apart})
    said = [f"{found.rows:,} verdicts in {found.batches:,} batches, {found.unsealed:,} not sealed yet; head {found.head or '-'}"]
    said += [f"answers that differ 应答不一致, {reason}: {count:,}" for reason, count in apart.items()]
    if found.wrong:
        listed = "\n".join(f"  {line(one)}" for one in found.wrong)
        raise Refused(f"CHANGED 已被改动, in {len(found.wrong)} places:\n{listed}\n{said[0]}. See docs/runbooks/evidence.md.")
    return "\n".join(["unchanged 未被改动", *said])


def replay(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake replay REQUEST_ID`: a Spark step computes the verdict again, in a process of its own."""
    found = json.loads(step(settings, "replay", arguments.request)[-1])
    return as_json(found) if arguments.json else _replayed(found)


def reconcile(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake reconcile`."""
    from jobs.serve.reconcile import reconcile as accounts

    found = accounts(settings, arguments.grace)
    if arguments.json:
        return as_json([{**vars(one), "balanced": one.is_balanced} for one in found])
    heads = ("question", "requests", "ids", "dead letters", "answered", "in the ledger", "too young", "balanced")
    rows = [[one.kind, one.requests, one.asked, one.dead, one.answered, one.written, one.open, one.is_balanced] for one in found]
    missing = [
        f"{one.kind}: {len(names):,} {word}: {', '.join(map(cell, names[:NAMED]))}{' …' if len(names) > NAMED else ''}"
        for one in found for word in ("unanswered", "unwritten", "doubled", "unasked") if (names := getattr(one, word))
    ]
    if missing:
        raise Refused("\n".join([grid(heads, rows), *missing, "The ids above miss or stand twice. See docs/runbooks/evidence.md."]))
    return grid(heads, rows)


def _loaded(path: Path) -> Any:
    if not path.is_file():
        raise Refused(f"{path}: there is no such file. Nothing was checked. Check the path.")
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise Refused(f"{path} is not JSON, so it is no receipt as it was given. Nothing was checked.") from None


def _replayed(found: dict[str, Any]) -> str:
    head = f"request {cell(found['request_id'])}, verdict {cell(found['verdict'])}, rule set {cell(found['rule_set'])}"
    if found["result"] == "same":
        return f"same 一致: {head}"
    word = {"different": "DIFFERENT 不一致", "gone": "CANNOT BE REPLAYED 无法重算"}[found["result"]]
    raise Refused("\n".join([f"{word}: {head}", *(f"  {line(one)}" for one in found["differences"])]))


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 <= float(text) <= DAY:
            return float(text)
    raise ArgumentTypeError(f"'{text}' is not a number of seconds from 0 to {DAY}")


def _receipt_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("request", metavar="REQUEST_ID", help="the id the request was sent under")
    parser.add_argument("--with-request", action="store_true", help="with the request's own text, which may hold personal values")


def _verify_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("receipt", metavar="RECEIPT.json", help="what `govlake receipt` printed")
    parser.add_argument("--heads", metavar="FILE", help="the file of heads to check against (this installation's own)")


def _replay_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("request", metavar="REQUEST_ID", help="the id the request was sent under")
    json_option(parser)


def _reconcile_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--grace", metavar="SECONDS", type=_seconds, default=10.0, help="how long an answer, then its row, may take (10)")
    json_option(parser)


COMMANDS = (
    Command("receipt", "the receipt for a request's verdict, in JSON",
            ("govlake receipt 4f1c… > receipt.json", "govlake receipt 4f1c… --with-request"), _receipt_arguments, receipt),
    Command("verify", "check a receipt with nothing but the file of heads",
            ("govlake verify receipt.json", "govlake verify receipt.json --heads heads.jsonl"), _verify_arguments, verify),
    Command("evidence", "check every verdict, seal and head of the ledger",
            ("govlake evidence", "govlake evidence --json"), json_option, evidence),
    Command("replay", "compute a verdict again from what was recorded",
            ("govlake replay 4f1c…", "govlake replay 4f1c… --json"), _replay_arguments, replay),
    Command("reconcile", "requests = answers + dead letters = ledger rows",
            ("govlake reconcile", "govlake reconcile --grace 0 --json"), _reconcile_arguments, reconcile),
)
