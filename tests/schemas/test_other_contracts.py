"""Contracts of reference, social, internet and IoT tables: valid, described, with good examples, lists and samples."""

import csv
import gzip
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema
import pytest
import yaml

from jobs.conform.plain.catalogue import PLAIN
from jobs.ingest.header import compose_parts, slots
from jobs.ingest.packing import packing_of
from jobs.ingest.prepare import READERS
from jobs.ingest.source import Source
from schemas import forms
from schemas.codes import code_list
from schemas.contract import Column, Contract, RuleUse
from schemas.load import load
from schemas.settings import ROOT
from tests.ingest.cases import read

FOLDERS = [ROOT / "schemas" / name for name in ("reference", "social", "internet", "iot")]
FILES = sorted(path for folder in FOLDERS for path in folder.glob("*.odcs.yaml"))
CONTRACTS = [load(path) for path in FILES]
COLUMNS = {f"{contract.table}.{column.name}": column for contract in CONTRACTS for column in contract.columns}
SAMPLED = [contract for contract in CONTRACTS if contract.table != "hotline_ticket"]  # its sample is made data
LANDING = ROOT / "tests" / "data" / "landing"
STANDARD = json.loads((ROOT / "tests" / "data" / "odcs" / "odcs-json-schema-v3.1.0.json").read_text(encoding="utf-8"))


def columns(*types: str, rule: str | None = None) -> Any:
    """Run a test for every column of these types (all without), and with this rule where one is named."""
    return pytest.mark.parametrize("column", [
        pytest.param(column, id=name) for name, column in COLUMNS.items()
        if (not types or column.logical_type in types) and (rule is None or rules_of(column, rule))
    ])  # fmt: skip


def rules_of(column: Column, name: str) -> list[RuleUse]:
    """The uses of one rule on a column."""
    return [use for use in column.rules if use.rule == name]


def files(contract: Contract) -> list[Path]:
    """The files of a sample."""
    return sorted((LANDING / contract.source_class / contract.table).glob("20??-??-??/*"))


def headers(contract: Contract) -> tuple[str, ...]:
    """The headers of the first sample file, or the keys of its first JSON object."""
    path = files(contract)[0]
    if contract.source_format == "media":  # the record is made when the file is looked at
        with TemporaryDirectory() as folder:
            return next(record.names for record in read(Path(folder) / path.name, path.read_bytes(), contract))
    if contract.source_format not in ("csv", "jsonl"):  # names come from the format itself
        source = Source(path, packing_of(path), "utf-8")
        return next(record.names for record in READERS[contract.source_format](contract).records(source) if record.names)
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    head = data.split(b"\n", 1)[0].decode("utf-8")
    return tuple(json.loads(head)) if contract.source_format == "jsonl" else tuple(next(csv.reader([head])))


sampled = pytest.mark.parametrize("contract", SAMPLED, ids=lambda contract: contract.table)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_contract_is_valid_against_the_official_schema_of_the_standard(path: Path) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))

    errors = [error.message for error in jsonschema.Draft201909Validator(STANDARD).iter_errors(document)]

    assert errors == []


def test_the_tables_that_the_issue_names_have_contracts() -> None:
    names = {contract.dag_id for contract in CONTRACTS}

    assert names >= {
        "reference.admin_division", "reference.working_day", "social.hotline_ticket", "social.public_comment",
        "internet.gov_web_page", "iot.air_quality_hour",
    }  # fmt: skip


@columns()
def test_a_column_is_described_in_english_and_chinese(column: Column) -> None:
    assert re.search(r"[A-Za-z]{2,} [a-z]", column.description)
    assert re.search(r"[\u4e00-\u9fff]{2}", column.description)


@columns("date", "timestamp")
def test_every_example_of_a_date_is_written_in_one_of_its_formats(column: Column) -> None:
    allowed = "|".join(forms.python_form(forms.date_form(pattern)) for pattern in column.formats)

    assert [example for example in column.examples if not re.search(allowed, example)] == []


@columns("integer", "number", "boolean")
def test_every_example_of_a_number_or_boolean_has_the_form_of_its_type(column: Column) -> None:
    form = forms.python_form(forms.form(column))

    assert [example for example in column.examples if not re.search(form, example)] == []


@columns()
def test_every_example_keeps_the_rules_that_plain_python_can_judge(column: Column) -> None:
    broken = [(use.rule, value) for use in column.rules if use.rule in PLAIN for value in column.examples
              if not PLAIN[use.rule](value)]  # fmt: skip

    assert broken == []


@columns(rule="pattern")
def test_every_example_matches_the_pattern_of_its_column(column: Column) -> None:
    (use,) = rules_of(column, "pattern")

    assert all(re.search(forms.python_form(str(use.arguments["regex"])), example) for example in column.examples)


@columns(rule="enum")
def test_every_example_is_in_the_code_list_or_the_values_of_its_column(column: Column) -> None:
    (use,) = rules_of(column, "enum")
    codes = use.arguments.get("values") or [code.code for code in code_list(str(use.arguments["list"]))]

    assert set(column.examples) <= set(codes)


@pytest.mark.parametrize(
    "name", ["admin_level", "comment_kind", "hotline_channel", "hotline_demand_type", "wind_direction"]
)
def test_a_code_list_has_each_code_once_with_chinese_and_english(name: str) -> None:
    codes = code_list(name)

    assert len({code.code for code in codes}) == len(codes) > 2
    assert all(code.code and code.zh and code.en for code in codes)


@sampled
def test_a_sample_lies_in_its_landing_folder_with_its_origin_beside(contract: Contract) -> None:
    origin = (LANDING / contract.source_class / contract.table / "ORIGIN.md").read_text(encoding="utf-8").lower()

    assert files(contract)
    assert [word for word in ("source", "licence", "rows", "changed", "persons") if word not in origin] == []


@sampled
def test_every_required_column_is_found_among_the_headers_of_its_sample(contract: Contract) -> None:
    known = slots(contract)
    given = {known.names[slot] for slot in known.layout(headers(contract)).slots if slot is not None}

    wanted = {part for c in contract.columns if c.required for part in (compose_parts(c) or (c.name,))}

    assert wanted - given == set()


def test_the_samples_stay_small_enough_for_a_repository() -> None:
    assert sum(path.stat().st_size for contract in SAMPLED for path in files(contract)) < 8 * 1024 * 1024
