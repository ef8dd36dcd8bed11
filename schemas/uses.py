"""The rules a contract uses: row rules by name with their arguments, set rules with their bounds."""

import math
from typing import Any, cast, get_args

from schemas.contract import RuleUse, SetRule, Severity
from schemas.document import Quality
from schemas.located import Place, Source
from schemas.rules import RULES
from schemas.words import listed, nearest

HOUSE_METRICS = (
    "quarantineRate", "distinctValues", "minimum", "maximum", "mean", "misfitValues", "unreferenced", "rowCountChange", "missingRecords",
)  # fmt: skip
# Whole numbers, unless taken as percent: more than n means n + 1 at least.
COUNTS = (
    "rowCount", "nullValues", "missingValues", "invalidValues", "duplicateValues", "distinctValues", "misfitValues", "unreferenced",
)  # fmt: skip
Bounds = tuple[float | None, float | None]
OF_TABLE = ("rowCount", "quarantineRate", "rowCountChange", "missingRecords")


def rule(source: Source, place: Place, use: Any, scope: str) -> RuleUse:
    """Read one use of a row rule, `uscc` or `{rule: length, max: 5}`. Raises Refused for what the catalogue lacks."""
    if not isinstance(use, str | dict):
        raise source.refused(place, f"a rule is a name or {{rule: name, …}}, not {use!r}.")
    given = {"rule": use} if isinstance(use, str) else dict(use)
    name, severity = str(given.pop("rule", "")), given.pop("severity", "quarantine")
    _check_name(source, (*place, "rule"), name, scope)
    if severity not in get_args(Severity):
        wanted = f"{listed(get_args(Severity))}.{nearest(str(severity), get_args(Severity))}"
        raise source.refused((*place, "severity"), f"severity of '{name}' is '{severity}', must be {wanted}")
    _check_arguments(source, place, name, given)
    return RuleUse(name, cast(Severity, severity), given, source.line(place))


def _check_arguments(source: Source, place: Place, name: str, given: dict[str, Any]) -> None:
    known = [argument.rstrip("?") for argument in RULES[name].arguments]
    for argument in given:
        if argument not in known:
            takes = f"It takes {listed(known)}." if known else "It takes no arguments."
            near = nearest(argument, [*known, "severity"])
            raise source.refused((*place, argument), f"rule '{name}' takes no '{argument}'. {takes}{near}")
    for argument in RULES[name].arguments:
        if not argument.endswith("?") and argument not in given:
            raise source.refused(place, f"rule '{name}' needs '{argument}'. Add it.")


def set_rule(source: Source, place: Place, item: Quality, column: str | None) -> SetRule:
    """Read one set rule, from the table's quality list or a column's. Raises Refused for metrics and bounds unknown."""
    arguments = {**item.arguments, **(item.implementation or {})}
    metric = item.metric or str(arguments.pop("metric", ""))
    if item.metric is None and metric not in HOUSE_METRICS:
        at = (*place, "implementation", "metric")
        raise source.refused(at, f"there is no metric '{metric}' of ours.{nearest(metric, HOUSE_METRICS)}")
    column = _column(arguments, column)
    if metric in OF_TABLE and column:
        raise source.refused(place, f"{metric} is about the whole table. Put it there, without a column.")
    if metric not in OF_TABLE and not column:
        raise source.refused(place, f"{metric} needs a column: {{arguments: {{column: …}}}}.")
    low, high = _bounds(source, place, item, arguments)
    if low is None and high is None:
        raise source.refused(place, f"{metric} has no bound. Add mustBe…, or min and max under 'implementation'.")
    if metric in COUNTS and item.unit == "rows":
        low, high = None if low is None else math.ceil(low), None if high is None else math.floor(high)
    if low is not None and high is not None and low > high:
        raise source.refused(place, f"{metric} can never hold: at least {low:g} and at most {high:g}.")
    for unknown in arguments:
        part = "implementation" if unknown in (item.implementation or {}) else "arguments"
        near = nearest(unknown, ("column", "properties", "min", "max"))
        raise source.refused((*place, part, unknown), f"{metric} takes no '{unknown}'.{near}")
    return SetRule(metric, column, low, high, item.unit, arguments, source.line(place))


def _column(arguments: dict[str, Any], column: str | None) -> str | None:
    """The column a set rule is about; the first of several, as ODCS has them under 'properties' for a key."""
    several = arguments.pop("properties", None)
    return str(several[0]) if isinstance(several, list) and several else arguments.pop("column", column)


def _check_name(source: Source, place: Place, name: str, scope: str) -> None:
    if name not in RULES or RULES[name].scope == "reader":
        near = nearest(name, [known for known, spec in RULES.items() if spec.scope != "reader"])
        raise source.refused(place, f"there is no rule '{name}'.{near}")
    if RULES[name].scope != scope:
        where = "the customProperties of the table" if scope == "column" else "a column's customProperties"
        raise source.refused(place, f"rule '{name}' is not for here. Move it to {where}.")


def _bounds(source: Source, place: Place, item: Quality, arguments: dict[str, Any]) -> Bounds:
    low, high = arguments.pop("min", None), arguments.pop("max", None)
    for bound in (low, high):
        if bound is not None and not isinstance(bound, int | float):
            raise source.refused((*place, "implementation"), f"a bound is a number, not {bound!r}.")
    if item.mustBeBetween is not None:
        if len(item.mustBeBetween) != 2:
            raise source.refused((*place, "mustBeBetween"), "mustBeBetween takes two numbers, the smaller first.")
        low, high = item.mustBeBetween
    lows = (item.mustBe, item.mustBeGreaterOrEqualTo, _beyond(item.mustBeGreaterThan, math.inf), low)
    highs = (item.mustBe, item.mustBeLessOrEqualTo, _beyond(item.mustBeLessThan, -math.inf), high)
    return next((v for v in lows if v is not None), None), next((v for v in highs if v is not None), None)


def _beyond(bound: float | None, towards: float) -> float | None:
    """The next number after an open bound; rounded to the next count where the figure is a count."""
    return None if bound is None else math.nextafter(bound, towards)
