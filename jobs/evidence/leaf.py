"""A row of the verdict ledger as one canonical text, and the text's SHA-256: the leaf that the row's seal is made from."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

# The request and the answer stand in the leaf by their hashes, so that a receipt can leave the request's text out.
STORED = ("request_id", "kind", "request_sha256", "verdict", "rules", "rule_set", "contract_version", "credit_version",
          "received_at", "answered_at", "engine", "doubles", "batch_id")
HASHED = ("request", "value")
NAMES = tuple(sorted((*STORED, *(f"{name}_hash" for name in HASHED))))
INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"


def fields(row: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the canonical fields of a stored row, each as text or null.

    Instants are UTC with microseconds; rules are a JSON array; `request_hash` and `value_hash` are taken from the stored texts.
    """
    plain = {name: _text(row[name]) for name in STORED}
    return plain | {f"{name}_hash": None if row[name] is None else sha256(row[name]) for name in HASHED}


def canonical(given: Mapping[str, str | None]) -> str:
    """Return the fields as `name:length in bytes:text`, in the order of names; null has `-` for its length and no text."""
    return "".join(_line(name, given[name]) for name in NAMES)


def leaf(given: Mapping[str, str | None]) -> str:
    """Return the leaf of canonical fields, in hex."""
    return sha256(canonical(given))


def sha256(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hex."""
    return sha256_of(text.encode())


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hex."""
    return hashlib.sha256(content).hexdigest()


def _line(name: str, text: str | None) -> str:
    return f"{name}:-:\n" if text is None else f"{name}:{len(text.encode())}:{text}\n"


def _text(value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime(INSTANT)
    if isinstance(value, list | tuple):
        return json.dumps(list(value), ensure_ascii=False, separators=(",", ":"))
    return None if value is None else str(value)
