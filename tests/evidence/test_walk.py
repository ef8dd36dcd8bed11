"""The walk over the whole ledger: a change anywhere, in rows, seals or heads, is found and placed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobs.evidence import leaf
from jobs.serve.answered import ROW
from jobs.serve.receipts import walk
from schemas.errors import Refused
from schemas.settings import Settings
from tests.evidence.ledger_rows import AT, batch, put, row

CHANGES = {
    "request_id": "R999-999", "kind": "credit", "request": "{}", "request_sha256": "0" * 64, "verdict": "accept", "rules": ["required,uscc"],
    "rule_set": None, "contract_version": "1.2.1", "credit_version": 1, "received_at": AT.replace(microsecond=123001), "answered_at": AT,
    "engine": "b", "doubles": 2, "value": "{}", "batch_id": 2, "leaf": "0" * 64, "received_on": AT.date().replace(day=3),
}


def only(rows: list[dict[str, Any]], request: str) -> dict[str, Any]:
    return next(one for one in rows if one["request_id"] == request)


def test_an_untouched_ledger_has_nothing_wrong(ledger: Settings) -> None:
    found = walk(ledger)
    assert (found.batches, found.rows, found.unsealed, found.wrong) == (3, 15, 0, ())


def test_rows_that_wait_for_their_seal_are_counted_and_not_wrong(ledger: Settings) -> None:
    put(ledger.lake / "silver" / "verdict", batch(3, 2))
    assert (walk(ledger).unsealed, walk(ledger).wrong) == (2, ())


def test_every_column_of_the_ledger_is_changed_below() -> None:
    assert set(CHANGES) == set(ROW.names)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_in_any_column_is_found_and_placed_by_batch_and_request(ledger: Settings, rewrite: Callable[..., None], name: str) -> None:
    rewrite("silver/verdict", lambda rows: only(rows, "R001-002").update({name: CHANGES[name]}))
    place = f"batch {CHANGES[name] if name == 'batch_id' else 1}, request {CHANGES[name] if name == 'request_id' else 'R001-002'}: "
    assert any(sentence.startswith(place) for sentence in walk(ledger).wrong)


def test_a_row_changed_with_its_leaf_is_placed_by_its_batch(ledger: Settings, rewrite: Callable[..., None]) -> None:
    def forge(rows: list[dict[str, Any]]) -> None:
        one = only(rows, "R001-002")
        one["verdict"] = "accept"
        one["leaf"] = leaf.leaf(leaf.fields(one))

    rewrite("silver/verdict", forge)
    (found,) = walk(ledger).wrong
    assert found.startswith("batch 1: a row and its leaf were changed together, or the seal's root was; requests R001-000, R001-001, R001-002")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [(lambda rows: rows.remove(only(rows, "R001-002")), "batch 1: 5 rows were sealed, 4 are there"),
     (lambda rows: rows.append(row("R001-900", 1)), "batch 1: 5 rows were sealed, 6 are there"),
     (lambda rows: rows.append(dict(rows[6])), "batch 1: 5 rows were sealed, 6 are there"),
     (lambda rows: rows.append(row("R900", 0) | {"batch_id": None}), "batch -1: 1 rows without a seal, among sealed batches: R900"),
     (lambda rows: rows.__delitem__(slice(5, 10)), "batch 1: all of its 5 rows are gone")],
    ids=["removed", "added", "doubled", "added outside any batch", "a whole batch removed"],
)  # fmt: skip
def test_a_row_too_few_or_too_many_is_found(ledger: Settings, rewrite: Callable[..., None], change: Any, sentence: str) -> None:
    rewrite("silver/verdict", change)
    assert sentence in walk(ledger).wrong


@pytest.mark.parametrize(
    ("key", "value"), [("batch_id", 9), ("rows", 6), ("root", "0" * 64), ("previous", "0" * 64), ("seal", "0" * 64), ("at", "2026-01-01T00:00:00.000000Z")]
)
def test_a_change_in_a_seal_is_found_and_placed(ledger: Settings, rewrite: Callable[..., None], key: str, value: object) -> None:
    rewrite("ledger/seal", lambda rows: rows[1].update({key: value}))
    assert any("batch 1: " in sentence for sentence in walk(ledger).wrong)


@pytest.mark.parametrize("place", range(0, 880, 7))
def test_a_changed_byte_anywhere_in_the_file_of_heads_is_found_and_placed(ledger: Settings, heads: Path, place: int) -> None:
    content = bytearray(heads.read_bytes())
    number = content[:place].count(b"\n")
    content[place] ^= 0x01
    heads.write_bytes(content)
    assert f"batch {number}: " in placed(ledger) or f":{number + 1}: this line is no head" in placed(ledger)


def placed(ledger: Settings) -> str:
    """What the walk says, refused or found."""
    try:
        return " | ".join(walk(ledger).wrong)
    except Refused as refused:
        return str(refused)


@pytest.mark.parametrize("cut", ["first", "middle", "last"])
def test_a_head_that_was_taken_away_is_found(ledger: Settings, heads: Path, cut: str) -> None:
    lines = heads.read_bytes().splitlines(keepends=True)
    number = ["first", "middle", "last"].index(cut)
    heads.write_bytes(b"".join(lines[:number] + lines[number + 1 :]))
    assert f"batch {number}: has a seal and no head" in walk(ledger).wrong



@pytest.mark.parametrize("place", range(330, 640, 13))
def test_a_changed_byte_among_the_values_of_a_data_file_is_found_and_placed_by_its_batches(ledger: Settings, place: int) -> None:
    file = sorted((ledger.lake / "silver" / "verdict").rglob("*.parquet"))[0]
    content = bytearray(file.read_bytes())
    content[place] ^= 0x55
    file.write_bytes(content)
    assert any(sentence.startswith("batch") for sentence in walk(ledger).wrong)


def test_a_data_file_that_is_gone_is_named_with_its_batches(ledger: Settings) -> None:
    next((ledger.lake / "silver" / "verdict").rglob("*.parquet")).unlink()
    assert any("can't be read" in sentence for sentence in walk(ledger).wrong)
