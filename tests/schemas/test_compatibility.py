"""Two editions of a contract: what changed in words, what of it is breaking, who is hit, and which version it needs."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobs.cli import main
from schemas.change import Change
from schemas.compatibility import Comparison, compare, edition
from schemas.impact import Hit, hit, neighbours
from schemas.settings import ROOT
from tests.frozen import FROZEN, freeze, refusals

SCHEMAS = ROOT / "schemas"
ENTERPRISE = "business/enterprise.odcs.yaml"
EMPLOYEES = "rules, value: [{rule: range, min: 0, max: 10000000}]"
NEW_COLUMN = """      - name: email
        businessName: 电子邮箱
        logicalType: string
        classification: internal
        description: "Mail address. 电子邮箱。"
        examples: ["a@example.com"]
"""


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """A folder of contracts as released: the shipped ones that have to do with companies."""
    folder = tmp_path / "released"
    for name in (ENTERPRISE, "business/permit.odcs.yaml", "business/penalty.odcs.yaml", "marts/credit_profile.odcs.yaml", "marts/credit_profile.sql"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SCHEMAS / name, folder / name)
    shutil.copytree(SCHEMAS / "codes", folder / "codes")
    return folder


@pytest.fixture
def changed(released: Path, tmp_path: Path) -> Callable[..., Path]:
    """The folder after a change: changed((old text, new text), …, name=…)."""

    def change(*edits: tuple[str, str], name: str = ENTERPRISE) -> Path:
        folder = tmp_path / "changed"
        if not folder.exists():
            shutil.copytree(released, folder)
        text = (folder / name).read_text(encoding="utf-8")
        for old, new in edits:
            assert old in text
            text = text.replace(old, new, 1)
        (folder / name).write_text(text, encoding="utf-8")
        return folder

    return change


def compared(released: Path, changed: Path, name: str = ENTERPRISE) -> Comparison:
    return compare(edition(released / name), edition(changed / name))


def told(found: Comparison) -> list[tuple[str, list[str]]]:
    return [(change.kind, sorted(change.breaks)) for change in found.changes]


BREAKING = [
    pytest.param(("name: industry_code", "name: industry"), [("column_added", []), ("column_removed", ["readers"])], id="a column removed"),
    pytest.param(("      - name: industry_code\n        businessName: 行业代码", "      - name: industry\n        businessName: industry_code"),
                 [("column_renamed", ["readers"]), ("header_removed", ["senders"]), ("header_added", [])], id="a column renamed, its title gone"),
    pytest.param(("    quality:", NEW_COLUMN.replace("        class", "        required: true\n        class", 1) + "    quality:"),
                 [("column_added", ["senders"])], id="a required column added"),
    pytest.param(("varchar(4000)", "varchar(2000)"), [("narrowed", ["senders"])], id="a text narrowed"),
    pytest.param(("decimal(18,2)", "decimal(20,0)"), [("narrowed", ["senders"])], id="a decimal with fewer places"),
    pytest.param(("decimal(18,2)", "double"), [("type", ["readers", "senders"])], id="a decimal made a double"),
    pytest.param((f"logicalType: string\n        required: true\n        classification: public\n        description: >-\n          {'Division of the'}",
                  f"logicalType: string\n        classification: public\n        description: >-\n          {'Division of the'}"),
                 [("optional", ["readers"])], id="a required column made optional"),
    pytest.param(("businessName: 注册号\n        logicalType: string", "businessName: 注册号\n        logicalType: string\n        required: true"),
                 [("required", ["senders"])], id="an optional column made required"),
    pytest.param(("merge, value: upsert", "merge, value: append"), [("merge", ["readers"])], id="merge"),
    pytest.param(("orderBy, value: [updated_at]", "orderBy, value: [approved_on]"), [("order", ["readers"])], id="which row wins"),
    pytest.param(("classification: personal", "classification: sensitive"), [("classification_raised", ["readers"])], id="classification raised"),
    pytest.param(("{rule: phone, severity: warn}", "phone"), [("rule_stricter", ["senders"])], id="a warning made a reason for quarantine"),
    pytest.param(("{rule: length, min: 2}", "{rule: length, min: 3}"), [("rule_stricter", ["senders"])], id="a bound made tighter"),
    pytest.param(("value: [org_code]", "value: [org_code, {rule: length, max: 9}]"), [("rule_added", ["senders"])], id="a rule added"),
    pytest.param(("columns: [term_from, term_to]", "columns: [term_from, status_on]"), [("rule_changed", ["senders"])], id="a rule with other arguments"),
    pytest.param(("yyyyMMdd, yyyy.M.d]", "yyyyMMdd]"), [("date_spelling_removed", ["senders"])], id="a date spelling removed"),
    pytest.param(("[USCC_CODE, 社会信用代码", "[社会信用代码"), [("header_removed", ["senders"])], id="an alias removed"),
    pytest.param(('value: ["123456"]', "value: [x]"), [("placeholder_removed", ["senders"]), ("placeholder_added", [])], id="a placeholder removed"),
    pytest.param(("quarantineRate, value: 0.1", "quarantineRate, value: 0.05"), [("quarantine_rate", ["senders"])], id="quarantine rate lowered"),
    pytest.param(("percent, mustBeLessOrEqualTo: 10", "percent, mustBeLessOrEqualTo: 5"), [("set_rule_stricter", ["senders"])], id="a set rule stricter"),
    pytest.param(("sharing, value: conditional", "sharing, value: not_shared"), [("sharing_narrowed", ["readers"])], id="sharing narrowed"),
    pytest.param(("retention, value: 10", "retention, value: 5"), [("retention", ["readers"])], id="retention shortened"),
    pytest.param(("latency, value: 24", "latency, value: 48"), [("freshness", ["readers"])], id="promised later"),
    pytest.param(("sharing, value: conditional}", "sharing, value: conditional}\n  - {property: drift, value: {columns: discard_row}}"), [("drift", ["senders"])],
                 id="a stricter policy for columns"),
    pytest.param(("sourceFormat, value: csv", "sourceFormat, value: jsonl"), [("format", ["senders"])], id="another source format"),
]  # fmt: skip
FINE = [
    pytest.param(("    quality:", NEW_COLUMN + "    quality:"), ["column_added"], id="an optional column added"),
    pytest.param(("varchar(200)", "varchar(400)"), ["widened"], id="a text widened"),
    pytest.param(("decimal(18,2)", "decimal(20,4)"), ["widened"], id="a decimal widened"),
    pytest.param((EMPLOYEES, EMPLOYEES.replace("10000000", "20000000")), ["rule_looser"], id="a bound made wider"),
    pytest.param((EMPLOYEES, EMPLOYEES.replace(", max: 10000000", "")), ["rule_looser"], id="a bound removed"),
    pytest.param(("value: [org_code]", "value: [{rule: org_code, severity: warn}]"), ["rule_looser"], id="a reason for quarantine made a warning"),
    pytest.param(("value: [org_code]", "value: [org_code, {rule: length, max: 9, severity: shadow}]"), ["rule_added"], id="a rule on trial"),
    pytest.param(("value: [org_code]", "value: []"), ["rule_removed"], id="a rule removed"),
    pytest.param(("aliases, value: [ZZJGDM]", "aliases, value: [ZZJGDM, zzjg]"), ["header_added"], id="an alias added"),
    pytest.param(("classification: personal", "classification: internal"), ["classification_lowered"], id="classification lowered"),
    pytest.param(("sharing, value: conditional", "sharing, value: unconditional"), ["sharing_widened"], id="sharing widened"),
    pytest.param(('"0 2 * * *"', '"0 3 * * *"'), ["schedule"], id="another hour"),
    pytest.param(("      - {metric: rowCount, mustBeGreaterThan: 0}\n", ""), ["set_rule_removed"], id="a set rule removed"),
    pytest.param(("sharing, value: conditional}", "sharing, value: conditional}\n  - {property: topic, value: business.enterprise}"), ["topic"], id="a topic added"),
    pytest.param(("sharing, value: conditional}", "sharing, value: conditional}\n  - {property: drift, value: {values: discard_value}}"), ["drift"],
                 id="a milder policy for values"),
    pytest.param(("sharing, value: conditional}", "sharing, value: conditional}\n  - {property: delivery, value: working_days}"), ["delivery"], id="expected days"),
    pytest.param(('examples: ["35"]', 'examples: ["36"]'), ["wording"], id="another example"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "wanted"), BREAKING)
def test_a_change_that_can_break_somebody_needs_a_major_version(released: Path, changed: Callable[..., Path], edit: Any, wanted: Any) -> None:
    found = compared(released, changed(edit))
    assert (told(found), found.needed) == (wanted, "2.0.0")
    assert compared(released, changed(("version: 1.0.0", "version: 2.0.0"))).refusal is None


@pytest.mark.parametrize(("edit", "wanted"), FINE)
def test_a_change_that_breaks_nobody_needs_none(released: Path, changed: Callable[..., Path], edit: Any, wanted: Any) -> None:
    found = compared(released, changed(edit))
    assert (told(found), found.needed) == ([(kind, []) for kind in wanted], None)


@pytest.mark.parametrize(("edit", "kind", "is_breaking"), [
    pytest.param(("\n9,其他,other", ""), "code_removed", True, id="a code removed"),
    pytest.param(("9,其他,other", "9,其他,other\n8,外国企业,foreign"), "code_added", False, id="a code added"),
    pytest.param(("9,其他", "9,外国企业"), "code_meaning", True, id="a code that means something else"),
])  # fmt: skip
def test_a_change_of_a_code_list_is_one_of_every_contract_that_uses_it(released, changed, edit, kind, is_breaking) -> None:
    found = compared(released, changed(edit, name="codes/org_type.csv"))
    assert [(change.kind, change.column, change.is_breaking) for change in found.changes] == [(kind, "org_type", is_breaking)]


def test_a_code_removed_from_a_list_that_only_warns_breaks_nobody(released, changed) -> None:
    found = compared(released, changed(("1,", "7,"), name="codes/registration_status.csv"))
    assert told(found) == [("code_removed", []), ("code_added", [])]


def test_a_version_that_goes_back_is_refused(released, changed) -> None:
    folder = changed(("version: 1.0.0", "version: 0.9.0"))
    assert compared(released, folder).refusal == f"{folder / ENTERPRISE}: version goes back from 1.0.0 to 0.9.0. Nothing was changed. Write 1.0.0 or more."


def of(change: str, column: str | None, released: Path, **given: Any) -> Hit:
    around = neighbours(released)
    table = next(one for one in around if one.table == "enterprise")
    return hit(Change(change, column, "", **given), table, around)


def test_who_is_hit_are_the_marts_whose_sql_names_the_column_and_the_rules_that_look_it_up(released: Path) -> None:
    uscc = of("column_removed", "uscc", released)
    assert uscc.readers == ("business.penalty", "business.permit", "gold.credit_profile")
    assert (uscc.shares, uscc.streams, uscc.senders) == ("conditional", (), "市场监督管理局 Administration for Market Regulation")
    assert of("column_removed", "name", released).readers == ("gold.credit_profile",)
    assert of("column_removed", "industry_code", released).readers == ()
    assert of("merge", None, released).readers == uscc.readers
    assert of("column_renamed", "code", released, before="uscc").readers == uscc.readers


def test_a_table_judged_on_a_topic_hits_the_stream() -> None:
    around = neighbours(SCHEMAS)
    calendar = next(one for one in around if one.table == "working_day")
    assert "instant.request" in hit(Change("merge", None, ""), calendar, around).streams


def test_diff_tells_what_is_breaking_first_and_refuses_it_without_a_major_version(released, changed, capsys) -> None:
    folder = changed(("name: name\n        businessName: 名称", "name: title\n        businessName: 名称"), ("[企业名称,", "[name, 企业名称,"), ("[ZZJGDM]", "[ZZJGDM, zzjg]"))
    code, out = main(["diff", str(released / ENTERPRISE), str(folder / ENTERPRISE)]), capsys.readouterr().out
    assert code == 65
    assert out.splitlines() == [
        "business.enterprise: 1.0.0 -> 1.0.0, 3 change(s), 1 breaking.",
        "  BREAKING for readers: column 'name' is called 'title' now; files may say either. Hits 影响: readers gold.credit_profile, gold.credit_standing; "
        "shares (conditional); senders 市场监督管理局 Administration for Market Regulation.",
        *out.splitlines()[2:4],
        f"{folder / ENTERPRISE}: 1 breaking change since 1.0.0, but version is 1.0.0. Nothing was changed. "
        "Write version 2.0.0, tell those who are hit, or take the change back.",
    ]


def test_diff_of_two_folders_has_stable_keys_and_names_tables_that_came_and_went(released, changed, capsys) -> None:
    folder = changed(("varchar(200)", "varchar(300)"))
    (folder / "business" / "permit.odcs.yaml").unlink()
    shutil.copyfile(SCHEMAS / "reference" / "working_day.odcs.yaml", folder / "business" / "working_day.odcs.yaml")
    code, found = main(["diff", str(released), str(folder), "--json"]), json.loads(capsys.readouterr().out)
    assert (code, found["is_refused"], found["added"], found["removed"]) == (65, True, ["business/working_day.odcs.yaml"], ["business/permit.odcs.yaml"])
    (table,) = found["tables"]
    assert set(table) == {"table", "old_version", "new_version", "needed_version", "is_breaking", "changes"}
    assert set(table["changes"][0]) == {"kind", "column", "before", "is_breaking", "breaks", "sentence", "hits"}
    assert set(table["changes"][0]["hits"]) == {"readers", "shares", "streams", "senders"}


@pytest.mark.parametrize(("old", "new", "said"), [
    pytest.param("", ENTERPRISE, "is a folder, the other is not", id="a folder and a file"),
    pytest.param("business/permit.odcs.yaml", ENTERPRISE, "Name two editions of one table", id="two tables"),
    pytest.param("codes", "", "no contract is below this folder", id="a folder without contracts"),
])  # fmt: skip
def test_what_cannot_be_compared_is_refused(released: Path, old: str, new: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert (main(["diff", str(released / old), str(released / new)]), said in capsys.readouterr().err) == (65, True)


def test_no_change_is_said_to_be_none(released: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (main(["diff", str(released), str(released)]), capsys.readouterr().out) == (0, "Nothing changed in 4 contract(s) 没有变化.\n")


def test_no_shipped_contract_breaks_its_last_released_edition_without_a_major_version() -> None:
    """Red? The sentence says what to do: raise the version, or take the change back; `make freeze` is for a release."""
    assert refusals() == []


def test_every_frozen_contract_can_still_be_read() -> None:
    assert len(neighbours(FROZEN)) >= 20


def test_freezing_is_refused_while_a_breaking_change_lacks_its_version_and_names_the_command(released, changed) -> None:
    folder = changed(("merge, value: upsert", "merge, value: append"))
    (refusal,) = freeze(released, folder)
    assert ("Write version 2.0.0" in refusal, "`make freeze` renews" in refusal) == (True, True)
    changed(("version: 1.0.0", "version: 2.0.0"))
    assert freeze(released, folder) == []
    assert (released / ENTERPRISE).read_text(encoding="utf-8") == (folder / ENTERPRISE).read_text(encoding="utf-8")


def test_a_column_with_a_new_name_and_its_old_title_is_told_how_to_keep_its_values(released, changed) -> None:
    found = compared(released, changed(("version: 1.0.0", "version: 2.0.0"), ("name: industry_code", "name: industry")))
    (gone,) = [change for change in found.changes if change.kind == "column_removed"]
    assert "'industry' has its title: give it the alias 'industry_code' when it is the same column" in gone.sentence
