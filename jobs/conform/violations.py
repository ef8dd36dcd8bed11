"""What a row violates: each possible violation as a condition, collected into one array column."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform import blanks, drift, staged
from jobs.conform.rules.catalogue import COLUMN_RULES, JOINED, ROW_RULES
from jobs.conform.rules.value import Batch, Value
from schemas.contract import Contract, RuleUse

TYPE = "array<struct<rule:string,column:string,severity:string,value:string>>"
DEFECTS = ("shape", "encoding", "too_long", "cell_error")
PACKET = ("packet_noise", "packet_cut", "packet_length", "packet_crc", "packet_field", "packet_clock")
PAGE = ("page_tangled",)
ARCHIVED = (*PAGE, "page_cut", "page_digest")
MEDIA = ("media_empty", "media_unreadable", "media_cut", "media_name", "media_locked", "media_bomb")
OF_FORMAT = {"hj212": PACKET, "html": PAGE, "warc": ARCHIVED, "media": MEDIA}  # what only the reader of that source format finds


@dataclass(frozen=True)
class Possible:
    """One thing that can be wrong: when `bad` is true, the row carries this violation. shown: SQL of the masked value."""

    bad: Column
    rule: str
    column: str
    severity: str
    shown: str = "cast(null AS string)"


def gathered(possible: list[Possible]) -> Column:
    """Return the array of the violations a row has, in contract order; empty for a good row.

    A good row, which nearly all are, only has the conditions evaluated, in compiled code: what stands inside a higher-order
    function (array_compact is one) is interpreted for every row.
    """
    found = F.array_compact(F.array(*(F.when(p.bad, F.expr(_struct(p))) for p in possible)))
    return F.when(reduce(or_, (p.bad for p in possible)), found).otherwise(F.from_json(F.lit("[]"), TYPE))


def found(contract: Contract, values: Mapping[str, Value], batch: Batch) -> list[Possible]:
    """Return everything a row of this contract can violate, the rules that need a join excepted."""
    defects = [Possible(F.col("_defect") == kind, kind, "", "quarantine") for kind in (*DEFECTS, *OF_FORMAT.get(contract.source_format, ()))]
    columns = [possible for value in values.values() for possible in _of_column(value, contract, batch)]
    rows = [_of_row(values, use, batch) for use in contract.row_rules if use.rule not in JOINED]
    whole, unknown = F.col("_defect").isNull(), drift.unknown(contract)
    more = [Possible(unknown[1], "unknown_column", "", unknown[0], drift.UNKNOWN)] if unknown else []
    return defects + [replace(possible, bad=whole & possible.bad) for possible in columns + rows + more]


def _struct(possible: Possible) -> str:
    named = ("rule", possible.rule), ("column", possible.column), ("severity", possible.severity)
    fields = ", ".join(f"'{name}', {staged.quoted(text)}" for name, text in named)
    return f"named_struct({fields}, 'value', {possible.shown})"


def _of_column(value: Value, contract: Contract, batch: Batch) -> list[Possible]:
    field, shown = value.column, staged.shown(value.column)
    possible = [Possible(bad, rule, field.name, severity, shown) for rule, (severity, bad) in _built_in(value).items()]
    # Left out of a row that stays, a value stands among the violations of silver, and may belong into another column.
    closed = staged.shown(replace(field, classification="sensitive")) if drift.is_kept(contract, field) else shown
    possible += [Possible(bad, rule, field.name, severity, closed) for rule, (severity, bad) in drift.misfit(contract, field).items()]
    given = value.typed.isNotNull()
    for use in field.rules:
        if use.rule not in JOINED:
            bad = given & ~COLUMN_RULES[use.rule](value, use.arguments, batch)
            possible.append(Possible(bad, use.rule, field.name, use.severity, shown))
    return possible


def _built_in(value: Value) -> dict[str, tuple[str, Column]]:
    """What conform itself says of a value, by rule: severity and condition."""
    field = value.column
    wrong = {"placeholder": ("warn", blanks.is_placeholder(field))}
    if blanks.is_moment(field):
        wrong["zero_date"] = ("warn", blanks.is_zero_date(field))
        wrong["open_end"] = ("warn", blanks.is_open_end(field))
    if field.required:
        wrong["required"] = ("quarantine", blanks.is_empty(field))
    return wrong


def _of_row(values: Mapping[str, Value], use: RuleUse, batch: Batch) -> Possible:
    passed = F.coalesce(ROW_RULES[use.rule](values, use.arguments, batch), F.lit(True))
    names = [str(use.arguments[one]) for one in ("column", "unit") if one in use.arguments] or list(use.arguments.get("columns", ()))
    shown = ", ".join(f"coalesce({staged.shown(values[name].column)}, '')" for name in names)
    return Possible(~passed, use.rule, "+".join(names), use.severity, f"concat_ws(' | ', {shown})")
