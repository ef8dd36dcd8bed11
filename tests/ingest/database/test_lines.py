"""What the log says as lines of a landing file, where no server can be made to say it: clocks set back, a log told again, values left out."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from jobs.ingest.database.draft import Draft
from jobs.ingest.database.lines import Lines, records
from jobs.ingest.database.pgoutput import (
    NULL,
    TEXT,
    UNCHANGED,
    Begin,
    Change,
    Commit,
    Message,
    Relation,
    Truncate,
    Value,
)
from schemas.errors import Refused
from schemas.load import load
from tests.ingest.database.server import CONTRACTS

LICENCE = load(CONTRACTS / "licence.odcs.yaml")
RELATION = Relation(7, "register", "licence", (("licence_no", 25), ("holder", 25), ("seats", 23), ("is_open", 16), ("seen", 1184), ("kind", 900)))
NOON = 1_772_424_000_000_000  # 2026-03-02 12:00 in Beijing


def values(*texts: str | None) -> tuple[Value, ...]:
    return tuple(Value(NULL) if text is None else Value(TEXT, text) for text in texts)


def row(number: str, seats: str = "1") -> tuple[Value, ...]:
    return values(number, None, seats, "t", "2026-03-02 09:00:00.5+08", "t")


def written(folder: Path, messages: Sequence[Message], known: Sequence[Path] = (), since: tuple[int, int] = (0, 0)) -> list[dict[str, Any]]:
    """The lines of a file that these messages make."""
    draft = Draft(folder / "2026-03-02")
    lines = Lines(LICENCE, draft, {900: 16}, known, since)
    for message in [RELATION, *messages]:
        lines.take(message)
    landed = draft.land(f"{len(known)}.jsonl.gz")
    return [json.loads(line) for line in gzip.open(landed)]


def test_times_keep_the_order_of_the_log_within_a_transaction_and_when_the_clock_is_set_back(tmp_path: Path) -> None:
    insert, update = Change("I", 7, row("L1"), None, None), Change("U", 7, row("L1", "2"), row("L1"), None)
    found = written(tmp_path, [Begin(10, NOON), insert, update, Commit(11), Begin(12, NOON - 5_000_000), update, Commit(13)], since=(0, NOON))
    assert [line["_changed_at"] for line in found] == [f"2026-03-02 12:00:00.{n:06}" for n in (1, 2, 3)]


def test_a_transaction_that_is_landed_already_and_told_again_is_passed_over(tmp_path: Path) -> None:
    change = Change("I", 7, row("L1"), None, None)
    truncate = Truncate((7,))
    assert written(tmp_path, [Begin(10, NOON), change, truncate, Commit(11), Begin(20, NOON), change, Commit(21)], since=(20, NOON)) != []
    assert written(tmp_path / "b", [Begin(10, NOON), change, truncate, Commit(11)], since=(20, NOON)) == []


def test_values_are_spelled_as_in_every_other_mode_also_those_of_a_domain(tmp_path: Path) -> None:
    sent = values("L1", '甲"\\', None, "f", "infinity", "f")
    (line,) = written(tmp_path, [Begin(10, NOON), Change("I", 7, sent, None, None), Commit(11)])
    assert line == {
        "_operation": "I", "_changed_at": "2026-03-02 12:00:00.000000",
        "licence_no": "L1", "holder": '甲"\\', "seats": None, "is_open": "false", "seen": "infinity", "kind": "false",
    }  # fmt: skip


def test_emptying_a_table_ends_each_record_that_landing_or_the_file_itself_holds_and_no_other(tmp_path: Path) -> None:
    def inserted(*numbers: str) -> list[Message]:
        return [Change("I", 7, row(number), None, None) for number in numbers]

    written(tmp_path, [Begin(10, NOON), *inserted("L1", "L2", "L3"), Change("D", 7, None, row("L2"), None), Commit(11)])
    known = [tmp_path / "2026-03-02" / "0.jsonl.gz"]
    assert list(records(LICENCE, known)) == [("L1",), ("L3",)]
    found = written(tmp_path, [Begin(20, NOON), *inserted("L4"), Change("D", 7, None, None, row("L3")), Truncate((8, 7)), *inserted("L1"), Commit(21)], known, (11, NOON))
    assert [(line["_operation"], line["licence_no"]) for line in found] == [("I", "L4"), ("D", "L3"), ("D", "L1"), ("D", "L4"), ("I", "L1")]


def test_a_long_value_that_the_log_leaves_out_is_never_taken_for_an_empty_one(tmp_path: Path) -> None:
    sent = (Value(TEXT, "L1"), Value(UNCHANGED), *row("L1")[2:])
    (line,) = written(tmp_path, [Begin(10, NOON), Change("U", 7, sent, values("L1", "長", "1", "t", None, "t"), None), Commit(11)])
    assert line["holder"] == "長"
    with pytest.raises(Refused, match=r"leaves out a long value that did not change\. Nothing of it was landed\."):
        written(tmp_path / "b", [Begin(10, NOON), Change("U", 7, sent, None, values("L0", None, None, None, None, None)), Commit(11)])
