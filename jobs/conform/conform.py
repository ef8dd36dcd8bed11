"""Raw rows -> typed rows with their violations. One function for batch and stream; no reading, no writing."""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.conform import blanks, cast, drift, lookups, masks, staged, violations
from jobs.conform.rules.value import Batch, Value
from schemas.contract import Column as Field
from schemas.contract import Contract

SYSTEM = ("_file", "_path", "_row")


def conform(raw: DataFrame, contract: Contract, references: Mapping[str, DataFrame], as_of: Column) -> DataFrame:
    """Mask free texts, normalise, check the form, cast, apply the rules: every row comes out, with what it violates.

    raw: the contract's columns as strings, plus _extra, _file, _path, _row, _defect, _raw; further columns pass through.
    references: for each table the contract's rules look things up in, its rows.  as_of: the business date.
    Returns the typed columns, _extra, _file, _path, _row, the further columns, _violations, _disposition
    (silver | quarantine), _sent (JSON of the raw values, free texts masked, only for quarantine) and _hash (of the typed values).
    Raises Refused for a rule whose arguments make no sense; Unavailable when a reference is not given.
    """
    safe = masks.applied(raw, contract)
    folded = safe.select("*", *(_folded(field).alias(staged.text(field)) for field in contract.columns))
    cast_ = folded.select("*", *(drift.fitting(contract, field, _typed(field)).alias(staged.typed(field)) for field in contract.columns))
    values = {f.name: Value(F.col(staged.text(f)), F.col(staged.typed(f)), f) for f in contract.columns}
    joined, looked_up = lookups.join(cast_, contract, values, references, as_of)
    found = violations.found(contract, values, Batch(as_of)) + looked_up + masks.found(contract)
    judged = joined.withColumn("_violations", violations.gathered(found))
    bad = F.exists("_violations", lambda violation: violation["severity"] == "quarantine")
    disposed = judged.withColumn("_disposition", F.when(bad, "quarantine").otherwise("silver"))
    further = [name for name in raw.columns if name not in (*contract.names, "_extra", *SYSTEM, "_defect", "_raw")]
    return disposed.select(*_output(contract, further))


def _output(contract: Contract, further: list[str]) -> list[Column]:
    typed = [F.col(staged.typed(field)).alias(field.name) for field in contract.columns]
    sent = F.to_json(F.struct(*(F.col(name) for name in contract.names), "_raw"))
    return [
        *typed,
        drift.extra(contract).alias("_extra"),
        *(F.col(name) for name in (*SYSTEM, *further)),
        F.col("_violations"),
        F.col("_disposition"),
        F.when(F.col("_disposition") == "quarantine", sent).alias("_sent"),
        F.xxhash64(*(F.col(staged.typed(field)) for field in contract.columns)).alias("_hash"),
    ]


def _folded(field: Field) -> Column:
    text = cast.folded(field, F.col(field.name))
    return F.when(text != "", text)


def _typed(field: Field) -> Column:
    text = F.col(staged.text(field))
    none = blanks.is_empty(field)
    if not blanks.is_moment(field):
        return F.when(~none, cast.typed(field, text))
    end = F.lit("9999-12-31").cast(cast.spark_type(field))
    return F.when(none, None).when(blanks.is_open_end(field), end).otherwise(cast.typed(field, text))
