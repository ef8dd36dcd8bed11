"""A receipt for one verdict, and its check by anyone who has the receipt and the file of heads: no lake, no Spark."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.evidence import leaf, seal, tree
from jobs.evidence.seal import Seal

VERSION = 1
KEYS = {"receipt": int, "request_id": str, "fields": dict, "value": str, "leaf": str, "proof": dict, "seal": dict, "head": dict}
# The row's fields that the answer itself says again, so that a changed one can be named.
SAID = {"request_id": ("request_id",), "verdict": ("verdict",), "rule_set": ("rule_set",), "request_sha256": ("request", "sha256")}


@dataclass(frozen=True)
class Sealed:
    """A batch with its rows in the order of their request ids, its seal, and the newest seal of the chain."""

    rows: Sequence[Mapping[str, Any]]
    seal: Seal
    head: Seal


def receipt(batch: Sealed, place: int, *, with_request: bool = False) -> dict[str, Any]:
    """Return the receipt of the row at `place`. The request's text is in it only when asked for; its hash always is."""
    row = batch.rows[place]
    made = {
        "receipt": VERSION, "request_id": row["request_id"], "fields": leaf.fields(row), "value": row["value"], "leaf": row["leaf"],
        "proof": tree.path([one["leaf"] for one in batch.rows], place), "seal": vars(batch.seal), "head": vars(batch.head),
    }
    return made | ({"request": row["request"]} if with_request else {})


def wrong(given: Any, heads: Sequence[Seal]) -> list[str]:
    """Return what is wrong with a receipt, each in words that name the place; nothing when it is valid.

    heads: the file of heads, whole. The receipt's seal and head must stand in it, and its chain must hold.
    """
    shape = _shape(given)
    if shape:
        return shape
    own, head = Seal(**given["seal"]), Seal(**given["head"])
    return [*_row(given), *_path(given, own), *seal.broken([own], own.previous), *_chain(own, head, heads)]


def _shape(given: Any) -> list[str]:
    if not isinstance(given, dict):
        return ["the file is no receipt"]
    found = [f"'{key}' is missing or of another kind" for key, kind in KEYS.items() if type(given.get(key)) is not kind]
    found += [f"'{key}' does not belong in a receipt" for key in given if key not in (*KEYS, "request")]
    for part, keys in (("fields", set(leaf.NAMES)), ("seal", set(seal.KEYS)), ("head", set(seal.KEYS))):
        if not found and set(given[part]) != keys:
            found.append(f"'{part}' does not have the keys {', '.join(sorted(keys))}")
    for part in ("seal", "head"):
        found += [f"'{part}.{key}' is of another kind" for key, kind in seal.KEYS.items() if not found and type(given[part][key]) is not kind]
    if not found and not all(isinstance(text, str | None) for text in given["fields"].values()):
        found.append("'fields' holds something that is no text")
    return found if found or given["receipt"] == VERSION else [f"'receipt' is {given['receipt']}, this govlake reads {VERSION}"]


def _row(given: Mapping[str, Any]) -> list[str]:
    fields = given["fields"]
    found = [f"'{name}' is not what '{name}_hash' in 'fields' was made from" for name in ("value", "request")
             if name in given and _hash(given[name]) != fields[f"{name}_hash"]]
    found += [f"'fields.{name}' differs from what the answer in 'value' says" for name in _differing(fields, given["value"])]
    if fields["request_id"] != given["request_id"]:
        found.append("'request_id' differs from 'fields.request_id'")
    if leaf.leaf(fields) != given["leaf"]:
        found.append("'leaf' is not the hash of 'fields': one of them was changed")
    return found


def _hash(value: Any) -> str | None:
    return leaf.sha256(value) if isinstance(value, str) else None


def _differing(fields: Mapping[str, Any], value: str) -> list[str]:
    try:
        said: Any = json.loads(value)
    except ValueError:
        return []
    return [name for name, keys in SAID.items() if (told := _at(said, keys)) is not None and told != fields[name]]


def _at(said: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        said = said.get(key) if isinstance(said, dict) else None
    return said


def _path(given: Mapping[str, Any], own: Seal) -> list[str]:
    if str(own.batch_id) != given["fields"]["batch_id"]:
        return [f"'seal.batch_id' {own.batch_id} is not the row's batch"]
    if not tree.is_below(given["leaf"], own.root, given["proof"], own.rows):
        return ["'proof' does not lead from 'leaf' to 'seal.root'"]
    return []


def _chain(own: Seal, head: Seal, heads: Sequence[Seal]) -> list[str]:
    known = {one.batch_id: one for one in heads}
    found = [f"the file of heads is broken at {sentence}" for sentence in seal.broken(heads)]
    for name, one in (("seal", own), ("head", head)):
        if one.batch_id not in known:
            found.append(f"the file of heads has no batch {one.batch_id}, which '{name}' is about")
        else:
            kept = vars(known[one.batch_id])
            found += [f"'{name}.{key}' differs from the file of heads, batch {one.batch_id}" for key in seal.KEYS if vars(one)[key] != kept[key]]
    return found
