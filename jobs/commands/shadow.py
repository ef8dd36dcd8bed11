"""`govlake shadow`: what a rule that only runs along would have rejected."""

from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from datetime import datetime, timedelta, timezone

from jobs.commands.command import Command, as_json, day, json_option
from jobs.commands.layout import cell, grid
from schemas.errors import Refused
from schemas.load import load_all
from schemas.settings import Settings
from schemas.words import nearest

BEIJING = timezone(timedelta(hours=8))


def shadow(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake shadow RULE`."""
    from jobs.serve.shadow import shadow as struck

    used = _severities(settings)
    if arguments.rule not in used:
        raise Refused(f"The contract of the requests uses no rule '{arguments.rule}'.{nearest(arguments.rule, used)} Give it `severity: shadow` there first.")
    since = datetime.fromisoformat(arguments.since or "1970-01-01").replace(tzinfo=BEIJING)
    found = struck(settings, arguments.rule, since)
    if not found.by and "shadow" not in used[arguments.rule]:  # zero would look like an all-clear
        raise Refused(f"'{arguments.rule}' is not on trial, and no recorded request was judged by it in shadow. Give it `severity: shadow` in the contract first.")
    if arguments.json:
        return as_json(asdict(found))
    newly = sum(one.newly for one in found.by)
    said = f"{arguments.rule}: of {found.judged:,} request(s) judged, {sum(one.struck for one in found.by):,} break it; {newly:,} of them were not rejected, and would be."
    rows = [[cell(one.region), cell(one.department), cell(one.item), one.struck, one.newly] for one in found.by]
    return "\n".join([grid(("region 地区", "department 部门", "item 事项", "break it 违反", "would be rejected 将被拒"), rows), said] if rows else [said])


def _severities(settings: Settings) -> dict[str, set[str]]:
    """The rules that requests are judged by, each with the severities it is used with."""
    used: dict[str, set[str]] = {}
    for contract in (one for one in load_all(settings.contracts).values() if one.topic):
        for use in (*(use for column in contract.columns for use in column.rules), *contract.row_rules):
            used.setdefault(use.rule, set()).add(use.severity)
    return used


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("rule", metavar="RULE", help="name of a rule, as the contract of the requests uses it")
    parser.add_argument("--since", metavar="YYYY-MM-DD", type=day, help="only requests from this Beijing day on (all)")
    json_option(parser)


COMMANDS = (
    Command("shadow", "what a rule in shadow would have rejected, by region, department and item",
            ("govlake shadow uscc", "govlake shadow phone --since 2026-03-01 --json"), _arguments, shadow),
)
