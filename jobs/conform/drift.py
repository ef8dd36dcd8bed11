"""What differs from the contract, by its policies: unknown columns, and values of another type or too wide for their column."""

from functools import reduce
from operator import or_

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform import blanks, staged
from schemas import forms
from schemas.contract import Column as Field
from schemas.contract import Contract

MAP = "map<string,string>"
DISCARDS = ("discard_row", "discard_value")
# The unknown columns of a row with their values as a violation may show them: what nobody has classified counts as the most closed.
UNKNOWN = f"""substring(array_join(transform(map_entries(_extra), one -> concat(one.key, '=', CASE WHEN length(one.value) <= 5 THEN repeat('*', length(one.value))
  ELSE concat(left(one.value, 1), repeat('*', length(one.value) - 2), right(one.value, 1)) END)), ', '), 1, {staged.LONGEST_SHOWN})"""


def is_kept(contract: Contract, field: Field) -> bool:
    """Say whether a row stays though a value of this field does not fit: never without a key or a required value."""
    return contract.drift.values in ("evolve", "discard_value") and not field.required and field.key_position is None


def misfit(contract: Contract, field: Field) -> dict[str, tuple[str, Column]]:
    """Return the violations of a value of another type (form) or too wide (length), each with its severity and condition."""
    severity = "warn" if is_kept(contract, field) else "quarantine"
    limit = forms.max_length(field)
    if field.logical_type != "string":
        return {"form": (severity, F.col(staged.typed(field)).isNull() & ~blanks.is_empty(field))}
    return {"length": (severity, _is_too_wide(contract, field))} if limit is not None else {}


def fitting(contract: Contract, field: Field, typed: Column) -> Column:
    """Return the typed value, null where the policy discards a text that is too wide; a value of another type is null already."""
    if contract.drift.values != "discard_value" or forms.max_length(field) is None or not is_kept(contract, field):
        return typed
    return F.when(~_is_too_wide(contract, field), typed)


def unknown(contract: Contract) -> tuple[str, Column] | None:
    """Return severity and condition of a row that brings a value in an unknown column; None where such a value is simply kept."""
    if contract.drift.columns not in DISCARDS:
        return None
    return "quarantine" if contract.drift.columns == "discard_row" else "warn", F.size("_extra") > 0


def extra(contract: Contract) -> Column:
    """Return what is kept in `_extra`: unknown columns, unless their values are discarded; quarantine keeps all that was sent.

    Where values evolve, also the text of each value that has another type than its column.
    """
    kept = F.col("_extra")
    if contract.drift.columns == "discard_value":
        kept = F.when(F.col("_disposition") == "quarantine", kept)
    fields = [field for field in contract.columns if field.logical_type != "string" and is_kept(contract, field)]
    if contract.drift.values != "evolve" or not fields:
        return kept
    wrong = {field.name: misfit(contract, field)["form"][1] for field in fields}
    texts = F.create_map(*(part for name, bad in wrong.items() for part in (F.lit(name), F.when(bad, F.col(name)))))
    whole = F.map_concat(F.coalesce(kept, F.from_json(F.lit("{}"), MAP)), F.map_filter(texts, lambda _, text: text.isNotNull()))
    return F.when(reduce(or_, wrong.values()), whole).otherwise(kept)


def _is_too_wide(contract: Contract, field: Field) -> Column:
    limit = forms.max_length(field) or 0
    if contract.drift.values != "discard_value":
        return F.length(F.col(staged.typed(field))) > limit
    return (F.length(F.col(staged.text(field))) > limit) & ~blanks.is_empty(field)  # the typed value is null then
