"""Seals of the verdict ledger: one a batch, each holding the one before; their heads also in a file beside the lake."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jobs.evidence import tree
from schemas.errors import Refused
from schemas.settings import Settings

LONGEST = 4096  # bytes, far more than a head has
FIRST = "0" * 64  # what the first seal holds in place of a seal before it
KEYS = {"batch_id": int, "rows": int, "root": str, "previous": str, "seal": str, "at": str}


@dataclass(frozen=True)
class Seal:
    """The seal of one batch. rows: how many.  root: of their tree.  previous: the seal before.  at: when sealed, UTC."""

    batch_id: int
    rows: int
    root: str
    previous: str
    seal: str
    at: str


def make(batch: int, leaves: Sequence[str], previous: str, at: str) -> Seal:
    """Seal a batch: its leaves in the order of their request ids, and the seal before."""
    root = tree.root(leaves)
    return Seal(batch, len(leaves), root, previous, digest(previous, root, len(leaves), batch), at)


def digest(previous: str, root: str, rows: int, batch: int) -> str:
    """Return the SHA-256 over previous|root|rows|batch, in hex."""
    return hashlib.sha256(f"{previous}|{root}|{rows}|{batch}".encode()).hexdigest()


def broken(seals: Sequence[Seal], previous: str = FIRST) -> list[str]:
    """Return what is wrong with a chain of seals, in words that name the batch; nothing when it holds."""
    found, last = [], -1
    for one in seals:
        if one.batch_id <= last:
            found.append(f"batch {one.batch_id}: comes after batch {last}")
        if one.previous != previous:
            found.append(f"batch {one.batch_id}: 'previous' is not the seal before it")
        if one.seal != digest(one.previous, one.root, one.rows, one.batch_id):
            found.append(f"batch {one.batch_id}: 'seal' does not follow from previous, root, rows and batch")
        previous, last = one.seal, one.batch_id
    return found


def heads_file(settings: Settings) -> Path:
    """Return where the heads are kept: outside the lake, so that both would have to be changed."""
    return settings.home / "evidence" / "heads.jsonl"


def heads(path: Path) -> tuple[Seal, ...]:
    """Return the heads in a file, in order; none when there is no file.

    Raises Refused for a line that is not to the byte as `append` writes it.
    """
    if not path.is_file():
        return ()
    *whole, rest = path.read_bytes().split(b"\n")
    return tuple(_head(path, number, text) for number, text in enumerate([*whole, *([rest] if rest else [])], start=1))


def newest(path: Path) -> Seal | None:
    """Return the last head in a file without reading the others; None when there is none. Raises Refused as `heads` does."""
    if not path.is_file() or not (size := path.stat().st_size):
        return None
    with open(path, "rb") as file:
        file.seek(max(0, size - LONGEST))
        return _head(path, "end", file.read().removesuffix(b"\n").rpartition(b"\n")[2])


def append(path: Path, seals: Sequence[Seal]) -> None:
    """Append heads and return once they are on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "ab") as file:
        file.write(b"".join(_line(one) + b"\n" for one in seals))
        file.flush()
        os.fsync(file.fileno())


def mend(path: Path) -> None:
    """Cut off a last line without its end: a kill in the middle of `append` left it, and it is written again."""
    content = path.read_bytes() if path.is_file() else b""
    if content and not content.endswith(b"\n"):
        os.truncate(path, content.rfind(b"\n") + 1)


def _line(one: Seal) -> bytes:
    return json.dumps(asdict(one)).encode()


def _head(path: Path, number: int | str, text: bytes) -> Seal:
    try:
        given: Any = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict) or {key: type(value) for key, value in given.items()} != KEYS or _line(Seal(**given)) != text:
        raise Refused(f"{path}:{number}: this line is no head of the ledger. Nothing was checked after it. See docs/runbooks/evidence.md.")
    return Seal(**given)
