"""The verdicts on requests for instant items, over a fixed set of Kafka records: what batch says, and what only the stream asks."""

import csv
import hashlib
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from pyspark.sql import functions as F

from jobs.conform.conform import conform
from jobs.stream.rule_set import rule_set
from jobs.stream.sides import Sides
from jobs.stream.verdict import verdicts
from schemas.contract import Contract, RuleUse
from schemas.settings import ROOT
from tests import rows
from tests.stream.made_sides import (
    AT,
    BASE,
    KNOWN,
    NOBODY,
    PERSON,
    TRADER,
    answered,
    code,
    headers,
    records,
    value,
    without,
)

pytestmark = pytest.mark.spark
SAMPLE = ROOT / "tests/data/landing/business/case_accept/2026-03-02/made-sample-case_accept.csv"
OTHER_BODY = "11330106QB00000264"  # another body of the contracts' examples


def request(contract: Contract, number: str, **changed: Any) -> bytes:
    """The example of the contract as a request, with some columns changed."""
    return json.dumps({"request_id": number, **rows.example(contract), **changed}, ensure_ascii=False).encode()


def item(last: int) -> dict[str, str | None]:
    """The columns of a request that name another item."""
    return {"task_code": code(last), "catalog_code": f"{BASE}{last}", "task_handle_item": None}


def stories(contract: Contract) -> dict[str, bytes]:
    """One request a story."""
    changes: dict[str, dict[str, Any]] = {
        "good": {},
        "without a required value": {"applyer_name": None},
        "of an item nobody knows": item(9),
        "of a promised item": item(2),
        "of an item that was cancelled": item(3),
        "of an item that promises three days": item(4),
        "of an item that promises more than the law": item(5),
        "taken in by another body": {"org_code": OTHER_BODY},
        "of a case seen before": {"project_no": "330106202601010000009"},
        "of a case number another source uses": {"project_no": "330106202601010000009", "data_source": "p34"},
        "of a penalised applicant": {"applyer_page_code": KNOWN["penalised"]},
        "of a barred applicant": {"applyer_page_code": KNOWN["barred"]},
        "of an applicant whose listing is over": {"applyer_page_code": KNOWN["mended"]},
        "of an applicant listed from tomorrow": {"applyer_page_code": KNOWN["future"]},
        "of an applicant nobody knows": {"applyer_page_code": NOBODY},
        "of an applicant with a wrong code": {"applyer_page_code": NOBODY[:-1] + "0"},
        "of a trader": {"applyer_page_code": TRADER},
        "of a natural person": {"applyer_page_code": PERSON, "applyer_type": "1", "applyer_page_type": "111"},
        "without a material": {**item(6), "materials": ["营业执照"]},
        "without any material": item(6),
        "with all materials": {**item(6), "materials": ["营业执照", "申请表 ", "身份证"]},
        "wrong and of a barred applicant": {"applyer_page_code": KNOWN["barred"], "applyer_name": None},
    }
    return {story: request(contract, f"R{number}", **changed) for number, (story, changed) in enumerate(changes.items())}


@pytest.fixture(scope="module")
def replies(spark: Any, contract: Contract, sides: Sides) -> dict[str, Any]:
    """The reply to each story, with everything there."""
    asked = stories(contract)
    return answered(verdicts(records(spark, "instant.request", list(asked.values())), sides, "a"), asked)


@pytest.mark.parametrize(("story", "verdict", "why"), [
    ("good", "accept", []),
    ("without a required value", "reject", []),
    ("of an item nobody knows", "reject", ["item_unknown"]),
    ("of a promised item", "reject", ["item_not_instant"]),
    ("of an item that was cancelled", "reject", ["item_not_in_force"]),
    ("of an item that promises three days", "reject", ["promise_illegal"]),
    ("of an item that promises more than the law", "reject", ["promise_illegal"]),
    ("taken in by another body", "reject", ["other_body"]),
    ("of a case seen before", "reject", []),
    ("of a case number another source uses", "accept", []),
    ("of a penalised applicant", "manual", ["credit_review"]),
    ("of a barred applicant", "manual", ["credit_block"]),
    ("of an applicant whose listing is over", "accept", []),
    ("of an applicant listed from tomorrow", "accept", []),
    ("of an applicant nobody knows", "manual", ["credit_unknown"]),
    ("of an applicant with a wrong code", "manual", ["credit_unknown"]),
    ("of a trader", "accept", []),
    ("of a natural person", "accept", []),
    ("without a material", "reject", ["materials_missing"]),
    ("without any material", "reject", ["materials_missing"]),
    ("with all materials", "accept", []),
    ("wrong and of a barred applicant", "reject", ["credit_block"]),
])  # fmt: skip
def test_each_kind_of_request_has_its_verdict_and_says_why(replies: dict[str, Any], story: str, verdict: str, why: list[str]) -> None:
    found = value(replies[story])
    assert (found["verdict"], [reason["code"] for reason in found["reasons"]]) == (verdict, why)


def test_a_violation_is_a_sentence_in_both_languages(replies: dict[str, Any]) -> None:
    found = value(replies["without a required value"])["violations"]
    worst = next(violation for violation in found if violation["rule"] == "required")
    assert ("必填" in worst["zh"], "required" in worst["en"], worst["severity"]) == (True, True, "quarantine")


def test_what_is_missing_is_named_at_once(replies: dict[str, Any]) -> None:
    (reason,) = value(replies["without any material"])["reasons"]
    assert (reason["zh"], reason["en"]) == ("缺少申请材料：申请表、营业执照。", "Materials are missing: 申请表, 营业执照.")


def test_a_rule_in_shadow_is_counted_and_nobody_is_told(spark: Any, contract: Contract, sides: Sides) -> None:
    name = contract.column("applyer_name")
    tried = replace(name, rules=(RuleUse("length", "shadow", {"min": 100, "max": 200}),))
    columns = tuple(tried if one is name else one for one in contract.columns)
    asked = {"good": stories(contract)["good"]}
    found = value(answered(verdicts(records(spark, "instant.request", list(asked.values())), replace(sides, contract=replace(contract, columns=columns)), "a"), asked)["good"])
    assert (found["verdict"], found["shadow"], [one["rule"] for one in found["violations"]].count("length")) == ("accept", [{"rule": "length", "column": "applyer_name"}], 0)


def test_a_case_seen_before_is_a_violation_of_its_number(replies: dict[str, Any]) -> None:
    found = value(replies["of a case seen before"])["violations"]
    assert [(one["rule"], one["column"], one["severity"]) for one in found if one["severity"] == "quarantine"] == [("case_seen", "project_no", "quarantine")]


def test_a_verdict_names_the_rules_the_data_and_the_request_it_rests_on(replies: dict[str, Any], contract: Contract) -> None:
    found, asked = value(replies["good"]), stories(contract)["good"]
    assert {name: found[name] for name in found if name not in ("violations", "reasons")} == {
        "request_id": "R0", "verdict": "accept", "table": "case_accept", "contract_version": contract.version, "rule_set": rule_set(contract),
        "shadow": [], "credit": {"standing": "pass", "version": 7, "change": 0, "as_of": "2026-03-02T01:00:00.000Z"}, "received_at": "2026-03-02T02:00:00.000Z",
        "request": {"topic": "instant.request", "partition": 0, "offset": 0, "sha256": hashlib.sha256(asked).hexdigest()},
    }  # fmt: skip


@pytest.mark.parametrize("language", ["instant.md", "instant.zh.md"])
def test_the_answer_the_guide_shows_is_what_its_request_gets(spark: Any, contract: Contract, sides: Sides, language: str) -> None:
    guide = (ROOT / "docs" / "guide" / language).read_text(encoding="utf-8")
    sent, shown = (re.search(pattern, guide, re.DOTALL)[1] for pattern in (r"/v1/instant'.*?-d '(\{.*?\})'", r"```json\n(.*?)```"))  # type: ignore[index]
    gold, applicant = sides.frames["gold.credit_standing"], json.loads(sent)["applyer_page_code"]
    known = gold.where(F.col("uscc") == contract.column("applyer_page_code").examples[0]).withColumn("uscc", F.lit(applicant))
    there = replace(sides, frames={**sides.frames, "gold.credit_standing": gold.unionByName(known)})
    asked = {"guide": sent.encode(), "mended": json.dumps({**json.loads(sent), "request_id": "2", "accept_date": "2026-03-02 09:40:00"}).encode()}
    replies = answered(verdicts(records(spark, "instant.request", [*asked.values()]), there, "a"), asked)
    told, expected = value(replies["guide"]), json.loads(shown)
    same = ("request_id", "verdict", "violations", "reasons", "table", "contract_version")
    assert {name: told[name] for name in same} == {name: expected[name] for name in same}
    assert (told["credit"]["standing"], value(replies["mended"])["verdict"]) == (expected["credit"]["standing"], "accept")
    assert [list(told), list(told["credit"]), list(told["request"])] == [list(expected), list(expected["credit"]), list(expected["request"])]


def test_a_natural_person_s_credit_is_not_asked_for(replies: dict[str, Any]) -> None:
    assert value(replies["of a natural person"])["credit"] == {"standing": None, "version": None, "change": None, "as_of": None}


def test_an_answer_says_who_gave_it_and_carries_the_request_beside_its_value(replies: dict[str, Any], contract: Contract) -> None:
    reply = replies["good"]
    assert (reply["topic"], bytes(reply["key"]), headers(reply)) == (
        "instant.verdict", b"R0", {"engine": b"a", "request": stories(contract)["good"]},
    )  # fmt: skip


def test_two_replicas_give_the_same_bytes(spark: Any, contract: Contract, sides: Sides, replies: dict[str, Any]) -> None:
    asked = stories(contract)
    other = answered(verdicts(records(spark, "instant.request", list(asked.values())), sides, "b"), asked)
    assert {story: bytes(reply["value"]) for story, reply in other.items()} == {story: bytes(reply["value"]) for story, reply in replies.items()}
    assert {headers(reply)["engine"] for reply in other.values()} == {b"b"}


@pytest.mark.parametrize("gone", ["silver.service_item", "silver.case_accept", "silver.credit_listing", "gold.credit_standing", "silver.working_day"])
def test_what_is_away_sends_a_good_request_to_a_person_and_is_named(spark: Any, contract: Contract, sides: Sides, gone: str) -> None:
    asked = {"good": request(contract, "R1")}
    found = value(answered(verdicts(records(spark, "instant.request", [*asked.values()]), without(sides, gone), "a"), asked)["good"])
    assert (found["verdict"], [reason["en"] for reason in found["reasons"] if gone in reason["en"]] != []) == ("manual", True)


def test_with_nothing_there_a_request_is_still_answered_and_never_accepted(spark: Any, contract: Contract, sides: Sides) -> None:
    asked = {"good": request(contract, "R1"), "bad": request(contract, "R2", applyer_name=None), "person": stories(contract)["of a natural person"]}
    found = answered(verdicts(records(spark, "instant.request", [*asked.values()]), without(sides), "a"), asked)
    assert {story: value(reply)["verdict"] for story, reply in found.items()} == {"good": "manual", "bad": "reject", "person": "manual"}
    assert value(found["good"])["credit"] == {"standing": "unknown", "version": None, "change": None, "as_of": None}


LETTERS = {
    "not JSON": b"hello",
    "cut off": b'{"request_id": "R9", "project_no": "33',
    "an array": b"[1]",
    "no request id": b'{"project_no": "330106202601010000009"}',
    "an empty request id": b'{"request_id": " "}',
    "not UTF-8": '{"request_id": "甲"}'.encode("gb18030"),
    "nothing": b"",
}


def test_what_cannot_be_answered_goes_to_the_dead_letters_whole_and_with_a_reason(spark: Any, sides: Sides) -> None:
    found = verdicts(records(spark, "instant.request", list(LETTERS.values())), sides, "a").collect()
    assert sorted(bytes(row["value"]) for row in found) == sorted(LETTERS.values())
    assert {(row["topic"], tuple(headers(row)), len(headers(row)["reason"]) > 10) for row in found} == {("instant.dead_letter", ("reason", "engine"), True)}


def test_batch_and_stream_judge_the_same_rows_alike(spark: Any, contract: Contract, sides: Sides) -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        sample = [{name: text or None for name, text in row.items()} for row in csv.DictReader(file)]
    asked = [json.dumps({"request_id": str(number), **row}, ensure_ascii=False).encode() for number, row in enumerate(sample)]
    batch = conform(rows.raw(spark, contract, sample), contract, sides.references, F.lit(AT[:10]).cast("date")).collect()
    stream = [value(row) for row in verdicts(records(spark, "instant.request", asked), sides, "a").collect()]
    judged = {row["_row"] - 2: [(v["rule"], v["column"], v["severity"]) for v in row["_violations"]] for row in batch}
    assert {int(one["request_id"]): [(v["rule"], v["column"], v["severity"]) for v in one["violations"]] for one in stream} == judged
