"""What `explain` says about a value, in both languages, and what it never says."""

import pytest

from jobs.conform.plain.explain import explain
from schemas.errors import Refused


def test_a_valid_uscc_is_told_part_by_part() -> None:
    told = explain("uscc", "91350100M000100Y43")
    assert (told.valid, told.parts) == (True, (
        ("登记管理部门 department", "9 市场监管（原工商） market regulation"),
        ("机构类别 category", "91 企业 enterprise"),
        ("登记机关区划 division of the registering office", "350100 福建 Fujian"),
        ("组织机构代码 organisation code", "M000100Y4"),
        ("校验码 check character", "3"),
    ))


def test_a_wrong_check_character_is_told_with_the_right_one() -> None:
    told = explain("uscc", "91350100M000100Y44")
    assert ("校验码应为3，实为4" in told.zh, "should be 3, found 4" in told.en, told.repaired) == (True, True, None)


def test_a_repairable_value_is_told_with_its_repair() -> None:
    told = explain("uscc", "９１３４０６０２ＭＡ２ＵＪＹ３Ｊ９Ｗ")
    assert (told.valid, told.repaired) == (False, "91340602MA2UJY3J9W")


def test_an_inner_organisation_code_that_does_not_check_is_only_a_warning() -> None:
    told = explain("uscc", "91110000600037340H")
    assert (told.valid, "warning only" in dict(told.parts)["组织机构代码 organisation code"]) == (True, True)


@pytest.mark.parametrize("rule, value, number", [
    ("citizen_id", "31011520201010999X", "31011520201010999X"),
    ("citizen_id", "31011520201010999x", "31011520201010999X"),
    ("citizen_id", "310115202010109991", "310115202010109991"),
    ("citizen_id_15", "110101700101990", "110101700101990"),
    ("citizen_id_any", "１１０１０１７００１０１９９０", "110101700101990"),
], ids=["valid", "repairable", "wrong check", "15 digits", "15 wide digits"])
def test_a_citizen_number_is_never_given_back(rule: str, value: str, number: str) -> None:
    said = str(explain(rule, value))
    assert [part for part in (number, value, number[:14], number[6:]) if part in said] == []


def test_an_unknown_rule_gets_the_nearest_name() -> None:
    with pytest.raises(Refused, match="Did you mean 'uscc'"):
        explain("usc", "1")


def test_a_rule_that_needs_a_contract_is_said_to_need_one() -> None:
    with pytest.raises(Refused, match="depends on a contract"):
        explain("range", "1")
