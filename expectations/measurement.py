"""What Spark counted in a candidate, and the figure each set rule is about."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path

from expectations.suite import VALUES, is_share
from schemas.contract import SetRule

# The key of the measurement file that holds the figure of each metric.
OF_COLUMN = {
    "nullValues": "nulls", "missingValues": "nulls", "invalidValues": "invalid", "duplicateValues": "duplicates",
    "distinctValues": "distinct", "unreferenced": "unreferenced", "minimum": "minimum", "maximum": "maximum",
    "mean": "mean", "misfitValues": "misfit",
}  # fmt: skip
# Counted by the row rules over every row that came in, quarantined ones included.
FOUND_BY_ROWS = ("invalidValues", "misfitValues", "unreferenced")


class Unmeasured(LookupError):
    """The measurement lacks a figure that the contract has a set rule about: a fault of ours, not of the data."""


@dataclass(frozen=True)
class Measurement:
    """The counts of one candidate. history: rows_in of earlier released batches, newest first.

    records: those that readers have and a dump should; records_missing: of these, how many it lacks.
    """

    table: str
    batch: str
    date: str
    rows_in: int
    rows_silver: int
    rows_quarantined: int
    rows_duplicate: int
    history: tuple[int, ...]
    columns: Mapping[str, Mapping[str, float | str | None]]
    records: int = 0
    records_missing: int = 0


def read(path: Path) -> Measurement:
    """Read a measurement file. Raises Unmeasured when a count is missing."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    try:
        known = {field.name: raw[field.name] for field in fields(Measurement) if field.default is MISSING or field.name in raw}
    except KeyError as error:
        raise Unmeasured(f"{path} has no {error}. Nothing was judged. jobs/publish/measure.py writes it.") from None
    return Measurement(**{**known, "history": tuple(known["history"])})


def figure(rule: SetRule, batch: Measurement) -> float | None:
    """Return the figure a set rule is about, in the rule's unit; None when there is nothing it could be made from.

    percent: of the mean of history for rowCountChange, of the records that readers have for missingRecords, of the rows that
    came in for what row rules found, else of the rows that passed them, known ones included: the figures count these too.
    None: rowCountChange without history, minimum, maximum and mean of a column of nulls.
    Raises Unmeasured when the measurement lacks it.
    """
    if rule.metric == "rowCount":  # a delivery that only repeats known rows is no empty one
        return batch.rows_silver + batch.rows_duplicate
    if rule.metric == "quarantineRate":
        return _percent(batch.rows_quarantined, batch.rows_in)
    if rule.metric == "rowCountChange":
        usual = sum(batch.history) / len(batch.history) if batch.history else 0
        return (batch.rows_in - usual) * 100 / usual if usual else None
    if rule.metric == "missingRecords":
        return _percent(batch.records_missing, batch.records)
    found = _of_column(rule, batch)
    if found is None or not is_share(rule):
        return found
    return _percent(found, batch.rows_in if rule.metric in FOUND_BY_ROWS else batch.rows_silver + batch.rows_duplicate)


def _of_column(rule: SetRule, batch: Measurement) -> float | None:
    # Each column of a key carries the surplus of the whole key, so the first one speaks for all.
    column, key = str(rule.column).split(", ")[0], OF_COLUMN[rule.metric]
    if rule.metric in VALUES and batch.columns[column].get(key) is None:
        return None
    if not batch.rows_silver and key not in batch.columns[column]:
        return 0
    if key not in batch.columns.get(column, {}):
        lacking = f"the measurement has no '{key}' of '{column}' for {rule.name}"
        raise Unmeasured(f"{batch.table} {batch.date}: {lacking}. Nothing was judged.")
    found = batch.columns[column][key]
    return found if found is None or isinstance(found, int) else float(found)


def _percent(part: float, whole: int) -> float:
    return part * 100 / whole if whole else 0.0
