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

    _require_used(arguments.rule, settings)
    since = datetime.fromisoformat(arguments.since or "1970-01-01").replace(tzinfo=BEIJING)
    found = struck(settings, arguments.rule, since)
    if arguments.json:
        return as_json(asdict(found))
    newly = sum(one.newly for one in found.by)
    said = f"{arguments.rule}: of {found.judged:,} request(s) judged, {sum(one.struck for one in found.by):,} break it; {newly:,} of them were not rejected, and would be."
    rows = [[cell(one.region), cell(one.department), cell(one.item), one.struck, one.newly] for one in found.by]
    return "\n".join([grid(("region 地区", "department 部门", "item 事项", "break it 违反", "would be rejected 将被拒"), rows), said] if rows else [said])


def _require_used(rule: str, settings: Settings) -> None:
    """Raise Refused for a rule that no contract with a topic uses: zero would look like an all-clear."""
    used = {
        use.rule for contract in load_all(settings.contracts).values() if contract.topic
        for uses in (*(column.rules for column in contract.columns), contract.row_rules) for use in uses
    }  # fmt: skip
    if rule not in used:
        raise Refused(f"The contract of the requests uses no rule '{rule}'.{nearest(rule, used)} Give it `severity: shadow` there first.")


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("rule", metavar="RULE", help="name of a rule, as the contract of the requests uses it")
    parser.add_argument("--since", metavar="YYYY-MM-DD", type=day, help="only requests from this Beijing day on (all)")
    json_option(parser)


COMMANDS = (
    Command("shadow", "what a rule in shadow would have rejected, by region, department and item",
            ("govlake shadow uscc", "govlake shadow phone --since 2026-03-01 --json"), _arguments, shadow),
)
