"""A receipt stands on its own: valid as given, and every field that is changed is found and named."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobs.evidence import leaf, seal, tree
from jobs.evidence.receipt import wrong
from jobs.serve.receipts import receipt
from jobs.serve.sealing import seal_all
from schemas.errors import Refused, Unavailable
from schemas.settings import Settings
from tests.evidence.ledger_rows import batch, put

PLACES = (
    ("request_id",), ("value",), ("request",), ("leaf",), ("receipt",),
    *(("fields", name) for name in leaf.NAMES), *((part, key) for part in ("seal", "head") for key in seal.KEYS),
    ("proof", "path", 0), ("proof", "path", 1), ("proof", "rule", 0), ("proof", "metadata", "size"), ("proof", "metadata", "index"),
    ("proof", "metadata", "algorithm"), ("proof", "type"),
)  # fmt: skip


def changed(given: dict[str, Any], place: tuple[Any, ...]) -> dict[str, Any]:
    """The receipt with one value changed: another last digit, another number."""
    made = copy.deepcopy(given)
    inside = made
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = another(inside[place[-1]])
    return made


def another(value: Any) -> Any:
    if isinstance(value, str):
        return value[:-1] + ("0" if value[-1:] != "0" else "1")
    return "x" if value is None else value + 1


def test_a_receipt_is_valid_with_nothing_but_itself_and_the_heads(given: dict[str, Any], heads: Path) -> None:
    assert wrong(given, seal.heads(heads)) == []


def test_a_receipt_stays_valid_when_the_chain_goes_on(given: dict[str, Any], ledger: Settings, heads: Path) -> None:
    put(ledger.lake / "silver" / "verdict", batch(7, 2))
    seal_all(ledger)
    assert wrong(given, seal.heads(heads)) == []


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_a_change_of_any_field_is_found_and_its_part_is_named(given: dict[str, Any], heads: Path, place: tuple[Any, ...]) -> None:
    found = wrong(changed(given, place), seal.heads(heads))
    assert any(f"'{place[0]}" in sentence or f"'{'.'.join(map(str, place[:2]))}'" in sentence for sentence in found)


@pytest.mark.parametrize("name", ["verdict", "rule_set", "request_id", "request_sha256"])
def test_a_field_that_the_answer_says_too_is_named_exactly(given: dict[str, Any], heads: Path, name: str) -> None:
    assert f"'fields.{name}' differs from what the answer in 'value' says" in wrong(changed(given, ("fields", name)), seal.heads(heads))


def test_a_verdict_changed_together_with_its_hashes_still_misses_the_root(given: dict[str, Any], heads: Path) -> None:
    given["value"] = given["value"].replace("reject", "accept")
    given["fields"] |= {"verdict": "accept", "value_hash": leaf.sha256(given["value"])}
    given["leaf"] = leaf.leaf(given["fields"])
    given["proof"]["path"][0] = tree.path([given["leaf"]], 0)["path"][0]
    assert wrong(given, seal.heads(heads)) == ["'proof' does not lead from 'leaf' to 'seal.root'"]


def test_a_receipt_forged_whole_is_not_in_the_file_of_heads(given: dict[str, Any], heads: Path) -> None:
    forged = seal.make(given["seal"]["batch_id"], [given["leaf"]], given["seal"]["previous"], given["seal"]["at"])
    made = {**given, "proof": tree.path([given["leaf"]], 0), "seal": vars(forged)}
    assert [sentence.split(" ")[0] for sentence in wrong(made, seal.heads(heads))] == ["'seal.rows'", "'seal.root'", "'seal.seal'"]


def test_the_request_s_text_is_left_out_unless_asked_for(ledger: Settings) -> None:
    told = json.dumps(receipt(ledger, "R001-002"), ensure_ascii=False)
    assert ("欧阳示例" in told, json.loads(told)["fields"]["request_sha256"] is not None) == (False, True)


@pytest.mark.parametrize("key", ["fields", "value", "leaf", "proof", "seal", "head", "request_id", "receipt"])
def test_a_receipt_without_one_of_its_parts_is_named_as_such(given: dict[str, Any], heads: Path, key: str) -> None:
    del given[key]
    assert wrong(given, seal.heads(heads)) == [f"'{key}' is missing or of another kind"]


@pytest.mark.parametrize("given", [None, [], "text", 5, {}, {"receipt": 1}], ids=str)
def test_what_is_no_receipt_is_said_so(given: object) -> None:
    assert wrong(given, [])


@pytest.mark.parametrize(("part", "key", "value"), [("seal", "rows", "5"), ("head", "at", None), ("fields", "verdict", 5), ("fields", "more", "x")])
def test_a_value_of_another_kind_is_found_and_no_crash(given: dict[str, Any], heads: Path, part: str, key: str, value: object) -> None:
    given[part][key] = value
    assert f"'{part}" in " ".join(wrong(given, seal.heads(heads)))


def test_an_unknown_request_is_refused_with_the_next_step(ledger: Settings) -> None:
    with pytest.raises(Refused, match=r"silver\.verdict has no request 'R' OR '1'='1'\. .* `govlake dlq list`"):
        receipt(ledger, "R' OR '1'='1")


def test_a_batch_without_its_seal_gives_no_receipt_yet(ledger: Settings) -> None:
    put(ledger.lake / "silver" / "verdict", batch(3, 2))
    with pytest.raises(Unavailable, match="Batch 3 of request 'R003-001' has no seal yet"):
        receipt(ledger, "R003-001")


def test_no_receipt_is_made_from_a_ledger_that_was_changed(ledger: Settings, rewrite: Callable[..., None]) -> None:
    rewrite("silver/verdict", lambda rows: rows[6].update(verdict="accept"))
    with pytest.raises(Refused, match=r"The ledger was changed: batch 1, request R001-00\d"):
        receipt(ledger, "R001-002")
