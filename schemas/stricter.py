"""Which of two editions of the rules refuses more: row rules of a column or of the table, code lists, set rules."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from schemas.change import BOTH, NOBODY, SENDERS, Change
from schemas.codes import Code
from schemas.contract import RuleUse, SetRule

BOUNDS = ("range", "length")  # rules whose arguments are min and max
WEAK = ("shadow", "warn")  # severities that set no row aside


def rules(old: Sequence[RuleUse], new: Sequence[RuleUse], column: str | None) -> Iterator[Change]:
    """Yield what became of the row rules of a column; of the table where column is None. What rule 'enum' knows is for `codes`."""
    pairs, gone, more = _paired(old, new)
    for use in gone:
        yield Change("rule_removed", column, f"rule {_named(use, column)} is gone")
    for use in more:
        enforced = "" if use.severity == "quarantine" else f", with severity {use.severity}"
        yield Change("rule_added", column, f"rule {_named(use, column)} is new{enforced}", NOBODY if use.severity in WEAK else SENDERS)
    for before, after in pairs:
        yield from _severity(before, after, column)
        if before.rule != "enum" and dict(before.arguments) != dict(after.arguments):
            yield _arguments(before, after, column)


def codes(old: Sequence[RuleUse], new: Sequence[RuleUse], known: tuple[Mapping[str, Any], Mapping[str, Any]], column: str) -> Iterator[Change]:
    """Yield what became of the codes a column may hold. known: the code lists of the old and of the new edition, by name."""
    uses = [next((use for use in side if use.rule == "enum"), None) for side in (old, new)]
    if uses[0] is None or uses[1] is None:
        return
    before, after = (_codes(use, lists) for use, lists in zip(uses, known, strict=True) if use)
    gone, more = [code for code in before if code not in after], [code for code in after if code not in before]
    if gone:
        said = f"column '{column}' no longer knows the code {_some(gone)}"
        yield Change("code_removed", column, said, NOBODY if uses[1].severity in WEAK else SENDERS)
    if more:
        yield Change("code_added", column, f"column '{column}' also knows the code {_some(more)}")
    others = [code for code in before if code in after and before[code] != after[code] and before[code] and after[code]]
    for code in others:
        yield Change("code_meaning", column, f"code '{code}' of column '{column}' means '{after[code]}', was '{before[code]}'", BOTH)


def set_rules(old: Sequence[SetRule], new: Sequence[SetRule]) -> Iterator[Change]:
    """Yield what became of the set rules: a stricter one can hold a delivery that was released before."""
    was, now = ({rule.name: rule for rule in side} for side in (old, new))
    for name in [name for name in was if name not in now]:
        yield Change("set_rule_removed", was[name].column, f"set rule {name} is gone", touches=BOTH)
    for name, rule in now.items():
        if name not in was:
            yield Change("set_rule_added", rule.column, f"set rule {name} is new: {_bounds(rule)}", SENDERS)
        elif (was[name].low, was[name].high, was[name].unit) != (rule.low, rule.high, rule.unit):
            kind, breaks = ("set_rule_stricter", SENDERS) if _is_stricter(was[name], rule) else ("set_rule_looser", NOBODY)
            yield Change(kind, rule.column, f"set rule {name}: {_bounds(was[name])} -> {_bounds(rule)}", breaks)


def _paired(old: Sequence[RuleUse], new: Sequence[RuleUse]) -> tuple[list[tuple[RuleUse, RuleUse]], list[RuleUse], list[RuleUse]]:
    """Pair equal uses first, then those of one rule in their order; return the pairs, what is only old, what is only new."""
    left, more = list(old), list(new)
    pairs: list[tuple[RuleUse, RuleUse]] = []
    for is_same in (lambda one, other: _whole(one) == _whole(other), lambda one, other: one.rule == other.rule):
        for use in list(more):
            twin = next((one for one in left if is_same(one, use)), None)
            if twin is not None:
                left.remove(twin)
                more.remove(use)
                pairs.append((twin, use))
    return pairs, left, more


def _whole(use: RuleUse) -> tuple[str, str, str]:
    return use.rule, use.severity, repr(sorted(use.arguments.items()))


def _severity(before: RuleUse, after: RuleUse, column: str | None) -> Iterator[Change]:
    if before.severity == after.severity:
        return
    said = f"rule {_named(after, column)}: severity {before.severity} -> {after.severity}"
    if after.severity == "quarantine":
        yield Change("rule_stricter", column, said, SENDERS)
    else:
        yield Change("rule_looser" if before.severity == "quarantine" else "rule_changed", column, said)


def _arguments(before: RuleUse, after: RuleUse, column: str | None) -> Change:
    """Other arguments. Only bounds tell by themselves that they refuse less."""
    said = f"rule {_named(after, column)}: {_given(before)} -> {_given(after)}"
    if before.rule in BOUNDS and _holds(before.arguments, after.arguments):
        return Change("rule_looser", column, said)
    kind = "rule_stricter" if before.rule in BOUNDS else "rule_changed"
    return Change(kind, column, said, NOBODY if after.severity in WEAK else SENDERS)


def _holds(inner: Mapping[str, Any], outer: Mapping[str, Any]) -> bool:
    """Whether every value within the inner bounds is within the outer ones."""
    low = outer.get("min") is None or (inner.get("min") is not None and _reaches(outer["min"], inner["min"]))
    return low and (outer.get("max") is None or (inner.get("max") is not None and _reaches(inner["max"], outer["max"])))


def _reaches(low: Any, high: Any) -> bool:
    """Whether low <= high, of two numbers or of two days, which a contract may write with or without quotes."""
    are_numbers = isinstance(low, int | float) and isinstance(high, int | float)
    return bool(low <= high) if are_numbers else str(low) <= str(high)


def _is_stricter(before: SetRule, after: SetRule) -> bool:
    if before.unit != after.unit:
        return True
    lows, highs = (before.low, after.low), (before.high, after.high)
    is_lower_kept = lows[1] is None or (lows[0] is not None and lows[0] >= lows[1])
    return not (is_lower_kept and (highs[1] is None or (highs[0] is not None and highs[0] <= highs[1])))


def _codes(use: RuleUse, lists: Mapping[str, tuple[Code, ...]]) -> dict[str, str]:
    """What a rule 'enum' knows: each code with its meaning, in Chinese as the standards print it; '' for values without one."""
    if "list" in use.arguments:
        return {code.code: code.zh for code in lists[str(use.arguments["list"])]}
    return {str(value): "" for value in use.arguments["values"]}


def _named(use: RuleUse, column: str | None) -> str:
    return f"'{use.rule}' of column '{column}'" if column else f"'{use.rule}' over {_given(use)}"


def _given(use: RuleUse) -> str:
    return ", ".join(f"{name} {value}" for name, value in use.arguments.items()) or "no arguments"


def _bounds(rule: SetRule) -> str:
    low, high = (None if bound is None else f"{bound:g}" for bound in (rule.low, rule.high))
    said = f"at least {low}" if high is None else f"at most {high}" if low is None else f"{low} to {high}"
    return f"{said} {rule.unit}"


def _some(found: list[str]) -> str:
    shown = ", ".join(f"'{code}'" for code in found[:5])
    return f"{shown} and {len(found) - 5} more" if len(found) > 5 else shown
