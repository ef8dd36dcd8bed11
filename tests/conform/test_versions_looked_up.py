"""Looking codes up in a table that keeps the past: what had ended does not count, and with a day what counted on it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pyspark.sql import functions as F

from jobs.conform.conform import conform
from schemas.contract import RuleUse
from schemas.load import load
from schemas.settings import ROOT
from tests import rows

pytestmark = pytest.mark.spark
LICENCE = load(ROOT / "tests" / "data" / "past" / "licence.odcs.yaml")
AREAS = "code string, opened_on date, closed_on date, _valid_from date, _valid_to date, _is_deleted boolean"
NOT_ON, ON, OWN = {}, {"on": "changed_on"}, {"on": "changed_on", "valid_from": "opened_on", "valid_to": "closed_on"}  # type: ignore[var-annotated]
# code, day of the row, arguments of the rule beside table and column, whether it is found; the business date is 2026-03-02
STORIES = {
    "in force": ("A", "2026-03-01", NOT_ON, True),
    "ended before the business date": ("B", "2026-03-01", NOT_ON, False),
    "deleted later than the business date": ("C", "2026-03-01", NOT_ON, True),
    "known only from later on": ("D", "2026-03-01", NOT_ON, True),
    "put right before it ever counted": ("E", "2026-03-01", NOT_ON, False),
    "never there": ("F", "2026-03-01", NOT_ON, False),
    "ended, but not yet on the day of the row": ("B", "2026-01-31", ON, True),
    "on the first day it had ended": ("B", "2026-02-01", ON, False),
    "before it counted": ("D", "2026-03-01", ON, False),
    "the row's own dates hold where the rule names them": ("A", "2025-12-31", OWN, True),
    "and so does their end": ("A", "2026-06-02", OWN, False),
    "the row's own dates do not revive a version that has ended": ("B", "2026-01-31", OWN, False),
}


@pytest.fixture(scope="module")
def found(spark: Any) -> dict[str, bool]:
    """Which stories found their code."""
    first, opened, closed = date(2026, 1, 1), date(2025, 1, 1), date(2026, 6, 1)
    areas = spark.createDataFrame([
        ("A", opened, closed, first, None, False), ("B", opened, closed, first, date(2026, 2, 1), False),
        ("C", opened, closed, first, date(2026, 3, 5), False), ("C", opened, closed, date(2026, 3, 5), date(2026, 3, 5), True),
        ("D", opened, closed, date(2026, 4, 1), None, False), ("E", opened, closed, date(2026, 4, 1), date(2026, 4, 1), False),
    ], AREAS)  # fmt: skip
    answers: dict[str, bool] = {}
    for arguments in (NOT_ON, ON, OWN):
        told = {story: (code, day) for story, (code, day, given, _) in STORIES.items() if given is arguments}
        use = RuleUse("in_table", arguments={"table": "area", "column": "code", **arguments})
        columns = tuple(replace(column, rules=(use,)) if column.name == "licence_no" else column for column in LICENCE.columns)
        sent = [{"licence_no": code, "changed_on": day, "change": "S"} for code, day in told.values()]
        judged = conform(rows.raw(spark, LICENCE, sent), replace(LICENCE, columns=columns), {"area": areas}, F.lit("2026-03-02").cast("date"))
        by_row = {row["_row"] - 2: row["_disposition"] == "silver" for row in judged.collect()}
        answers |= {story: by_row[place] for place, story in enumerate(told)}
    return answers


@pytest.mark.parametrize("story", STORIES)
def test_a_code_is_found_while_its_version_counts(found: dict[str, bool], story: str) -> None:
    assert found[story] is STORIES[story][3]
