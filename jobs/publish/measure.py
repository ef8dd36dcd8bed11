"""The measurements of a candidate that the audit judges, made by Spark in one aggregate over it."""

from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from jobs.evidence.ledger import LOW_BITS
from jobs.publish.discard import CONFLICT, DUPLICATE
from schemas.contract import Contract

STATISTICS = {"minimum": F.min, "maximum": F.max, "mean": F.avg, "distinctValues": F.approx_count_distinct}
KEYS = {"minimum": "minimum", "maximum": "maximum", "mean": "mean", "distinctValues": "distinct"}


@dataclass(frozen=True)
class Counts:
    """How many rows a candidate holds, by what becomes of them, and the order-free hash sum of all of them."""

    rows_in: int
    silver: int
    quarantined: int
    duplicate: int
    hash: int


def measure(candidate: DataFrame, crowded: DataFrame, contract: Contract) -> tuple[Counts, dict[str, Any]]:
    """Return the counts of a candidate, and its violations and column measures as the audit reads them.

    crowded: see `discard.crowded`.
    Three small Spark jobs: one aggregate over the rows, one over those with violations, one over the crowded.
    Only the columns that a set rule names, or that are required, are read.
    """
    totals = {row["_disposition"]: row for row in candidate.groupBy("_disposition").agg(*_aggregates(contract)).toLocalIterator()}
    violations = _violations(candidate) if any(_number(row, "flawed") for row in totals.values()) else {}
    reasons = {row["reason"]: row for row in _reasons(crowded).toLocalIterator()}
    kept, refused = _number(totals.get("silver"), "rows"), _number(totals.get("quarantine"), "rows")
    duplicate, conflict = _number(reasons.get(DUPLICATE), "rows"), _number(reasons.get(CONFLICT), "rows")
    surplus = _number(reasons.get(None), "rows") - _number(reasons.get(None), "keys")
    total_hash = sum(_number(row, "hash") for row in totals.values())
    counts = Counts(kept + refused, kept - duplicate - conflict, refused + conflict, duplicate, total_hash)
    by_rule: dict[str, int] = {}
    for (rule, _), count in violations.items():
        by_rule[rule] = by_rule.get(rule, 0) + count
    if conflict:
        by_rule[CONFLICT] = conflict
    columns = {name: _column(name, totals.get("silver"), violations) for name in contract.names}
    for name in contract.key:
        columns[name]["duplicates"] = surplus
    return counts, {"violations": by_rule, "columns": columns}


def _aggregates(contract: Contract) -> list[Column]:
    low = F.col("_hash").bitwiseAND(F.lit(LOW_BITS).cast("bigint"))
    found = [F.count(F.lit(1)).alias("rows"), F.sum(low).alias("hash"), F.count_if(F.size("_violations") > 0).alias("flawed")]
    found += [F.count(name).alias(f"given {name}") for name in _watched(contract)]
    for rule in contract.set_rules:
        if rule.metric in STATISTICS and rule.column:
            found.append(STATISTICS[rule.metric](rule.column).alias(f"{KEYS[rule.metric]} {rule.column}"))
        if rule.metric == "duplicateValues" and rule.column and rule.column not in contract.key:
            found.append(F.count_distinct(rule.column).alias(f"exact {rule.column}"))
    return found


def _reasons(crowded: DataFrame) -> DataFrame:
    return crowded.groupBy("reason").agg(F.count(F.lit(1)).alias("rows"), F.count_distinct("key").alias("keys"))


def _watched(contract: Contract) -> list[str]:
    named = [rule.column for rule in contract.set_rules if rule.column]
    return list(dict.fromkeys([c.name for c in contract.columns if c.required] + named))


def _violations(candidate: DataFrame) -> dict[tuple[str, str], int]:
    single = candidate.where(F.size("_violations") > 0).select(F.explode("_violations").alias("v"))
    counted = single.groupBy("v.rule", "v.column").count()
    return {(row["rule"], row["column"]): row["count"] for row in counted.toLocalIterator()}


def _column(name: str, silver: Row | None, violations: dict[tuple[str, str], int]) -> dict[str, Any]:
    wrong = {rule: count for (rule, column), count in violations.items() if column == name}
    found: dict[str, Any] = {"invalid": sum(wrong.values()), "unreferenced": wrong.get("in_table", 0), "misfit": wrong.get("form", 0) + wrong.get("length", 0)}
    if silver is None:
        return found
    values = silver.asDict()
    if f"given {name}" in values:
        found["nulls"] = values["rows"] - values[f"given {name}"]
    for key in KEYS.values():
        if values.get(f"{key} {name}") is not None:
            found[key] = float(str(values[f"{key} {name}"])) if key != "distinct" else values[f"{key} {name}"]
    if f"exact {name}" in values:
        found["duplicates"] = values["rows"] - found["nulls"] - values[f"exact {name}"]
    return found


def _number(row: Row | None, name: str) -> int:
    return 0 if row is None or row[name] is None else int(row[name])
