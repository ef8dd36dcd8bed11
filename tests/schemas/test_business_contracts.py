"""Contracts of the business tables: valid by the standard, complete, one story across tables; their made samples."""

import csv
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import jsonschema
import pytest
import yaml

from jobs.conform.plain.catalogue import PLAIN
from jobs.ingest.header import fold
from schemas import forms
from schemas.codes import code_list
from schemas.contract import Column, Contract, RuleUse
from schemas.load import load
from schemas.settings import ROOT
from tests.data.made import dirt, dirt_dates
from tests.data.made.make import SAMPLE_ROWS, world
from tests.data.made.plan import PLANS
from tests.data.made.procurement import make

FILES = sorted((ROOT / "schemas" / "business").glob("*.odcs.yaml"))
CONTRACTS = {path.name.removesuffix(".odcs.yaml"): load(path) for path in FILES}
COLUMNS = {f"{table}.{column.name}": column for table, contract in CONTRACTS.items() for column in contract.columns}
STANDARD = json.loads((ROOT / "tests/data/odcs/odcs-json-schema-v3.1.0.json").read_text(encoding="utf-8"))
LANDING = ROOT / "tests" / "data" / "landing"
SENSITIVE = ("id", "zjhm", "page_code", "contact_code")  # endings of columns that hold numbers of persons
PERSONAL = ("legal_representative", "frdb", "xdr_mc", "user_name", "applyer_name", "contact_name", "mobile", "phone", "legal")
UNVERIFIED = ("registration_status", "permit_state", "task_state", "power_source", "time_unit", "yes_no", "cd_operation",
              "document_type", "completion_type", "step_action")  # fmt: skip

MADE = [CONTRACTS[table] for table in world(SAMPLE_ROWS, seed=1) if table in CONTRACTS]  # public_procurement is made by a script of its own

every_contract = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS.keys())
every_made_one = pytest.mark.parametrize("contract", MADE, ids=[contract.table for contract in MADE])
every_column = pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS.keys())


def first(table: str, column: str) -> str:
    """The value of a column in its table's example row."""
    return CONTRACTS[table].column(column).examples[0]


def uses(column: Column, rule: str) -> list[RuleUse]:
    """The uses of one rule on a column."""
    return [use for use in column.rules if use.rule == rule]


def row_uses(rule: str) -> list[object]:
    """All uses of one row rule as cases, with the example row they are judged on."""
    return [
        pytest.param(use, {c.name: c.examples[0] for c in contract.columns}, id=f"{table}-{use.arguments}")
        for table, contract in CONTRACTS.items() for use in contract.row_rules if use.rule == rule
    ]  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=CONTRACTS.keys())
def test_a_contract_is_valid_against_the_official_schema_of_the_standard(path: Path) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))

    assert [error.message for error in jsonschema.Draft201909Validator(STANDARD).iter_errors(document)] == []


@pytest.mark.parametrize(("table", "key", "owner"), [
    ("enterprise", ("uscc",), "market"),
    ("permit", ("XK_XKJGDM", "XK_WSH", "XK_XDR_MC"), "credit"),
    ("penalty", ("CF_CFJGDM", "CF_WSH", "CF_XDR_MC"), "credit"),
    ("service_item", ("task_code", "data_source"), "approval"),
    ("case_accept", ("data_source", "project_no"), "approval"),
    ("case_process", ("row_guid",), "approval"),
    ("case_result", ("data_source", "project_no"), "approval"),
])  # fmt: skip
def test_a_table_has_its_key_and_its_owner_pool(table: str, key: tuple[str, ...], owner: str) -> None:
    assert (CONTRACTS[table].key, CONTRACTS[table].owner_code) == (key, owner)


def test_requests_for_instant_items_arrive_on_the_topic_of_case_acceptance() -> None:
    assert {table: contract.topic for table, contract in CONTRACTS.items() if contract.topic} == {
        "case_accept": "instant.request"
    }


@every_column
def test_a_column_is_described_in_english_and_chinese(column: Column) -> None:
    assert re.search(r"[A-Za-z]{2,} [a-z]", column.description)
    assert re.search(r"[\u4e00-\u9fff]{2}", column.description)


@every_contract
def test_no_header_means_two_columns_of_one_table(contract: Contract) -> None:
    headers = [fold(name) for c in contract.columns for name in {fold(n): n for n in (c.name, c.title, *c.aliases)}]

    assert sorted(headers) == sorted(set(headers))


@pytest.mark.parametrize("name", [n for n in COLUMNS if n.lower().endswith(SENSITIVE) and "guid" not in n])
def test_a_number_of_a_person_is_sensitive(name: str) -> None:
    assert COLUMNS[name].classification == "sensitive"


@pytest.mark.parametrize("name", [n for n in COLUMNS if n.lower().endswith(PERSONAL)])
def test_a_name_or_telephone_of_a_person_is_personal(name: str) -> None:
    assert COLUMNS[name].classification == "personal"


@pytest.mark.parametrize("name", ["enterprise.uscc", "permit.XK_XDR_SHXYM", "penalty.CF_XDR_SHXYM"])
def test_a_credit_code_of_a_party_says_that_class_92_is_a_person(name: str) -> None:
    assert "92" in COLUMNS[name].description


@pytest.mark.parametrize("name", [n for n, c in COLUMNS.items() if uses(c, "enum")])
def test_an_enumeration_has_its_code_list_and_its_first_example_is_in_it(name: str) -> None:
    (use,) = uses(COLUMNS[name], "enum")

    assert COLUMNS[name].examples[0] in {code.code for code in code_list(use.arguments["list"])}


@pytest.mark.parametrize("name", [n for n, c in COLUMNS.items() for u in uses(c, "enum") if u.arguments["list"] in UNVERIFIED])
def test_an_unverified_code_list_only_warns_and_says_so(name: str) -> None:
    (use,) = uses(COLUMNS[name], "enum")

    assert use.severity == "warn"
    assert "unverified" in COLUMNS[name].description
    assert "只记录" in COLUMNS[name].description


@every_column
def test_an_example_keeps_the_identifier_rules_of_its_column(column: Column) -> None:
    judged = [use.rule for use in column.rules if use.rule in PLAIN]

    assert [rule for rule in judged if not PLAIN[rule](column.examples[0])] == []


@pytest.mark.parametrize("name", [n for n, c in COLUMNS.items() if uses(c, "pattern")])
def test_the_first_example_matches_the_pattern_of_its_column(name: str) -> None:
    (use,) = uses(COLUMNS[name], "pattern")

    assert re.search(forms.python_form(use.arguments["regex"]), COLUMNS[name].examples[0])


@pytest.mark.parametrize("name", [n for n, c in COLUMNS.items() if c.logical_type in ("date", "timestamp")])
def test_every_example_of_a_date_has_a_listed_format_or_is_an_open_end(name: str) -> None:
    known = [forms.date_form(pattern) for pattern in COLUMNS[name].formats] + [forms.OPEN_ENDS]
    allowed = "|".join(forms.python_form(form) for form in known)

    assert [example for example in COLUMNS[name].examples if not re.search(allowed, example)] == []


@pytest.mark.parametrize("name", [n for n, c in COLUMNS.items() if c.logical_type in ("integer", "number")])
def test_every_example_of_a_number_has_the_form_of_its_type(name: str) -> None:
    form = forms.python_form(forms.form(COLUMNS[name]))

    assert [example for example in COLUMNS[name].examples if not re.search(form, example)] == []


@pytest.mark.parametrize(("use", "row"), row_uses("order"))
def test_the_dates_of_the_example_row_stand_in_order(use: RuleUse, row: dict[str, str]) -> None:
    values = [row[name][:10].zfill(10) for name in use.arguments["columns"]]

    assert values == sorted(values)


@pytest.mark.parametrize(("use", "row"), row_uses("part_of"))
def test_the_codes_of_the_example_row_hold_each_other(use: RuleUse, row: dict[str, str]) -> None:
    start = use.arguments["start"] - 1

    assert row[use.arguments["of"]][start : start + use.arguments["length"]] == row[use.arguments["column"]]


@pytest.mark.parametrize(("use", "row"), row_uses("implies"))
def test_the_example_row_contradicts_itself_nowhere(use: RuleUse, row: dict[str, str]) -> None:
    assert {name: row[name] for name in use.arguments["when"]} == use.arguments["when"]
    assert row[use.arguments["column"]] in use.arguments["values"]


@pytest.mark.parametrize(("one", "other"), [
    (("enterprise", "uscc"), ("permit", "XK_XDR_SHXYM")),
    (("enterprise", "uscc"), ("penalty", "CF_XDR_SHXYM")),
    (("enterprise", "uscc"), ("case_accept", "applyer_page_code")),
    (("service_item", "task_code"), ("case_accept", "task_code")),
    (("service_item", "project_type"), ("case_accept", "project_type")),
    (("case_accept", "project_no"), ("case_process", "project_no")),
    (("case_accept", "project_no"), ("case_result", "project_no")),
    (("case_result", "result_cetr_no"), ("permit", "XK_XKBH")),
])  # fmt: skip
def test_the_example_rows_tell_one_story_across_tables(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert first(*one) == first(*other)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made files at their smallest, written by the command a person would type."""
    out = tmp_path_factory.mktemp("made")
    script = ROOT / "tests" / "data" / "made" / "make.py"
    subprocess.run([sys.executable, str(script), str(out), "--sample"], check=True, capture_output=True)
    return out


@every_made_one
def test_the_committed_sample_is_what_the_generator_makes(contract: Contract, made: Path) -> None:
    (fresh,) = (made / "business" / contract.table / "2026-03-02").iterdir()
    committed = LANDING / "business" / contract.table / "2026-03-02" / fresh.name

    assert committed.read_bytes() == fresh.read_bytes(), "Renew it: python tests/data/made/make.py tests/data/landing --sample"


@pytest.mark.parametrize("table", [table for table in PLANS if table in CONTRACTS])
def test_made_rows_have_the_columns_of_their_contract(table: str) -> None:
    rows = world(SAMPLE_ROWS, seed=1)[table]

    assert set(rows[0]) == set(CONTRACTS[table].names)
    assert {tuple(row) for row in rows} == {tuple(rows[0])}


@every_made_one
def test_the_example_row_of_a_contract_is_among_the_made_rows(contract: Contract) -> None:
    rows = world(SAMPLE_ROWS, seed=1)[contract.table]

    assert {column.name: column.examples[0] for column in contract.columns} in rows


def test_made_permits_penalties_cases_steps_and_results_refer_to_made_rows() -> None:
    made = world({**SAMPLE_ROWS, "permit": 10, "penalty": 10}, seed=7)
    items, cases = ({row[column] for row in made[table]} for table, column in
                    (("service_item", "task_code"), ("case_accept", "project_no")))  # fmt: skip

    assert {row["task_code"] for row in made["case_accept"]} <= items
    assert {row["project_no"] for row in made["case_process"] + made["case_result"]} <= cases


@pytest.mark.parametrize(("table", "column", "rule"), [
    (table, column.name, use.rule) for table, contract in CONTRACTS.items() for column in contract.columns
    for use in column.rules if use.rule in PLAIN and use.severity == "quarantine" and contract in MADE
])  # fmt: skip
def test_rows_are_clean_before_they_are_made_dirty(table: str, column: str, rule: str) -> None:
    values = {row[column] for row in world(SAMPLE_ROWS, seed=3)[table]} - {""}

    assert [value for value in values if not PLAIN[rule](value)] == []


@pytest.mark.parametrize("module", [dirt, dirt_dates], ids=["dirt", "dirt_dates"])
def test_every_way_of_getting_dirty_is_planned_for_some_table(module: ModuleType) -> None:
    planned = {way.__name__ for plan in PLANS.values() for _, way in plan.kept + plan.refused}
    ways = {name for name, _ in inspect.getmembers(module, inspect.isfunction) if not name.startswith("_")}

    assert ways - planned == set()


def test_real_penalties_come_with_every_required_header() -> None:
    path = LANDING.parent / "real" / "penalty" / "real-penalty-facts.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))

    assert len(rows) == 12
    assert set(CONTRACTS["penalty"].names) <= set(rows[0])


def test_the_committed_report_is_what_its_script_makes(tmp_path: Path) -> None:
    committed = LANDING / "business" / "public_procurement" / "2026-03-05" / "made-procurement-2026-02.xlsx"
    make(str(tmp_path / committed.name))

    assert committed.read_bytes() == (tmp_path / committed.name).read_bytes(), f"Renew it: python -m tests.data.made.procurement {committed.relative_to(ROOT)}"
