"""Which rule fits which column: a rule that could never judge anything is refused where it stands."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

from schemas import house, ranges
from schemas.contract import Column, Contract, RuleUse, SetRule
from schemas.located import Place, Source
from schemas.rules import IDENTIFIERS
from schemas.words import listed, nearest

CODES = Path(__file__).parent / "codes"
MOMENTS, NUMBERS = ("date", "timestamp"), ("integer", "number")
# Types each rule can judge; every type for the rules not named here.
TYPES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys([*IDENTIFIERS, "url", "length", "pattern", "clean_text", "part_of"], ("string",)),
    "range": (*NUMBERS, *MOMENTS),
    "not_after_batch": MOMENTS,
    "order": (*MOMENTS, *NUMBERS),
    "same_day": MOMENTS,
    "workday_limit": MOMENTS,
    "unit": NUMBERS,
    **dict.fromkeys(["minimum", "maximum", "mean"], NUMBERS),
}
FREE_TEXT = ("mask",)  # what can be done with personal numbers in a free text
# Arguments that name columns of this table.
COLUMNS = ("column", "of", "since", "columns", "when", "on", "unit", "by")


def column(source: Source, place: Place, one: Column, contract: Contract) -> None:
    """Raise Refused when what a column is called, or a rule of it, does not fit it."""
    _check_free_text(source, house.place(source, (*place, "customProperties"), "freeText"), one)
    at = house.place(source, (*place, "customProperties"), "rules")
    for index, use in enumerate(one.rules):
        column_rule(source, (*at, index), use, one)
        for named, name in names((*at, index), use):
            existing(source, named, name, contract)


def column_rule(source: Source, place: Place, use: RuleUse, column: Column) -> None:
    """Raise Refused when a rule of a column cannot judge it, or when its arguments make no sense."""
    _check_type(source, place, use.rule, column)
    given = use.arguments
    if use.rule in ("range", "length"):
        _check_bounds(source, place, use, column)
    if use.rule == "enum":
        _check_codes(source, place, use, column)
    if use.rule == "pattern":
        try:
            re.compile(str(given["regex"]).replace(r"\z", r"\Z"))
        except re.error as error:
            raise source.refused((*place, "regex"), f"pattern '{given['regex']}' cannot be read: {error}.") from None


def row_rule(source: Source, place: Place, use: RuleUse, contract: Contract) -> None:
    """Raise Refused when a rule of a row names a column that is not there, or one that it cannot judge."""
    for argument in ("columns", "when"):
        wanted = list if argument == "columns" else dict
        if argument in use.arguments and not isinstance(use.arguments[argument], wanted):
            kind = "a list of columns" if argument == "columns" else "columns with their values"
            raise source.refused((*place, argument), f"'{argument}' of rule '{use.rule}' must be {kind}.")
    for at, name in names(place, use):
        existing(source, at, name, contract)
        if at[len(place)] not in ("when", "on", "unit", "by"):
            _check_type(source, at, use.rule, contract.column(name))
    for name, wanted in use.arguments.get("when", {}).items():
        values(source, (*place, "when", name), wanted, contract.column(name))
    if "values" in use.arguments:
        values(source, (*place, "values"), use.arguments["values"], contract.column(use.arguments["column"]))
    if use.rule == "unit":
        ranges.check(source, (*place, "ranges"), use.arguments["ranges"])
    if use.rule in ("order", "any_of", "same_day") and len(use.arguments["columns"]) < 2:
        raise source.refused((*place, "columns"), f"rule '{use.rule}' needs at least two columns.")


def set_rule(source: Source, place: Place, rule: SetRule, contract: Contract) -> None:
    """Raise Refused when a set rule is about a column that is not there, or that has no such figure."""
    if rule.metric == "missingRecords" and contract.merge != "snapshot":
        raise source.refused(place, f"missingRecords is for merge 'snapshot', this one is '{contract.merge}': only of a whole table can records be missing.")
    if rule.column is None:
        return
    at = next((p for p in _places_of_column(place) if p in source.lines), place)
    existing(source, at, rule.column, contract)
    column = contract.column(rule.column)
    _check_type(source, at, rule.metric, column)
    several = _value(source.value, at) if at[-1] == "properties" else None
    if several is not None and (rule.metric != "duplicateValues" or set(several) != set(contract.key)):
        whole = ", ".join(contract.key)
        sentence = f"'properties' are for duplicateValues of the key ({whole}). Name these, or a 'column'."
        raise source.refused(at, sentence)
    if rule.metric == "unreferenced" and not any(use.rule == "in_table" for use in column.rules):
        sentence = f"unreferenced needs rule 'in_table' on column '{rule.column}'. Add it, with severity warn."
        raise source.refused(at, sentence)


def names(place: Place, use: RuleUse) -> list[tuple[Place, str]]:
    """Return the columns of its own table that a rule names, each with its place."""
    found: list[tuple[Place, str]] = []
    for argument in COLUMNS:
        if use.rule == "in_table" and argument != "on":
            continue
        given: Any = use.arguments.get(argument, [])
        if isinstance(given, dict):
            found += [((*place, argument, key), str(key)) for key in given]
        elif isinstance(given, list):
            found += [((*place, argument, index), str(name)) for index, name in enumerate(given)]
        else:
            found.append(((*place, argument), str(given)))
    return found


def existing(source: Source, place: Place, name: str, contract: Contract) -> None:
    """Raise Refused when the contract has no column of that name."""
    if name not in contract.names:
        raise source.refused(place, f"there is no column '{name}'.{nearest(name, contract.names)}")


def _value(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def _places_of_column(place: Place) -> list[Place]:
    return [(*place, part, key) for part in ("arguments", "implementation") for key in ("column", "properties")]


def _check_free_text(source: Source, at: Place, column: Column) -> None:
    """Raise Refused when a column is called free text and cannot be one, or what to do with it is not a known word."""
    if column.free_text is None:
        return
    if column.free_text not in FREE_TEXT:
        raise source.refused(at, f"freeText is '{column.free_text}', must be {listed(FREE_TEXT)}.{nearest(column.free_text, FREE_TEXT)}")
    read = next((use.rule for use in column.rules if use.rule in IDENTIFIERS), None)
    is_one = "is a key" if column.key_position else f"is a {column.logical_type}" if column.logical_type != "string" else f"holds what rule '{read}' reads" if read else None
    if is_one:
        raise source.refused(at, f"column '{column.name}' {is_one}, and no free text: a mask would destroy it. Remove freeText.")


def _check_type(source: Source, place: Place, rule: str, column: Column) -> None:
    types = TYPES.get(rule)
    if types and column.logical_type not in types:
        of = f"column '{column.name}' of type {column.logical_type}"
        raise source.refused(place, f"'{rule}' cannot judge {of}: it is for {listed(types)}.")


def _check_bounds(source: Source, place: Place, use: RuleUse, column: Column) -> None:
    low, high = use.arguments.get("min"), use.arguments.get("max")
    if low is None and high is None:
        raise source.refused(place, f"rule '{use.rule}' needs 'min' or 'max'. Add one.")
    kind = "integer" if use.rule == "length" else column.logical_type
    for key in ("min", "max"):
        if key in use.arguments and not _is_bound(use.arguments[key], kind):
            given = use.arguments[key]
            raise source.refused((*place, key), f"{key} of rule '{use.rule}' is {given!r}, must be {_kinds(kind)}.")
    if low is not None and high is not None and low > high:
        raise source.refused(place, f"rule '{use.rule}' can never hold: min {low} is above max {high}.")


def _is_bound(given: Any, kind: str) -> bool:
    if kind not in MOMENTS:
        return isinstance(given, int if kind == "integer" else int | float) and not isinstance(given, bool)
    try:
        return isinstance(given, date) or datetime.fromisoformat(str(given)) is not None
    except ValueError:
        return False


def _kinds(kind: str) -> str:
    return {"integer": "a whole number", "number": "a number"}.get(kind, "a date such as 2026-03-01")


def _check_codes(source: Source, place: Place, use: RuleUse, column: Column) -> None:
    if ("list" in use.arguments) == ("values" in use.arguments):
        raise source.refused(place, "rule 'enum' takes either 'list' (a file of schemas/codes) or 'values'.")
    if "values" in use.arguments:
        values(source, (*place, "values"), use.arguments["values"], column)
        return
    known = sorted(path.stem for path in CODES.glob("*.csv"))
    if use.arguments["list"] not in known:
        name = str(use.arguments["list"])
        near = nearest(name, known)
        raise source.refused((*place, "list"), f"there is no code list '{name}' in schemas/codes.{near}")


def values(source: Source, place: Place, wanted: Any, column: Column) -> None:
    """Raise Refused for an empty list, and for a number where the column is text: an unquoted 01 is read as 1, which no text equals."""
    if wanted in ([], None):
        raise source.refused(place, "a list of values needs at least one.")
    for index, value in enumerate(wanted if isinstance(wanted, list) else [wanted]):
        if column.logical_type == "string" and not isinstance(value, str):
            raise source.refused((*place, index), f"{value!r} for text column '{column.name}' must be in quotes.")
