"""How far the stream's jobs have come: what Spark's checkpoint says, without Spark, and what the ledger's table says."""

import json
from collections.abc import Iterable
from pathlib import Path

from deltalake import DeltaTable


def beats(checkpoint: Path) -> float | None:
    """Return when a query last ended a batch, in seconds since 1970; None when it never did. It ends one with no request too."""
    ended = _numbered(checkpoint / "commits")
    return max((path.stat().st_mtime for path in ended), default=None)


def position(checkpoint: Path) -> dict[str, dict[int, int]]:
    """Return, by topic and partition, the offset from which the query has not read yet, as its last ended batch says."""
    written = _numbered(checkpoint / "offsets")
    found: dict[str, dict[int, int]] = {}
    for path in sorted(written, key=lambda path: int(path.name))[-1:]:
        for line in path.read_text(encoding="utf-8").splitlines()[2:]:  # a version, then settings, then a line a source
            for topic, parts in json.loads(line).items():
                found[topic] = {int(part): int(offset) for part, offset in parts.items()}
    return found


def written(table: DeltaTable | None, topic: str, parts: Iterable[int]) -> dict[str, dict[int, int]]:
    """Return, by topic and partition, the offset from which the ledger has not written yet; nothing when it never wrote."""
    offsets = {} if table is None else {part: table.transaction_version(f"{topic}-{part}") for part in parts}
    known = {part: offset for part, offset in offsets.items() if offset is not None}
    return {topic: known} if known else {}


def _numbered(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.isdigit()] if folder.is_dir() else []
