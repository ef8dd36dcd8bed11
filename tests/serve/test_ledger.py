"""The ledger, handed batches as its job hands them: every answer once, doubles counted, disagreement told, all sealed."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from deltalake import DeltaTable

from jobs.evidence import leaf, seal
from jobs.serve import answered, receipts, sealing
from jobs.serve import ledger as module
from jobs.serve.ledger import Ledger
from schemas.errors import Refused
from schemas.settings import Settings, settings

SENT = '{"request_id":"R1","applicant_name":"欧阳\\u0000示例"}'.encode()
START = int(datetime(2026, 3, 2, 2, 0, 1, tzinfo=UTC).timestamp() * 1000)


class Record(NamedTuple):
    """A record as the Kafka client gives it."""

    key: bytes
    value: bytes
    topic: str
    partition: int
    offset: int
    timestamp: int
    headers: list[tuple[str, bytes]]


def answer(name: str, offset: int, *, engine: str = "a", topic: str = "instant.verdict", **given: Any) -> Record:
    """One record of an answer topic; `given` replaces what the answer says."""
    said = {
        "request_id": name, "verdict": "reject", "violations": [{"rule": "required", "column": "case_no"}, {"rule": "uscc"}],
        "contract_version": "1.2.0", "rule_set": "0123456789abcdef", "credit": {"standing": "pass", "version": 7, "as_of": None},
        "received_at": "2026-03-02T02:00:00.125Z", "request": {"topic": "instant.request", "partition": 0, "offset": 5, "sha256": leaf.sha256(SENT.decode())},
    }
    return record(name, offset, json.dumps({**said, **given}, ensure_ascii=False).encode(), engine, topic)


def record(key: str, offset: int, value: bytes, engine: str = "a", topic: str = "instant.verdict") -> Record:
    headers = [("engine", engine.encode()), ("request", SENT), ("engine", b"second header of that name")]
    return Record(key.encode(), value, topic, 0, offset, START + offset, headers)


@pytest.fixture
def book(here: Settings) -> Settings:
    """An installation without a ledger."""
    return here


def write(book: Settings, batch: Sequence[Record], ledger: Ledger | None = None) -> dict[str, int]:
    """Hand one batch to the ledger, opened anew as after a start unless one is given."""
    ends = {(one.topic, one.partition): max(other.offset for other in batch if other.topic == one.topic) + 1 for one in batch}
    return (ledger or Ledger(book)).write([answered.read(record) for record in batch], ends)


def rows(book: Settings, layer: str = "silver", noun: str = "verdict") -> list[dict[str, Any]]:
    path = book.lake / layer / noun
    return sorted(DeltaTable(str(path)).to_pyarrow_table().to_pylist(), key=lambda row: (row["request_id"], str(row.get("reason"))))


def logged(book: Settings) -> str:
    return "".join(path.read_text() for path in (book.lake / "silver" / "verdict" / "_delta_log").glob("*.json"))


def reasons(book: Settings) -> list[tuple[str, str]]:
    return [(row["request_id"], row["reason"]) for row in rows(book, "ledger", "disagreement")]


def counts(book: Settings) -> dict[str, int]:
    return json.loads(DeltaTable(str(book.lake / "silver" / "verdict")).history(1)[0]["userMetadata"])


def test_an_answer_becomes_one_row_with_its_request_its_versions_and_its_doubles(book: Settings) -> None:
    write(book, [answer("R1", 3, engine="b"), answer("R1", 2, engine="a"), answer("R2", 4)])
    first, second = rows(book)
    assert (first["request_id"], first["engine"], first["doubles"], first["rules"]) == ("R1", "a", 1, ["required", "uscc"])
    assert (first["request"].encode(), first["request_sha256"], first["credit_version"]) == (SENT, leaf.sha256(SENT.decode()), 7)
    assert (second["doubles"], second["kind"], str(second["received_on"])) == (0, "instant", "2026-03-02")
    assert counts(book) == {"answers": 3, "rows": 2, "disagreeing": 0, "unreadable": 0, "doubles": 1}


def test_the_leaf_is_made_from_what_is_stored_whatever_it_holds(book: Settings) -> None:
    odd = answer("R\n2:'\"\\", 4, rule_set=None, credit=None, received_at="not a time", violations=[{"rule": '规则"\\\t\u2028'}, {"rule": None}])
    write(book, [answer("R1", 2), odd, answer("C1", 1, topic="credit.answer", version=12, violations=None)])
    found = rows(book)
    assert [row["leaf"] for row in found] == [leaf.leaf(leaf.fields(row)) for row in found]
    assert [row["kind"] for row in found] == ["credit", "instant", "instant"]


def test_a_batch_given_again_changes_nothing(book: Settings) -> None:
    batch = [answer("R1", 2), answer("R1", 3, verdict="accept"), answer("R2", 4)]
    write(book, batch)
    before = rows(book), reasons(book), seal.heads(seal.heads_file(book))
    write(book, batch)
    assert (rows(book), reasons(book), seal.heads(seal.heads_file(book))) == before


def test_a_double_in_a_later_batch_is_left_out_and_every_batch_is_sealed(book: Settings) -> None:
    write(book, [answer("R1", 2)])
    write(book, [answer("R1", 3, engine="b"), answer("R2", 4)])
    assert [(row["request_id"], row["engine"], row["batch_id"]) for row in rows(book)] == [("R1", "a", 0), ("R2", "a", 1)]
    assert counts(book)["doubles"] == 1
    assert [(one.batch_id, one.rows) for one in seal.heads(seal.heads_file(book))] == [(0, 1), (1, 1)]
    assert "applicant_name" not in logged(book)


def test_answers_read_again_from_the_beginning_are_doubled_nowhere(book: Settings) -> None:
    write(book, [answer("R1", 2)])
    write(book, [answer("R2", 4)])
    write(book, [answer("R1", 2), answer("R2", 4), answer("R3", 5)])
    assert [(row["request_id"], row["batch_id"]) for row in rows(book)] == [("R1", 0), ("R2", 1), ("R3", 2)]


def test_how_far_a_topic_is_taken_in_stands_with_the_rows_and_moves_with_doubles_alone(book: Settings) -> None:
    assert Ledger(book).offset("instant.verdict", 0) is None
    write(book, [answer("R1", 2), answer("C1", 8, topic="credit.answer")])
    write(book, [answer("R1", 3, engine="b")])
    again = Ledger(book)
    assert [again.offset(topic, 0) for topic in ("instant.verdict", "credit.answer")] == [4, 9]
    assert (len(rows(book)), counts(book)["doubles"]) == (2, 1)


def test_a_kill_between_telling_and_writing_tells_nothing_twice(book: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Ledger(book)
    with monkeypatch.context() as patched:
        patched.setattr(answered, "fresh", lambda found, batch: answered.disagreeing([], batch))  # no rows of this schema can be appended
        with pytest.raises(Exception, match=r"(?i)schema|column|field"):
            write(book, [answer("R1", 2), answer("R1", 3, engine="b", verdict="accept")], first)
    assert (reasons(book), rows(book)) == ([("R1", "answer")], [])
    write(book, [answer("R1", 2), answer("R1", 3, engine="b", verdict="accept"), answer("R2", 4), answer("R2", 5, verdict="accept")])
    assert (reasons(book), [row["request_id"] for row in rows(book)]) == ([("R1", "answer"), ("R2", "answer")], ["R1", "R2"])


def test_many_small_files_become_one_and_every_proof_still_holds(book: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FULL", 5)
    writing = Ledger(book)
    for number in range(12):
        write(book, [answer(f"R{number}", number)], writing)
    assert (len(DeltaTable(str(book.lake / "silver" / "verdict")).file_uris()), len(rows(book))) == (3, 12)
    assert receipts.walk(book) == receipts.Walk(12, 12, 0, seal.heads(seal.heads_file(book))[-1].seal, ())
    assert Ledger(book).offset("instant.verdict", 0) == 12


def test_the_first_answer_is_kept_and_one_that_disagrees_a_batch_later_is_told(book: Settings) -> None:
    write(book, [answer("R1", 2)])
    write(book, [answer("R1", 3, engine="b", verdict="accept")])
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
NO_ANSWER = {"half a surrogate": b'{"request_id":"\\ud800"}', "deep": b"[" * 100_000, "no object": b"[]", "text": b"hello", "not UTF-8": b"\xff\xfe", "no id": b"{}", "empty": b"", "cut off": b'{"request_id":5'}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Story -> reasons, after one batch with a pair of answers for each story of SECOND and a record for each of NO_ANSWER."""
    here = settings({"GOVLAKE_HOME": str(tmp_path_factory.mktemp("told"))})
    pairs = [one for name, (given, _) in SECOND.items() for one in (answer(name, 1), answer(name, 2, engine="b", **given))]
    write(here, [*pairs, *(record(name, 3, value) for name, value in NO_ANSWER.items())])
    assert [row["request_id"] for row in rows(here)] == sorted(SECOND)
    stories: dict[str, list[str]] = {name: [] for name in (*SECOND, *NO_ANSWER)}
    for name, reason in reasons(here):
        stories[name].append(reason)
    return stories


@pytest.mark.parametrize("story", SECOND)
def test_why_two_answers_differ_is_told_apart_from_a_disagreement(told: dict[str, list[str]], story: str) -> None:
    assert told[story] == [reason for reason in [SECOND[story][1]] if reason]


@pytest.mark.parametrize("story", NO_ANSWER)
def test_what_is_no_answer_is_kept_aside_and_stops_nothing(told: dict[str, list[str]], story: str) -> None:
    assert told[story] == ["unreadable"]


def test_a_kill_between_commit_and_seal_is_repaired_in_order_at_the_next_start(book: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sealing, "seal_all", lambda here: [])
        write(book, [answer("R2", 2), answer("R1", 3)])
        write(book, [answer("R3", 4)])
    Ledger(book).seal()
    assert [one.batch_id for one in seal.heads(seal.heads_file(book))] == [0, 1]
    assert receipts.walk(book) == receipts.Walk(2, 3, 0, seal.heads(seal.heads_file(book))[-1].seal, ())


def test_tables_are_made_where_a_killed_first_write_left_empty_folders(here: Settings) -> None:
    (here.lake / "silver" / "verdict" / "_delta_log").mkdir(parents=True)
    Ledger(here)
    Ledger(here)
    made = DeltaTable(str(here.lake / "silver" / "verdict"))
    assert (made.version(), made.metadata().configuration["delta.appendOnly"]) == (0, "true")


def test_a_log_that_can_not_be_read_is_one_sentence_and_nothing_is_made(here: Settings) -> None:
    write(here, [answer("R1", 2)])
    (here.lake / "silver" / "verdict" / "_delta_log" / "00000000000000000000.json").write_text("{")
    with pytest.raises(Refused, match=r"The log of silver\.verdict can't be read: it was changed or lost\. Nothing was written\."):
        Ledger(here)


@pytest.mark.parametrize("spoil", [lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]), lambda path: path.unlink(), lambda path: path.write_bytes(b"PAR1" + bytes(400) + b"PAR1")])
def test_a_file_of_the_ledger_that_is_cut_gone_or_overwritten_is_a_sentence_and_nothing_is_written(book: Settings, spoil: Callable[[Path], object]) -> None:
    write(book, [answer("R1", 2)])
    (kept,) = (book.lake / "silver" / "verdict").rglob("*.parquet")
    spoil(kept)
    with pytest.raises(Refused, match=r"A file of silver\.verdict can't be read: .*Nothing was written; answers stay in Kafka"):
        write(book, [answer("R1", 3), answer("R2", 4)])
    assert Ledger(book).offset("instant.verdict", 0) == 3


@pytest.mark.parametrize(("received", "day"), [("2026-03-01T15:59:59.999Z", "2026-03-01"), ("2026-03-01T16:00:00.000Z", "2026-03-02"), ("2026-03-01T23:30:00.000Z", "2026-03-02")])
def test_the_day_of_a_row_is_the_day_in_beijing_at_every_hour_and_the_evidence_holds(book: Settings, received: str, day: str) -> None:
    write(book, [answer("R1", 2, received_at=received)])
    (row,) = rows(book)
    assert (str(row["received_on"]), receipts.walk(book).wrong) == (day, ())
