"""Tests that every contract gets without anybody writing them: from its examples, its required marks, its rules."""

from typing import Any

import pytest
from pyspark.sql import functions as F

from jobs.conform.conform import conform
from schemas.contract import Column, Contract
from schemas.load import load_all
from schemas.rules import IDENTIFIERS
from schemas.settings import ROOT
from tests import rows

CONTRACTS = load_all(ROOT / "schemas")
pytestmark = pytest.mark.spark


@pytest.fixture(scope="module", params=CONTRACTS.values(), ids=CONTRACTS)
def judged(request: pytest.FixtureRequest, spark: Any) -> dict[str, Any]:
    """One conform of the example row and of each of its spoiled twins, by story."""
    contract: Contract = request.param
    stories = {"example": rows.example(contract), **spoiled(contract)}
    frame = conform(
        rows.raw(spark, contract, list(stories.values())), contract, rows.references(spark, contract), F.lit("2026-03-02").cast("date")
    )
    found = sorted(frame.select("_row", "_violations", "_disposition").collect(), key=lambda row: row["_row"])
    return {"contract": contract, "rows": dict(zip(stories, found, strict=True))}


def test_the_example_row_of_a_contract_breaks_no_rule(judged: dict[str, Any]) -> None:
    refused = [v.asDict() for v in judged["rows"]["example"]["_violations"] if v["severity"] == "quarantine"]
    assert refused == []


def test_each_spoiled_value_is_caught_by_the_rule_it_breaks(judged: dict[str, Any]) -> None:
    missed = {
        story: row["_violations"]
        for story, row in judged["rows"].items()
        if story != "example" and tuple(story.split(" ")) not in {(v["rule"], v["column"]) for v in row["_violations"]}
    }
    assert missed == {}


def test_every_row_comes_out_with_one_disposition(judged: dict[str, Any]) -> None:
    assert {row["_disposition"] for row in judged["rows"].values()} <= {"silver", "quarantine"}


def spoiled(contract: Contract) -> dict[str, dict[str, str | None]]:
    """For each thing a column promises, the example row with a value that breaks just that."""
    good = rows.example(contract)
    found = {}
    for column in contract.columns:
        for rule, bad in bad_values(column).items():
            found[f"{rule} {column.name}"] = {**good, column.name: bad}
    return found


def bad_values(column: Column) -> dict[str, str | None]:
    """Values that break a promise of this column, by the rule that must say so."""
    bad: dict[str, str | None] = {}
    if column.required:
        bad["required"] = None
    if column.logical_type != "string":
        bad["form"] = "2024年13月45日x"
    for use in column.rules:
        if use.rule in IDENTIFIERS:
            bad[use.rule] = "!" + column.examples[0][1:]
        if use.rule == "enum":
            bad["enum"] = "\u4e0d\u5728\u8868\u4e2d"
        if use.rule == "clean_text":
            bad["clean_text"] = "锟斤拷锟斤拷"
        if use.rule == "url":
            bad["url"] = "htp:/nowhere"
        if use.rule == "range" and column.logical_type in ("integer", "number") and "min" in use.arguments:
            bad["range"] = str(int(use.arguments["min"]) - 1)
    return bad
