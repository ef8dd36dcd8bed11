"""The stream's answers, computed over a fixed set of Kafka records: the same rules as batch, and a letter for what cannot be read."""

import json
from typing import Any

import pytest
from pyspark.sql import functions as F

from jobs.conform.conform import conform
from jobs.stream.verdict import answers
from schemas.contract import Contract
from tests import rows

pytestmark = pytest.mark.spark
TOPICS = {"verdict": "instant.verdict", "dead_letter": "instant.dead_letter"}


@pytest.fixture(scope="module")
def contract(contracts: dict[str, Contract]) -> Contract:
    return next(contract for contract in contracts.values() if contract.topic)


@pytest.fixture(scope="module")
def replies(spark: Any, contract: Contract) -> dict[str, Any]:
    """The replies to one record of each story, by story."""
    good = {"request_id": "R1", **rows.example(contract)}
    required = next(column.name for column in contract.columns if column.required)
    stories = {
        "good": json.dumps(good).encode(),
        "without a required value": json.dumps({**good, "request_id": "R2", required: None}).encode(),
        "not JSON": b"hello",
        "cut off": json.dumps(good).encode()[:-20],
        "no request id": json.dumps(rows.example(contract)).encode(),
        "not UTF-8": json.dumps(good, ensure_ascii=False).encode("gb18030") + b"\xff",
    }
    at = F.lit("2026-03-02 02:00:00").cast("timestamp")
    data = [(bytearray(value), "instant.request", 0, offset) for offset, value in enumerate(stories.values())]
    records = spark.createDataFrame(data, "value binary, topic string, partition int, offset bigint").withColumn("timestamp", at)
    found = answers(records, contract, rows.references(spark, contract), TOPICS).withColumn("order", F.monotonically_increasing_id())
    return dict(zip(stories, sorted(found.collect(), key=lambda row: row["order"]), strict=True))


def verdict(reply: Any) -> dict[str, Any]:
    return json.loads(bytes(reply["value"]))


def test_a_good_request_is_accepted(replies: dict[str, Any]) -> None:
    assert (replies["good"]["topic"], verdict(replies["good"])["verdict"]) == ("instant.verdict", "accept")


def test_a_bad_request_is_rejected_with_a_sentence_in_both_languages(replies: dict[str, Any]) -> None:
    found = verdict(replies["without a required value"])
    worst = next(violation for violation in found["violations"] if violation["rule"] == "required")
    assert (found["verdict"], "必填" in worst["zh"], "required" in worst["en"]) == ("reject", True, True)


@pytest.mark.parametrize("story", ["not JSON", "cut off", "no request id", "not UTF-8"])
def test_what_cannot_be_answered_goes_to_the_dead_letters_with_a_reason(replies: dict[str, Any], story: str) -> None:
    reply = replies[story]
    (header,) = reply["headers"]
    assert (reply["topic"], header["key"], len(bytes(header["value"])) > 10) == ("instant.dead_letter", "reason", True)


def test_the_original_bytes_of_a_dead_letter_are_kept(replies: dict[str, Any]) -> None:
    assert bytes(replies["not JSON"]["value"]) == b"hello"


def test_batch_and_stream_judge_the_same_rows_alike(spark: Any, contract: Contract, replies: dict[str, Any]) -> None:
    good = rows.example(contract)
    required = next(column.name for column in contract.columns if column.required)
    raw = rows.raw(spark, contract, [good, {**good, required: None}])
    batch = conform(raw, contract, rows.references(spark, contract), F.lit("2026-03-02").cast("date"))
    rules = [sorted(v["rule"] for v in row["_violations"]) for row in sorted(batch.collect(), key=lambda row: row["_row"])]
    stream = [sorted(v["rule"] for v in verdict(replies[story])["violations"]) for story in ("good", "without a required value")]
    assert stream == rules
