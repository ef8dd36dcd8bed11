"""What differs from the contract, under each policy: the row, its values, its violations, what is kept beside it."""

from dataclasses import replace
from typing import Any

import pytest
from pyspark.sql import functions as F

from jobs.conform.conform import conform
from schemas.drift import Drift
from tests import rows
from tests.ingest.cases import column, contract

pytestmark = pytest.mark.spark
TABLE = contract(
    column("key", required=True, key_position=1), column("amount", logical_type="number", physical_type="decimal(5,2)", classification="personal"),
    column("due", logical_type="integer", required=True), column("name", physical_type="varchar(3)"),
)  # fmt: skip
GOOD = {"key": "k", "amount": "1.50", "due": "1", "name": "abc"}
STORIES = {
    "good": GOOD, "other type": {**GOOD, "amount": "12345678"}, "too precise": {**GOOD, "amount": "1.234"}, "too wide": {**GOOD, "name": "abcd"},
    "required": {**GOOD, "due": "x"}, "placeholder": {**GOOD, "amount": "无", "name": "暂无"},
}  # fmt: skip
KEPT = {"mobile": "13800000000"}


def judged(spark: Any, given: Drift, extra: dict[str, str] | None = None) -> dict[str, Any]:
    """One conform of all stories, by story."""
    one = replace(TABLE, drift=given)
    known = F.lit(None).cast("map<string,string>") if extra is None else F.create_map(*(F.lit(part) for pair in extra.items() for part in pair))
    raw = rows.raw(spark, one, list(STORIES.values())).withColumn("_extra", known)
    found = sorted(conform(raw, one, {}, F.lit("2026-03-02").cast("date")).collect(), key=lambda row: row["_row"])
    return dict(zip(STORIES, found, strict=True))


def told(row: Any) -> tuple[str, list[tuple[str, str, str, str | None]]]:
    return row["_disposition"], [tuple(v.asDict().values()) for v in row["_violations"] if v["rule"] != "placeholder"]


def test_by_default_a_value_that_does_not_fit_costs_its_row_and_unknown_columns_are_kept(spark: Any) -> None:
    found = judged(spark, Drift(), KEPT)
    assert told(found["other type"]) == ("quarantine", [("form", "amount", "quarantine", "1******8")])
    assert told(found["too wide"]) == ("quarantine", [("length", "name", "quarantine", "abcd")])
    assert {story: row["_disposition"] for story, row in found.items() if row["_disposition"] == "silver"} == dict.fromkeys(("good", "placeholder"), "silver")
    assert found["good"]["_extra"] == KEPT


def test_a_discarded_value_is_null_with_a_masked_warning_and_its_row_stays(spark: Any) -> None:
    found = judged(spark, Drift(columns="discard_value", values="discard_value"), KEPT)
    unknown = ("unknown_column", "", "warn", "mobile=1*********0")
    assert told(found["other type"]) == ("silver", [("form", "amount", "warn", "1******8"), unknown])
    assert told(found["too precise"]) == ("silver", [("form", "amount", "warn", "*****"), unknown])
    assert told(found["too wide"]) == ("silver", [("length", "name", "warn", "****"), unknown])
    assert (found["other type"]["amount"], found["too wide"]["name"], found["good"]["name"], found["good"]["_extra"]) == (None, None, "abc", None)
    assert (told(found["placeholder"]), told(found["good"])) == (("silver", [unknown]), ("silver", [unknown]))


def test_a_required_value_that_does_not_fit_costs_its_row_under_every_policy_and_quarantine_keeps_all_that_was_sent(spark: Any) -> None:
    for policy in ("evolve", "freeze", "discard_row", "discard_value"):
        row = judged(spark, Drift(columns="discard_value", values=policy), KEPT)["required"]
        assert (row["_disposition"], ("form", "due", "quarantine", "x") in told(row)[1]) == ("quarantine", True)
        assert (row["_extra"], '"due":"x"' in row["_sent"]) == (KEPT, True)


def test_values_that_evolve_are_kept_as_text_beside_the_row_or_whole_in_their_column(spark: Any) -> None:
    found = judged(spark, Drift(values="evolve"))
    assert told(found["other type"]) == ("silver", [("form", "amount", "warn", "1******8")])
    assert (found["other type"]["amount"], found["other type"]["_extra"]) == (None, {"amount": "12345678"})
    assert (told(found["too wide"]), found["too wide"]["name"]) == (("silver", [("length", "name", "warn", "****")]), "abcd")
    assert (found["good"]["_extra"], found["placeholder"]["_extra"]) == (None, None)
    assert judged(spark, Drift(values="evolve"), KEPT)["other type"]["_extra"] == {**KEPT, "amount": "12345678"}


def test_a_row_with_an_unknown_column_is_set_aside_where_rows_are_discarded_and_its_neighbour_is_not(spark: Any) -> None:
    found = judged(spark, Drift(columns="discard_row"), KEPT)["good"]
    assert told(found) == ("quarantine", [("unknown_column", "", "quarantine", "mobile=1*********0")])
    assert found["_extra"] == KEPT
    assert told(judged(spark, Drift(columns="discard_row"))["good"]) == ("silver", [])
