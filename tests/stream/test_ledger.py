"""The ledger's micro-batch, called with batches as Spark would: every answer once, doubles counted, disagreement told, all sealed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from deltalake import DeltaTable

from jobs.evidence import leaf, seal
from jobs.serve import receipts
from jobs.serve.sealing import seal_all
from jobs.stream import ledger
from jobs.stream.origin import Origin
from schemas.settings import Settings, settings

pytestmark = pytest.mark.spark
RECORD = "key binary, value binary, topic string, partition int, offset bigint, timestamp timestamp, headers array<struct<key:string,value:binary>>"
SENT = '{"request_id":"R1","applicant_name":"欧阳\\u0000示例"}'.encode()
Batch = list[tuple[Any, ...]]


def answer(name: str, offset: int, *, engine: str = "a", topic: str = "instant.verdict", **given: Any) -> tuple[Any, ...]:
    """One record of an answer topic; `given` replaces what the answer says."""
    said = {
        "request_id": name, "verdict": "reject", "violations": [{"rule": "required", "column": "case_no"}, {"rule": "uscc"}],
        "contract_version": "1.2.0", "rule_set": "0123456789abcdef", "credit": {"standing": "pass", "version": 7, "as_of": None},
        "received_at": "2026-03-02T02:00:00.125Z", "request": {"topic": "instant.request", "partition": 0, "offset": 5, "sha256": leaf.sha256(SENT.decode())},
    }
    return record(name, offset, json.dumps({**said, **given}, ensure_ascii=False).encode(), engine, topic)


def record(key: str, offset: int, value: bytes, engine: str = "a", topic: str = "instant.verdict") -> tuple[Any, ...]:
    headers = [("engine", engine.encode()), ("request", SENT), ("engine", b"second header of that name")]
    return key.encode(), value, topic, 0, offset, offset, headers


@pytest.fixture
def book(spark: Any, here: Settings) -> ledger.Book:
    """Empty tables and a new checkpoint."""
    ledger.make_tables(spark, here)
    return ledger.Book(here, Origin("first checkpoint", 0), lambda: seal_all(here))


@pytest.fixture
def write(spark: Any) -> Callable[..., None]:
    """Hand one micro-batch to the ledger: write(book, number, [answer(…), …])."""

    return lambda book, number, batch: handed(spark, book, number, batch)


def handed(spark: Any, book: ledger.Book, number: int, batch: Batch) -> None:
    from pyspark.sql import functions as F

    frame = spark.createDataFrame(batch, RECORD.replace("timestamp timestamp", "timestamp bigint"))
    at = F.timestamp_millis(F.col("timestamp") + F.unix_millis(F.lit("2026-03-02 02:00:01").cast("timestamp")))
    ledger.write(frame.withColumn("timestamp", at), number, book)


def rows(book: ledger.Book, layer: str = "silver", noun: str = "verdict") -> list[dict[str, Any]]:
    path = book.settings.lake / layer / noun
    return sorted(DeltaTable(str(path)).to_pyarrow_table().to_pylist(), key=lambda row: (row["request_id"], str(row.get("reason"))))


def logged(book: ledger.Book) -> str:
    return "".join(path.read_text() for path in (book.settings.lake / "silver" / "verdict" / "_delta_log").glob("*.json"))


def reasons(book: ledger.Book) -> list[tuple[str, str]]:
    return [(row["request_id"], row["reason"]) for row in rows(book, "ledger", "disagreement")]


def counts(book: ledger.Book) -> dict[str, int]:
    return json.loads(DeltaTable(str(book.settings.lake / "silver" / "verdict")).history(1)[0]["userMetadata"])


def test_an_answer_becomes_one_row_with_its_request_its_versions_and_its_doubles(book: ledger.Book, write: Callable[..., None]) -> None:
    write(book, 0, [answer("R1", 3, engine="b"), answer("R1", 2, engine="a"), answer("R2", 4)])
    first, second = rows(book)
    assert (first["request_id"], first["engine"], first["doubles"], first["rules"]) == ("R1", "a", 1, ["required", "uscc"])
    assert (first["request"].encode(), first["request_sha256"], first["credit_version"]) == (SENT, leaf.sha256(SENT.decode()), 7)
    assert (second["doubles"], second["kind"], str(second["received_on"])) == (0, "instant", "2026-03-02")
    assert counts(book) == {"answers": 3, "rows": 2, "disagreeing": 0, "unreadable": 0, "doubles": 1}


def test_the_leaf_made_in_columns_is_the_leaf_made_in_python(book: ledger.Book, write: Callable[..., None]) -> None:
    odd = answer("R\n2:'\"\\", 4, rule_set=None, credit=None, received_at="not a time", violations=[{"rule": '规则"\\\t\u2028'}, {"rule": None}])
    write(book, 0, [answer("R1", 2), odd, answer("C1", 1, topic="credit.answer", version=12, violations=None)])
    found = rows(book)
    assert [row["leaf"] for row in found] == [leaf.leaf(leaf.fields(row)) for row in found]
    assert [row["kind"] for row in found] == ["credit", "instant", "instant"]


def test_a_batch_given_again_changes_nothing(book: ledger.Book, write: Callable[..., None]) -> None:
    batch = [answer("R1", 2), answer("R1", 3, verdict="accept"), answer("R2", 4)]
    write(book, 0, batch)
    before = rows(book), reasons(book), seal.heads(seal.heads_file(book.settings))
    write(book, 0, batch)
    assert (rows(book), reasons(book), seal.heads(seal.heads_file(book.settings))) == before


def test_a_double_in_a_later_batch_is_left_out_and_every_batch_is_sealed(book: ledger.Book, write: Callable[..., None]) -> None:
    write(book, 0, [answer("R1", 2)])
    write(book, 1, [answer("R1", 3, engine="b"), answer("R2", 4)])
    assert [(row["request_id"], row["engine"], row["batch_id"]) for row in rows(book)] == [("R1", "a", 0), ("R2", "a", 1)]
    assert counts(book)["doubles"] == 1
    assert [(one.batch_id, one.rows) for one in seal.heads(seal.heads_file(book.settings))] == [(0, 1), (1, 1)]
    assert "applicant_name" not in logged(book)


def test_a_new_checkpoint_reads_everything_again_and_doubles_nothing(book: ledger.Book, write: Callable[..., None]) -> None:
    write(book, 0, [answer("R1", 2)])
    write(book, 1, [answer("R2", 4)])
    again = ledger.Book(book.settings, Origin("second checkpoint", 2), book.seal)
    write(again, 0, [answer("R1", 2), answer("R2", 4), answer("R3", 5)])
    assert [(row["request_id"], row["batch_id"]) for row in rows(book)] == [("R1", 0), ("R2", 1), ("R3", 2)]


def test_the_first_answer_is_kept_and_one_that_disagrees_a_batch_later_is_told(book: ledger.Book, write: Callable[..., None]) -> None:
    write(book, 0, [answer("R1", 2)])
    write(book, 1, [answer("R1", 3, engine="b", verdict="accept")])
    (row,), (told,) = rows(book), rows(book, "ledger", "disagreement")
    assert (row["engine"], row["verdict"]) == ("a", "reject")
    assert (told["reason"], told["engine"], told["kept_engine"], json.loads(told["value"])["verdict"]) == ("answer", "b", "a", "accept")


OTHER = {"topic": "instant.request", "partition": 0, "offset": 6, "sha256": "f" * 64}
AGAIN = {**OTHER, "sha256": leaf.sha256(SENT.decode())}
SECOND: dict[str, tuple[dict[str, Any], str | None]] = {
    "other rules": ({"rule_set": "fedcba9876543210"}, "version"), "other credit data": ({"credit": {"version": 8}}, "version"),
    "another request of that id": ({"request": OTHER}, "request"), "same versions, judged differently": ({"verdict": "accept"}, "answer"),
    "sent again and judged differently": ({"request": AGAIN, "verdict": "accept"}, "resent"),
    "sent again and judged alike": ({"request": AGAIN, "received_at": "2026-03-02T02:00:07.000Z"}, None),
}
NO_ANSWER = {"text": b"hello", "not UTF-8": b"\xff\xfe", "no id": b"{}", "empty": b"", "cut off": b'{"request_id":5'}


@pytest.fixture(scope="module")
def told(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Story -> reasons, after one batch with a pair of answers for each story of SECOND and a record for each of NO_ANSWER."""
    here = settings({"GOVLAKE_HOME": str(tmp_path_factory.mktemp("told"))})
    ledger.make_tables(spark, here)
    made = ledger.Book(here, Origin("first checkpoint", 0), lambda: seal_all(here))
    pairs = [one for name, (given, _) in SECOND.items() for one in (answer(name, 1), answer(name, 2, engine="b", **given))]
    handed(spark, made, 0, [*pairs, *(record(name, 3, value) for name, value in NO_ANSWER.items())])
    assert [row["request_id"] for row in rows(made)] == sorted(SECOND)
    stories = {name: [] for name in (*SECOND, *NO_ANSWER)}  # type: dict[str, list[str]]
    for name, reason in reasons(made):
        stories[name].append(reason)
    return stories


@pytest.mark.parametrize("story", SECOND)
def test_why_two_answers_differ_is_told_apart_from_a_disagreement(told: dict[str, list[str]], story: str) -> None:
    assert told[story] == [reason for reason in [SECOND[story][1]] if reason]


@pytest.mark.parametrize("story", NO_ANSWER)
def test_what_is_no_answer_is_kept_aside_and_stops_nothing(told: dict[str, list[str]], story: str) -> None:
    assert told[story] == ["unreadable"]


def test_a_kill_between_commit_and_seal_is_repaired_in_order_at_the_next_start(book: ledger.Book, write: Callable[..., None]) -> None:
    killed = ledger.Book(book.settings, book.origin, lambda: None)
    write(killed, 0, [answer("R2", 2), answer("R1", 3)])
    write(killed, 1, [answer("R3", 4)])
    assert [one.batch_id for one in seal_all(book.settings)] == [0, 1]
    assert receipts.walk(book.settings) == receipts.Walk(2, 3, 0, seal.heads(seal.heads_file(book.settings))[-1].seal, ())


def test_tables_are_made_where_a_killed_first_write_left_empty_folders(spark: Any, here: Settings) -> None:
    (here.lake / "silver" / "verdict" / "_delta_log").mkdir(parents=True)
    ledger.make_tables(spark, here)
    ledger.make_tables(spark, here)
    made = DeltaTable(str(here.lake / "silver" / "verdict"))
    assert (made.version(), made.metadata().configuration["delta.appendOnly"]) == (0, "true")
