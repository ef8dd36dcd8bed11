"""What a row violates: each possible violation as a condition, collected into one array column."""

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform import blanks
from jobs.conform.rules.catalogue import COLUMN_RULES, JOINED, ROW_RULES
from jobs.conform.rules.value import Batch, Value
from schemas import forms
from schemas.contract import Contract, RuleUse

DEFECTS = ("shape", "encoding", "too_long")
LONGEST_SHOWN = 200


@dataclass(frozen=True)
class Possible:
    """One thing that can be wrong: when `bad` is true, the row carries this violation. `value` is masked already."""

    bad: Column
    rule: str
    column: str
    severity: str
    value: Column


def collect(possible: list[Possible]) -> Column:
    """Return the array of the violations a row has, in contract order; empty for a good row."""
    return F.array_compact(F.array(*(F.when(p.bad, _struct(p)) for p in possible)))


def found(contract: Contract, values: Mapping[str, Value], batch: Batch) -> list[Possible]:
    """Return everything a row of this contract can violate, the rules that need a join excepted."""
    nothing = F.lit(None).cast("string")
    defects = [Possible(F.col("_defect") == kind, kind, "", "quarantine", nothing) for kind in DEFECTS]
    columns = [possible for value in values.values() for possible in _of_column(value, batch)]
    rows = [_of_row(values, use, batch) for use in contract.row_rules if use.rule not in JOINED]
    whole = F.col("_defect").isNull()
    return defects + [Possible(whole & p.bad, p.rule, p.column, p.severity, p.value) for p in columns + rows]


def shown_value(value: Value) -> Column:
    """Return a value as a violation may show it: in full only in a public column, see classification.mask."""
    text, size = value.text, F.length(value.text)
    if value.column.classification == "public":
        return F.substring(text, 1, LONGEST_SHOWN)
    inner = F.concat(F.substring(text, 1, 1), F.repeat(F.lit("*"), size - 2), F.substring(text, -1, 1))
    return F.when(size <= 5, F.repeat(F.lit("*"), size)).otherwise(F.substring(inner, 1, LONGEST_SHOWN))


def _struct(possible: Possible) -> Column:
    named = {"rule": F.lit(possible.rule), "column": F.lit(possible.column), "severity": F.lit(possible.severity)}
    return F.struct(*(column.alias(name) for name, column in named.items()), possible.value.alias("value"))


def _of_column(value: Value, batch: Batch) -> list[Possible]:
    field, text, given = value.column, value.text, value.typed.isNotNull()
    empty = blanks.is_empty(field, text)
    wrong = {
        ("placeholder", "warn"): blanks.is_placeholder(field, text),
        ("zero_date", "warn"): blanks.is_zero_date(field, text),
        ("open_end", "warn"): blanks.is_open_end(field, text),
        ("required", "quarantine"): empty if field.required else F.lit(False),
        ("form", "quarantine"): ~empty & value.typed.isNull() if field.logical_type != "string" else F.lit(False),
    }
    limit = forms.max_length(field)
    if limit is not None:
        wrong["length", "quarantine"] = given & (F.length(text) > limit)
    shown = shown_value(value)
    possible = [Possible(bad, rule, field.name, severity, shown) for (rule, severity), bad in wrong.items()]
    for use in field.rules:
        if use.rule not in JOINED:
            bad = given & ~COLUMN_RULES[use.rule](value, use.arguments, batch)
            possible.append(Possible(bad, use.rule, field.name, use.severity, shown))
    return possible


def _of_row(values: Mapping[str, Value], use: RuleUse, batch: Batch) -> Possible:
    passed = F.coalesce(ROW_RULES[use.rule](values, use.arguments, batch), F.lit(True))
    column = str(use.arguments.get("column") or "+".join(use.arguments.get("columns", ())))
    shown = [F.coalesce(shown_value(values[name]), F.lit("")) for name in column.split("+") if name in values]
    return Possible(~passed, use.rule, column, use.severity, F.concat_ws(" | ", *shown))
