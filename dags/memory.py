"""What was worked out once from files that have not changed since, kept below <home>/cache.

Airflow reads its DAG files anew every half minute, each in a process of its own; a contract takes it 15 ms to check.
"""

import hashlib
import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

from schemas.settings import ROOT, settings

Found = TypeVar("Found")


def remembered(name: str, content: bytes, compute: Callable[[], Found]) -> Found:
    """Return what `compute` gives for `content`, from memory when neither it nor the code in schemas/ has changed.

    name: one entry is kept under each.  An entry that cannot be read or written costs time and nothing else.
    """
    key = hashlib.sha256(_code() + content).digest()
    entry = settings().home / "cache" / "dags" / hashlib.sha256(name.encode()).hexdigest()[:32]
    with suppress(OSError, EOFError, pickle.UnpicklingError):
        stored = entry.read_bytes()
        if stored[: len(key)] == key:
            known: Found = pickle.loads(stored[len(key) :])
            return known
    found = compute()
    with suppress(OSError):
        _write(entry, key + pickle.dumps(found))
    return found


@cache
def _code() -> bytes:
    """The digest of the code and the code lists by which contracts are read."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "schemas").rglob("*")):
        if path.suffix in (".py", ".csv"):
            digest.update(path.read_bytes())
    return digest.digest()


def _write(entry: Path, stored: bytes) -> None:
    entry.parent.mkdir(parents=True, exist_ok=True)
    partial = entry.with_name(f"{entry.name}.{os.getpid()}")
    partial.write_bytes(stored)
    partial.replace(entry)
