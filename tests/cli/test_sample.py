"""`sample`: rows a person can begin with, which the contract they are made from would let through."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import functions as F

from jobs.commands.sample import made
from jobs.conform.conform import conform
from schemas.contract import Contract
from schemas.load import load_all
from schemas.settings import ROOT
from tests import rows

Govlake = Callable[..., tuple[int, str, str]]
CONTRACTS = load_all(ROOT / "schemas")
NUMBER = 40
every_table = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)


@every_table
def test_as_many_rows_as_asked_for_with_distinct_keys(contract: Contract) -> None:
    found = made(contract, NUMBER)
    assert (len(found), len({tuple(row[name] for name in contract.key) for row in found})) == (NUMBER, NUMBER)


@every_table
def test_nothing_but_the_key_and_what_is_part_of_it_differs_from_the_examples(contract: Contract) -> None:
    example, *others = made(contract, 3)
    parts = {use.arguments["column"] for use in contract.row_rules if use.rule == "part_of"}
    assert {name for row in others for name in row if row[name] != example[name]} <= {*contract.key, *parts}


@pytest.mark.spark
@every_table
def test_the_contract_lets_every_row_through(spark: Any, contract: Contract) -> None:
    frame = conform(rows.raw(spark, contract, made(contract, NUMBER)), contract, rows.references(spark, contract), F.lit("2026-03-02").cast("date"))
    refused = [row["_violations"] for row in frame.where("_disposition = 'quarantine'").collect()]
    assert refused == []


def test_the_rows_are_a_csv_file_and_said_to_be_made(govlake: Govlake) -> None:
    code, out, err = govlake("sample", "applicant", "--rows", "3")
    assert (code, [row["case_no"] for row in csv.DictReader(io.StringIO(out))]) == (0, ["A-0001", "A-0002", "A-0003"])
    assert err == "Made from the examples of business.applicant 1.0.0, no row is real 由契约示例生成，非真实数据.\n"


def test_a_table_that_is_delivered_as_json_lines_gets_json_lines(govlake: Govlake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVLAKE_CONTRACTS", str(ROOT / "schemas"))
    out = govlake("sample", "case_process", "--rows", "2")[1]
    assert len({json.loads(line)["row_guid"] for line in out.splitlines()}) == 2


def test_a_format_that_cannot_be_made_of_examples_is_said_so(govlake: Govlake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVLAKE_CONTRACTS", str(ROOT / "schemas"))
    code, out, err = govlake("sample", "station_value")
    assert (code, out) == (65, "")
    assert err.startswith("iot.station_value is delivered as hj212, which no sample is made in. Nothing was made.")


def test_a_gold_table_is_computed_and_has_no_sample(govlake: Govlake) -> None:
    assert govlake("sample", "applicant_count")[::2] == (
        65, "gold.applicant_count is computed and not delivered. Nothing was made. `govlake page applicant_count` names what it reads.\n")
