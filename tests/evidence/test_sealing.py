"""Seals are made in order, once, and a kill between any two steps is made good at the next start."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.evidence import seal
from jobs.serve import verdicts
from jobs.serve.receipts import walk
from jobs.serve.sealing import seal_all
from schemas.errors import Refused
from schemas.settings import Settings
from tests.evidence.ledger_rows import batch, put


def test_each_seal_holds_the_one_before(heads: Path) -> None:
    first, second, third = seal.heads(heads)
    assert (first.previous, second.previous, third.previous) == (seal.FIRST, first.seal, second.seal)


def test_the_heads_are_the_seals(ledger: Settings, heads: Path) -> None:
    assert seal.heads(heads) == verdicts.seals(ledger)


def test_nothing_new_makes_no_seal(ledger: Settings) -> None:
    assert seal_all(ledger) == []


def test_batches_without_a_seal_are_sealed_in_order(ledger: Settings) -> None:
    put(ledger.lake / "silver" / "verdict", batch(9, 1))
    put(ledger.lake / "silver" / "verdict", batch(4, 2))
    assert [(one.batch_id, one.rows) for one in seal_all(ledger)] == [(4, 2), (9, 1)]
    assert walk(ledger).wrong == ()


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_heads_that_a_kill_left_unwritten_are_written_at_the_next_start(ledger: Settings, heads: Path, lost: int) -> None:
    whole = heads.read_bytes()
    heads.write_bytes(b"".join(whole.splitlines(keepends=True)[:-lost]))
    seal_all(ledger)
    assert heads.read_bytes() == whole


@pytest.mark.parametrize("cut", [1, 2, 50, 150])
def test_a_head_half_written_when_the_kill_came_is_written_again(ledger: Settings, heads: Path, cut: int) -> None:
    whole = heads.read_bytes()
    heads.write_bytes(whole[:-cut])
    seal_all(ledger)
    assert heads.read_bytes() == whole


def test_the_first_seal_of_a_ledger_needs_no_file(ledger: Settings, heads: Path) -> None:
    heads.unlink()
    shutil.rmtree(ledger.lake / "ledger" / "seal")
    assert [one.batch_id for one in seal_all(ledger)] == [0, 1, 2]


def test_a_chain_whose_end_was_changed_is_not_gone_on_with(ledger: Settings, rewrite: Callable[..., None]) -> None:
    rewrite("ledger/seal", lambda rows: rows[2].update(root="0" * 64))
    put(ledger.lake / "silver" / "verdict", batch(3, 2))
    with pytest.raises(Refused, match=r"heads\.jsonl is not in ledger\.seal: one of them was changed\. Nothing was sealed"):
        seal_all(ledger)


def test_seals_taken_away_at_the_end_are_noticed(ledger: Settings, rewrite: Callable[..., None]) -> None:
    rewrite("ledger/seal", lambda rows: rows.pop())
    with pytest.raises(Refused, match="one of them was changed"):
        seal_all(ledger)
