"""The offices' tokens: made at random, kept as hashes only, looked up in constant time."""

import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.serve.gateway import problem
from jobs.serve.gateway.problem import Declined, Postponed

FILE = "gateway_tokens.json"  # below the home
OPEN_BITS = 0o077  # what a mode of 600 lacks
ROUND = 1.0  # seconds between two looks at the file: one a request would hold the event loop up


@dataclass(frozen=True)
class Office:
    """Who asks, and for which purposes it may."""

    name: str
    purposes: tuple[str, ...]


class Tokens:
    """The tokens of one installation. A change of their file counts within a second."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._clock, self._looked = path, clock, -ROUND
        self._read_at: tuple[int, int] | None = None
        self._offices: tuple[tuple[bytes, Office], ...] = ()

    def office(self, token: str | None) -> Office:
        """Return the office a token names. Raises Declined (401), and Postponed while the file cannot be trusted."""
        if not token:
            raise Declined(problem.NO_TOKEN)
        self._refresh()
        asked = digest(token).encode()
        found = None
        for known, office in self._offices:  # all of them, so that the time tells nothing
            if hmac.compare_digest(known, asked):
                found = office
        if found is None:
            raise Declined(problem.WRONG_TOKEN)
        return found

    def _refresh(self) -> None:
        now = self._clock()
        if now - self._looked < ROUND:
            return
        self._looked = -ROUND  # looked at again at once, should what follows fail
        try:
            state = self._path.stat()
        except FileNotFoundError:
            self._offices, self._read_at = (), None
            return
        if state.st_mode & OPEN_BITS:
            raise Postponed(problem.OPEN_TOKENS)
        if self._read_at != (state.st_mtime_ns, state.st_ino):
            self._offices = tuple((entry["sha256"].encode(), _office(entry)) for entry in entries(self._path))
            self._read_at = state.st_mtime_ns, state.st_ino
        self._looked = now


def digest(token: str) -> str:
    """Return what is kept of a token. Plain sha256 is enough for 32 random bytes: there is nothing to guess from."""
    return hashlib.sha256(token.encode()).hexdigest()


def entries(path: Path) -> list[dict[str, Any]]:
    """Return what the file holds. Raises Postponed when it is not what `make_token` writes."""
    if not path.is_file():
        return []
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["tokens"]
        return [{"office": str(e["office"]), "purposes": [str(p) for p in e["purposes"]], "sha256": str(e["sha256"])} for e in found]
    except (ValueError, KeyError, TypeError, OSError):
        raise Postponed(problem.BROKEN_TOKENS) from None


def make_token(path: Path, office: Office) -> str:
    """Make a token for an office and return it; only its hash is written. Tokens made before stay."""
    token = secrets.token_urlsafe(32)
    entry = {"office": office.name, "purposes": list(office.purposes), "sha256": digest(token)}
    _write(path, [*entries(path), entry])
    return token


def withdraw(path: Path, name: str) -> int:
    """Forget every token of an office and return how many there were."""
    known = entries(path)
    kept = [entry for entry in known if entry["office"] != name]
    _write(path, kept)
    return len(known) - len(kept)


def _office(entry: dict[str, Any]) -> Office:
    return Office(entry["office"], tuple(entry["purposes"]))


def _write(path: Path, tokens: Iterable[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump({"tokens": list(tokens)}, file, ensure_ascii=False, indent=1)
    fresh.rename(path)
