"""Numbers that lead to a person, masked in free text: in Spark, in plain Python, and both alike."""

import json
from typing import Any

import pytest
from pyspark.sql import functions as F

from jobs.conform.conform import conform
from jobs.conform.masks import masked as in_spark
from jobs.conform.plain.numbers import masked
from schemas.load import load_all
from schemas.settings import ROOT
from tests import rows
from tests.conform.texts import generated

HOTLINE = load_all(ROOT / "schemas")["hotline_ticket"]
MOBILE, CITIZEN = "13800000000", "11010119900101000X"  # no operator's number, no citizen's: made up
MASKED = {
    "a mobile number": ("请联系13800000000。", "请联系[手机号]。", 1),
    "one with a country code": ("拨+86 13800000000或008613800000000", "拨[手机号]或[手机号]", 2),
    "one in groups": ("138 0000 0000，138-0000-0000", "[手机号]，[手机号]", 2),
    "a mobile number in full width": ("电话１３８００００００００", "电话[手机号]", 1),
    "digits apart by zero-width blanks": ("13\u200b800\u200b000\u200b000", "[手机号]", 1),
    "a landline with area code": ("0571-88888888、(010)88888888", "[电话]、[电话]", 2),
    "a citizen number": ("身份证11010119900101000x号", "身份证[证件号]号", 1),
    "one whose check digit is wrong": ("110101199001010009", "[证件号]", 1),
    "one in groups and full width": ("１１０１０１ 19900101 000X", "[证件号]", 1),
    "one of 15 digits": ("旧号110101900101001", "旧号[证件号]", 1),
    "a bank card": ("转到6222 0212 3456 7890 123", "转到[卡号]", 1),
    "a licence plate": ("浙A12345和浙A·D12345", "[车牌号]和[车牌号]", 2),
    "an address for mail": ("写给zhang.san@example.com", "写给[邮箱]", 1),
    "a mark that was there before": ("[手机号]13800000000", "[手机号][手机号]", 1),
}
KEPT = {
    "a ticket's number": "工单GD202603010001",
    "an instant and an amount": "2026-03-01 09:15:00，13800.00元",
    "service lines": "12345、95588、400-800-8888",
    "a credit code": "91110000100006485K",
    "a number made of an instant": "20260301091500123",
    "a number longer than any of them": "13800000000138000000001380000000",
    "words with letters and digits": "新COVID19，贵APP12345678",
    "nothing": "",
}


@pytest.mark.parametrize("sent, left, count", MASKED.values(), ids=MASKED)
def test_a_number_that_leads_to_a_person_is_masked(sent: str, left: str, count: int) -> None:
    assert masked(sent) == (left, count)


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_other_numbers_stay(text: str) -> None:
    assert masked(text) == (text, 0)


@pytest.mark.parametrize("text", ["1 " * 50_000, "a." * 50_000, "110101" * 20_000, "@" * 100_000, "浙A" * 50_000])
def test_a_text_made_to_be_slow_is_not(text: str) -> None:
    assert masked(text)[1] >= 0  # the timeout of the test is the limit


@pytest.mark.spark
def test_spark_and_plain_python_agree_on_twenty_thousand_generated_texts(spark: Any) -> None:
    texts = generated(20_000)
    answers = spark.createDataFrame([(n, text) for n, text in enumerate(texts)], "n int, text string").select("n", in_spark(F.col("text")).alias("left")).collect()
    differing = [(texts[row["n"]], row["left"]) for row in answers if row["left"] != masked(texts[row["n"]])[0]]
    assert (len(answers), differing[:3], sum(masked(text)[1] > 0 for text in texts) > 5_000) == (20_000, [], True)


@pytest.mark.spark
def test_no_number_of_a_free_text_gets_past_conform(spark: Any) -> None:
    good = {**rows.example(HOTLINE), "caller_phone": "057188888888", "content": f"我是{CITIZEN}，请回电{MOBILE}", "reply": f"已致电{MOBILE}"}
    raw = rows.raw(spark, HOTLINE, [good, {**good, "ticket_no": None}, {}], [None, None, "shape"])
    told = raw.withColumns({
        "_raw": F.when(F.col("_defect").isNotNull(), F.lit(f'GD1,"{MOBILE},{CITIZEN}')), "_extra": F.create_map(F.lit("备注"), F.lit(f"电话{MOBILE}")),
    })  # fmt: skip
    found = {row["_row"]: row.asDict(recursive=True) for row in conform(told, HOTLINE, rows.references(spark, HOTLINE), F.lit("2026-03-02").cast("date")).collect()}
    kept = {"silver": found[2], "quarantine": found[3], "unread": found[4]}
    shown = json.dumps(list(kept.values()), default=str, ensure_ascii=False)
    assert (kept["silver"]["content"], kept["silver"]["reply"]) == ("我是[证件号]，请回电[手机号]", "已致电[手机号]")
    assert [(v["column"], v["severity"], v["value"]) for v in kept["silver"]["_violations"] if v["rule"] == "personal_number"] == [("content", "warn", "2"), ("reply", "warn", "1")]
    assert ("_masked_content" in kept["silver"], "[证件号]" in kept["quarantine"]["_sent"], kept["unread"]["_extra"]) == (False, True, {"备注": "电话[手机号]"})
    assert (CITIZEN in shown, MOBILE in shown) == (False, False)
