"""The answers to credit look-ups, over a fixed set of Kafka records: who is meant, what is in force, what may not be told."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from pyspark.sql import functions as F

from jobs.stream.credit import answers
from jobs.stream.rule_set import rule_set
from jobs.stream.sides import Sides
from schemas.contract import Contract
from tests.stream.made_sides import KNOWN, NOBODY, PERSON, TRADER, answered, headers, records, value, without

pytestmark = pytest.mark.spark


def lookup(number: str, subject: str | None, purpose: str | None = "licensing", asker: str | None = "tax-03") -> bytes:
    return json.dumps({"request_id": number, "subject": subject, "purpose": purpose, "asker": asker}, ensure_ascii=False).encode()


STORIES = {
    "by code": lookup("C1", KNOWN["penalised"]),
    "by code in full width": lookup("C2", "".join(chr(ord(sign) + 0xFEE0) for sign in KNOWN["penalised"])),
    "by name": lookup("C3", "示例丙有限公司"),
    "by name with other brackets": lookup("C4", "示例(集团)有限公司"),
    "by a name two have": lookup("C5", "示例双有限公司"),
    "by a name nobody has": lookup("C6", "示例无有限公司"),
    "by a part of a name": lookup("C7", "示例丙"),
    "of nobody": lookup("C8", NOBODY),
    "with a wrong check digit": lookup("C9", NOBODY[:-1] + "0"),
    "for another purpose": lookup("C10", KNOWN["penalised"], "advertising"),
    "for no purpose": lookup("C11", KNOWN["penalised"], None),
    "by nobody": lookup("C12", KNOWN["penalised"], asker=" "),
    "about nobody": lookup("C13", None),
    "of a mended subject": lookup("C14", KNOWN["mended"]),
    "of a subject listed from tomorrow": lookup("C15", KNOWN["future"]),
    "of a trader": lookup("C16", TRADER),
    "of a trader by name": lookup("C17", "西湖区示例店"),
    "of a citizen": lookup("C18", PERSON),
    "of a barred subject": lookup("C19", KNOWN["barred"]),
}


def asked(spark: Any, sides: Sides, replica: str = "a", stories: dict[str, bytes] = STORIES) -> dict[str, Any]:
    return answered(answers(records(spark, "credit.lookup", list(stories.values())), sides, replica), stories)


@pytest.fixture(scope="module")
def replies(spark: Any, sides: Sides) -> dict[str, Any]:
    """The reply to each story, with everything there."""
    return asked(spark, sides)


@pytest.mark.parametrize(("story", "verdict", "error"), [
    ("by code", "review", None),
    ("by code in full width", "review", None),
    ("by name", "block", None),
    ("by name with other brackets", "review", None),
    ("by a name two have", "unknown", "ambiguous_name"),
    ("by a name nobody has", "unknown", "unknown_subject"),
    ("by a part of a name", "unknown", "unknown_subject"),
    ("of nobody", "unknown", "unknown_subject"),
    ("with a wrong check digit", "unknown", "wrong_check_digit"),
    ("for another purpose", "unknown", "purpose_not_allowed"),
    ("for no purpose", "unknown", "purpose_not_allowed"),
    ("by nobody", "unknown", "asker_missing"),
    ("about nobody", "unknown", "subject_missing"),
    ("of a mended subject", "pass", None),
    ("of a subject listed from tomorrow", "pass", None),
    ("of a trader", "pass", None),
    ("of a trader by name", "pass", None),
    ("of a citizen", "unknown", "unknown_subject"),
    ("of a barred subject", "block", None),
])  # fmt: skip
def test_each_kind_of_look_up_has_its_answer(replies: dict[str, Any], story: str, verdict: str, error: str | None) -> None:
    found = value(replies[story])
    assert (found["verdict"], (found["error"] or {}).get("code")) == (verdict, error)


def test_an_answer_says_what_stands_against_the_subject_and_what_it_was_answered_from(replies: dict[str, Any], sides: Sides) -> None:
    assert value(replies["by code"]) == {
        "request_id": "C1", "subject_id": KNOWN["penalised"], "subject_name": "示例（集团）有限公司", "as_of": "2026-03-02",
        "verdict": "review", "standing": "review", "error": None,
        "hits": [{"list": "行政处罚", "authority": "示例局", "decision_no": "示1号", "from": "2025-11-20", "to": "2026-11-20",
                  "domain": "食品安全", "source_table": "silver.penalty", "source_version": "b1"}],
        "counts": {"permits": 2, "permits_in_force": 1, "penalties": 1}, "last_permit_on": "2026-02-24", "last_penalty_on": "2025-11-20",
        "sources_checked": ["silver.enterprise", "silver.permit", "silver.penalty", "silver.credit_listing"], "sources_unavailable": [],
        "version": 7, "change": 0, "data_at": "2026-03-02T01:00:00.000Z", "stale": False, "rule_set": rule_set(sides.standing),
        "received_at": "2026-03-02T02:00:00.000Z",
        "request": {"topic": "credit.lookup", "partition": 0, "offset": 0, "sha256": hashlib.sha256(STORIES["by code"]).hexdigest()},
    }  # fmt: skip


@pytest.mark.parametrize("story", ["of a mended subject", "of a subject listed from tomorrow"])
def test_an_entry_outside_its_legal_period_is_nowhere_in_the_answer(replies: dict[str, Any], story: str) -> None:
    assert (value(replies[story])["hits"], "失信" in bytes(replies[story]["value"]).decode()) == ([], False)


@pytest.mark.parametrize("story", ["for another purpose", "by nobody", "by a name two have", "of nobody", "of a citizen"])
def test_an_error_tells_nothing_about_anybody_and_is_a_sentence_in_both_languages(replies: dict[str, Any], story: str) -> None:
    found = value(replies[story])
    assert (found["subject_id"], found["subject_name"], found["hits"], found["counts"]["penalties"], found["sources_checked"]) == (None, None, [], None, [])
    assert (found["error"]["zh"][-1], found["error"]["en"][-1]) == ("。", ".")


@pytest.mark.parametrize("story", ["of a trader", "of a trader by name", "of a citizen"])
def test_a_look_up_on_a_natural_person_is_marked_for_the_log(replies: dict[str, Any], story: str) -> None:
    assert headers(replies[story]) == {"engine": b"a", "request": STORIES[story], "person": b"1"}


@pytest.mark.parametrize("story", ["by code", "by name", "of nobody"])
def test_a_look_up_on_an_organisation_is_not_marked(replies: dict[str, Any], story: str) -> None:
    assert headers(replies[story]) == {"engine": b"a", "request": STORIES[story]}


def test_two_replicas_give_the_same_bytes(spark: Any, sides: Sides, replies: dict[str, Any]) -> None:
    other = asked(spark, sides, "b")
    assert {story: bytes(reply["value"]) for story, reply in other.items()} == {story: bytes(reply["value"]) for story, reply in replies.items()}


def test_a_source_that_is_away_makes_the_verdict_unknown_and_is_named(spark: Any, sides: Sides) -> None:
    found = value(asked(spark, without(sides, "silver.credit_listing"), stories={"clean": lookup("C1", TRADER)})["clean"])
    assert (found["verdict"], found["sources_unavailable"], "silver.credit_listing" in found["sources_checked"]) == ("unknown", ["silver.credit_listing"], False)


def test_with_nothing_there_a_look_up_is_still_answered_and_never_with_a_pass(spark: Any, sides: Sides) -> None:
    found = asked(spark, without(sides), stories={story: STORIES[story] for story in ("by code", "by name", "with a wrong check digit")})
    told = {story: (value(reply)["verdict"], (value(reply)["error"] or {}).get("code"), value(reply)["sources_checked"]) for story, reply in found.items()}
    assert told == {"by code": ("unknown", None, []), "by name": ("unknown", None, []), "with a wrong check digit": ("unknown", "wrong_check_digit", [])}


def test_an_answer_from_data_older_than_promised_is_marked(spark: Any, sides: Sides) -> None:
    gold = sides.frames["gold.credit_standing"].withColumn("_ingested_at", F.lit("2026-02-28 01:00:00").cast("timestamp"))
    old = replace(sides, frames={**sides.frames, "gold.credit_standing": gold})
    assert value(asked(spark, old, stories={"clean": lookup("C1", TRADER)})["clean"])["stale"] is True


def test_until_the_ledger_knows_the_computation_the_version_is_not_guessed(spark: Any, sides: Sides) -> None:
    found = value(asked(spark, without(sides, "ledger.hop"), stories={"clean": lookup("C1", TRADER)})["clean"])
    assert (found["version"], found["data_at"], found["verdict"]) == (None, "2026-03-02T01:00:00.000Z", "pass")


def test_what_cannot_be_read_is_a_dead_letter(spark: Any, contract: Contract, sides: Sides) -> None:
    (letter,) = answers(records(spark, "credit.lookup", [b"hello"]), sides, "a").collect()
    assert (letter["topic"], bytes(letter["value"]), tuple(headers(letter))) == ("credit.dead_letter", b"hello", ("reason", "engine"))
