"""A contract's page: everything the contract says, in words, and nothing it must not say."""

import pytest

from schemas.contract import Contract
from schemas.load import load_marts
from schemas.page import page
from schemas.settings import ROOT


@pytest.fixture
def written(contracts: dict[str, Contract]) -> str:
    return page(contracts["permit"])


def test_a_page_says_whose_the_table_is_and_what_it_is_for(contracts: dict[str, Contract], written: str) -> None:
    permit = contracts["permit"]

    assert written.startswith(f"# {permit.title} `permit`\n\n{permit.description}")
    for fact in (permit.purpose, permit.owner, f"`{permit.schedule}`", f"{permit.retention_years} 年"):
        assert fact in written


def test_a_page_has_one_row_for_each_column_of_as_many_cells(contracts: dict[str, Contract], written: str) -> None:
    table = written.split("## 字段 Columns")[1].split("##")[0].strip().splitlines()

    assert len(table) == 2 + len(contracts["permit"].columns)
    assert {line.replace("\\|", "").count("|") for line in table} == {9}


@pytest.mark.parametrize("table", ["permit", "enterprise", "penalty"])
def test_an_example_is_shown_of_public_columns_only(contracts: dict[str, Contract], table: str) -> None:
    columns = page(contracts[table]).split("## 字段 Columns")[1].split("##")[0]
    rows = {line.split("`")[1]: line for line in columns.splitlines() if line.startswith("| `")}
    shown = {c.name: f"| `{c.examples[0]}` |" in rows[c.name] for c in contracts[table].columns}

    assert shown == {c.name: c.classification == "public" for c in contracts[table].columns}


def test_a_rule_is_told_in_both_languages_with_its_standard(written: str) -> None:
    assert (
        "| `uscc` | 不是有效的统一社会信用代码 | is not a valid unified social credit code | GB 32100-2015 |" in written
    )


def test_set_rules_are_told_with_their_bounds(written: str) -> None:
    assert "- 重复值 repeated values `XK_XKJGDM`、`XK_WSH`、`XK_XDR_MC` = 0" in written
    assert "- 空值 empty values `XK_XDR_SHXYM` ≤ 40 %" in written
    assert "- 行数 rows of the batch ≥ 1" in written


def test_a_page_tells_how_to_land_a_file_and_what_to_do_when_a_run_is_red(written: str) -> None:
    assert "`<landing>/business/permit/<YYYY-MM-DD>/`" in written
    assert "`docs/runbooks/audit-held.md`" in written


def test_a_free_text_says_that_personal_numbers_are_masked(contracts: dict[str, Contract]) -> None:
    told = [line for line in page(contracts["hotline_ticket"]).splitlines() if "个人号码已遮盖 personal numbers masked" in line]
    assert [line.split("`")[1] for line in told] == ["address", "content", "reply"]


def test_a_table_with_a_feed_names_its_topic(contracts: dict[str, Contract]) -> None:
    assert ["`iot.packet`" in page(contracts[table]) for table in ("station_value", "air_quality_hour")] == [True, False]


def test_a_gold_table_tells_its_sources_in_place_of_landing() -> None:
    gold = page(load_marts(ROOT / "schemas")["credit_profile"])

    assert "`enterprise`、`permit`、`penalty`" in gold
    assert "How to land a file" not in gold


def test_every_shipped_contract_has_a_page(contracts: dict[str, Contract]) -> None:
    assert [table for table, contract in contracts.items() if "## 字段 Columns" not in page(contract)] == []
