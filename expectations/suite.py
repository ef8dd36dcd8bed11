"""From a contract to a Great Expectations suite: one expectation for each set rule, stated or derived."""

from dataclasses import replace
from math import inf, nextafter

from great_expectations import ExpectationSuite
from great_expectations.expectations import ExpectColumnMaxToBeBetween

from schemas import forms
from schemas.contract import Contract, SetRule
from schemas.settings import ROOT

# Shares of something, whatever unit the contract gives.
SHARES = ("quarantineRate", "rowCountChange", "missingRecords")
MISSING_BELOW = 30.0  # percent of the records that readers have: a dump that lacks as many was cut off, more likely than not
# Figures that are values of the data themselves, and so as closed as their column.
VALUES = ("minimum", "maximum", "mean")


def suite(contract: Contract, without: frozenset[str] = frozenset()) -> ExpectationSuite:
    """Return the suite of a contract, without the rules so named. Its columns are measures: `duplicateValues(uscc)`.

    The frame it judges has one row, so the maximum of a measure is the measure itself; unlike a test of each value,
    it shows the figure on the page when it passes too. `meta` names the contract's line.
    """
    rules = [rule for rule in set_rules(contract) if rule.name not in without]
    meta = {"contract": _place(contract, 0), "version": contract.version}
    return ExpectationSuite(contract.dag_id, [expectation(contract, rule) for rule in rules], meta=meta)


def set_rules(contract: Contract) -> tuple[SetRule, ...]:
    """Return the set rules of a contract: those it states, then those that follow from its columns and its key."""
    stated = tuple(_whole(contract, rule) for rule in contract.set_rules)
    known = {(rule.metric, rule.column) for rule in stated}
    return stated + tuple(rule for rule in _derived(contract) if (rule.metric, rule.column) not in known)


def expectation(contract: Contract, rule: SetRule) -> ExpectColumnMaxToBeBetween:
    """Return the expectation of one set rule, described in the words of the held sentence."""
    return ExpectColumnMaxToBeBetween(
        column=rule.name,
        min_value=rule.low,
        max_value=rule.high,
        description=f"{rule.name} {demand(rule)}",
        meta={"contract": _place(contract, rule.line)},
    )


def demand(rule: SetRule) -> str:
    """Return what a set rule asks for, e.g. `must be 0` or `must be at most 20 %`."""
    sign = " %" if is_share(rule) else ""
    low, high = number(rule.low), number(rule.high)
    if rule.high is not None and rule.high == nextafter(float(high), -inf):
        return f"must be below {high}{sign}" if rule.low is None else f"must be at least {low}{sign} and below {high}{sign}"
    if rule.low == rule.high:
        return f"must be {low}{sign}"
    if rule.low is None:
        return f"must be at most {high}{sign}"
    if rule.high is None:
        return f"must be at least {low}{sign}"
    return f"must be between {low} and {high}{sign}"


def is_share(rule: SetRule) -> bool:
    """Say whether the rule's figure and bounds are percent."""
    return rule.unit == "percent" or rule.metric in SHARES


def is_closed(contract: Contract, rule: SetRule) -> bool:
    """Say whether the rule's figure is a value that may not be shown outside its table."""
    return rule.metric in VALUES and contract.column(str(rule.column)).classification != "public"


def number(value: float | None) -> str:
    """Return a figure as people write it: no exponent, no tail of noughts."""
    if value is None:
        return "no value"
    return str(int(value)) if value == int(value) else f"{value:.6f}".rstrip("0").rstrip(".")


def _derived(contract: Contract) -> list[SetRule]:
    rules = [
        SetRule("rowCount", None, 1, None),
        SetRule("quarantineRate", None, None, contract.quarantine_rate * 100, "percent"),
    ]
    if contract.merge == "snapshot":
        rules.append(SetRule("missingRecords", None, None, nextafter(MISSING_BELOW, -inf), "percent"))
    if contract.key:
        line = contract.column(contract.key[0]).line
        rules.append(SetRule("duplicateValues", ", ".join(contract.key), 0, 0, line=line))
    if contract.drift.values == "freeze":
        bound = [column for column in contract.columns if column.logical_type != "string" or forms.max_length(column) is not None]
        rules += [SetRule("misfitValues", column.name, 0, 0, line=column.line) for column in bound]
    needed = [column for column in contract.columns if column.required]
    return rules + [SetRule("nullValues", column.name, 0, 0, line=column.line) for column in needed]


def _whole(contract: Contract, rule: SetRule) -> SetRule:
    """A part of a key may stand twice: its duplicates are those of the key, which is named in full."""
    if rule.metric == "duplicateValues" and rule.column in contract.key:
        return replace(rule, column=", ".join(contract.key))
    return rule


def _place(contract: Contract, line: int) -> str:
    path = contract.path.relative_to(ROOT) if contract.path.is_relative_to(ROOT) else contract.path
    return f"{path}:{line}" if line else str(path)
