"""Commands that only need contracts and rules: explain, page, lint."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from jobs.commands.command import Answer, Command, as_json, json_option
from schemas.errors import Refused
from schemas.load import load, load_all
from schemas.rules import RULES
from schemas.settings import Settings
from schemas.words import nearest

INVALID = 1  # exit code for a value that fails, so that a script can go by it


def explain(arguments: Namespace, settings: Settings) -> Answer:
    """Answer `govlake explain RULE VALUE`: what the value's parts mean, or why it fails; the exit code tells which."""
    if arguments.rule not in RULES:
        raise Refused(f"There is no rule '{arguments.rule}'.{nearest(arguments.rule, list(RULES))}")
    from jobs.conform.plain.explain import explain as explained

    spec, found = RULES[arguments.rule], explained(arguments.rule, arguments.value)
    code = 0 if found.valid else INVALID
    if arguments.json:
        return Answer(as_json({
            "rule": spec.name, "standard": spec.standard, "valid": found.valid, "zh": found.zh, "en": found.en,
            "repaired": found.repaired, "parts": [{"label": label, "value": value} for label, value in found.parts],
        }), code)  # fmt: skip
    lines = [f"{'valid 有效' if found.valid else 'not valid 无效'} ({spec.name}, {spec.standard})", found.zh, found.en]
    lines += [f"  {label}: {value}" for label, value in found.parts]
    return Answer("\n".join(lines + ([f"Normalised it would be 规范化后: {found.repaired}"] if found.repaired else [])), code)


def page(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake page TABLE`: the contract as a page for people."""
    from jobs.serve.locate import contract_of
    from schemas.page import page as written

    return written(contract_of(settings, arguments.table))


def lint(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake lint [CONTRACT]`."""
    if arguments.contract is None:
        return f"OK: {len(load_all(settings.contracts))} contracts in {settings.contracts}."
    contract = load(Path(arguments.contract))
    return f"OK: {arguments.contract} is the contract of {contract.dag_id}, version {contract.version}."


def _explain_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("rule", metavar="RULE", help="name of a rule, as contracts use it")
    parser.add_argument("value", metavar="VALUE", help="the value to explain")
    json_option(parser)


def _page_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("table", metavar="TABLE", help="the table whose page to print")


def _lint_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("contract", metavar="CONTRACT", nargs="?", help="one contract file; all contracts when left out")


COMMANDS = (
    Command("explain", "what a code means (exit code 0), or why it is wrong (1)",
            ("govlake explain uscc 91110000100006485K", "govlake explain citizen_id 110101199001010009 --json"),
            _explain_arguments, explain),
    Command("page", "a table's contract as a page for people", ("govlake page enterprise",), _page_arguments, page),
    Command("lint", "check contracts without running anything",
            ("govlake lint", "govlake lint schemas/business/enterprise.odcs.yaml"), _lint_arguments, lint),
)
