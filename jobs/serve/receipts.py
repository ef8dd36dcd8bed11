"""Receipts out of the verdict ledger, and the walk over the whole of it that finds and places any changed byte."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deltalake import DeltaTable

from jobs.evidence import leaf, seal, tree
from jobs.evidence.receipt import Sealed
from jobs.evidence.receipt import receipt as made
from jobs.evidence.seal import KEYS, Seal
from jobs.serve import verdicts
from jobs.serve.answered import ZONE
from schemas.errors import Refused, Unavailable
from schemas.settings import Settings


@dataclass(frozen=True)
class Walk:
    """What the walk over the ledger saw. wrong: what is not as it was sealed.  unsealed: rows too new to have a seal."""

    batches: int
    rows: int
    unsealed: int
    head: str | None
    wrong: tuple[str, ...]


def receipt(settings: Settings, request: str, *, with_request: bool = False) -> dict[str, Any]:
    """Return the receipt for a request's verdict.

    Raises Refused when the ledger has no such request, or no longer agrees with its seal; Unavailable before it is sealed.
    """
    stored = verdicts.table(settings)
    row = verdicts.of_request(stored, request)
    if row is None:
        raise Refused(f"silver.verdict has no request '{request}'. An answer is in it some ten seconds after it was given: try again. `govlake dlq list` shows what had none.")
    known = verdicts.seals(settings, row["batch_id"])
    if not known or known[0].batch_id != row["batch_id"]:
        raise Unavailable(f"Batch {row['batch_id']} of request '{request}' has no seal yet. Try again in some seconds.")
    rows = verdicts.batch(stored, row["batch_id"])
    if broken := _batch(known[0], rows):
        raise Refused(f"The ledger was changed: {broken[0]}. No receipt was made. `govlake evidence` lists all; see docs/runbooks/evidence.md.")
    place = next(place for place, one in enumerate(rows) if one["request_id"] == request)
    return made(Sealed(rows, known[0], known[-1]), place, with_request=with_request)


def walk(settings: Settings) -> Walk:
    """Check every leaf, every seal and every head against one another."""
    stored, heads = verdicts.table(settings), seal.heads(seal.heads_file(settings))
    known = verdicts.seals(settings)
    sealed, newest = {one.batch_id: one for one in known}, known[-1].batch_id if known else -1
    wrong = [*_seals(known, heads)]
    seen: dict[int, int] = {}
    for number, found in _batches(stored, wrong):
        seen[number] = seen.get(number, 0) + len(found)
        if number in sealed:
            wrong += _batch(sealed[number], found)
        elif number <= newest:
            wrong.append(f"batch {number}: {len(found)} rows without a seal, among sealed batches: {_named(found)}")
    wrong += [f"batch {number}: all of its {sealed[number].rows} rows are gone" for number in sorted(sealed.keys() - seen.keys())]
    unsealed = sum(rows for number, rows in seen.items() if number > newest)
    return Walk(len(seen), sum(seen.values()), unsealed, known[-1].seal if known else None, tuple(wrong))


def _batches(stored: DeltaTable, wrong: list[str]) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Return the batches as they stand in the files, each as soon as no later file can hold more of it."""
    files = verdicts.files(stored)
    held: dict[int, list[dict[str, Any]]] = {}
    for file, later in zip(files, [*(file.first for file in files[1:]), None], strict=True):
        try:
            rows = file.rows()
        except verdicts.DAMAGE as error:
            rows = []
            wrong.append(f"batches {file.first} to {file.last}: the file {file.name} can't be read: {str(error).splitlines()[0]}")
        for row in rows:
            held.setdefault(-1 if row["batch_id"] is None else row["batch_id"], []).append(row)
        for number in sorted(number for number in held if later is None or number < later):
            yield number, sorted(held.pop(number), key=lambda row: str(row["request_id"]))


def _seals(known: tuple[Seal, ...], heads: tuple[Seal, ...]) -> Iterator[str]:
    yield from (f"seals: {sentence}" for sentence in seal.broken(known))
    yield from (f"heads: {sentence}" for sentence in seal.broken(heads))
    by_batch = {one.batch_id: one for one in heads}
    for one in known:
        kept = by_batch.pop(one.batch_id, None)
        if kept is None:
            yield f"batch {one.batch_id}: has a seal and no head"
        elif kept != one:
            keys = ", ".join(f"'{key}'" for key in KEYS if getattr(kept, key) != getattr(one, key))
            yield f"batch {one.batch_id}: seal and head differ in {keys}"
    yield from (f"batch {number}: has a head and no seal" for number in by_batch)


def _batch(one: Seal, rows: list[dict[str, Any]]) -> list[str]:
    """Return what is wrong with a sealed batch. A row whose leaf was changed with it shows in the root alone."""
    found = [f"batch {one.batch_id}, request {row['request_id']}: {sentence}" for row in rows for sentence in _row(row)]
    if len(rows) != one.rows:
        found.append(f"batch {one.batch_id}: {one.rows} rows were sealed, {len(rows)} are there")
    if not found and tree.root([row["leaf"] for row in rows]) != one.root:
        found.append(f"batch {one.batch_id}: a row and its leaf were changed together, or the seal's root was; requests {_named(rows)}")
    return found


def _row(row: Mapping[str, Any]) -> Iterator[str]:
    if leaf.leaf(leaf.fields(row)) != row["leaf"]:
        yield "the row or its leaf was changed"
    if row["request"] is not None and leaf.sha256(row["request"]) != row["request_sha256"]:
        yield "'request' is not what 'request_sha256' was made from"
    if row["received_at"] is None or row["received_on"] != row["received_at"].astimezone(ZONE).date():
        yield "'received_on' is not the day of 'received_at'"


def _named(rows: list[dict[str, Any]]) -> str:
    names = [str(row["request_id"]) for row in rows]
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
