"""Whom a change of a contract hits: marts and contracts that read the table, shares, topics, and the department that delivers."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from schemas.change import READERS, SENDERS, Change
from schemas.contract import Contract, RuleUse
from schemas.load import SUFFIX, load

EVERY_COLUMN = r"(?:\bselect\s+|,\s*|\.)\*"  # and neither count(*) nor a product


@dataclass(frozen=True)
class Hit:
    """Whom one change reaches. readers: `gold.credit_profile`, `business.permit`.  shares: the sharing type, None when it is not shared.

    streams: topics whose records are rows of the table, or are judged by it.  senders: the department that delivers.
    """

    readers: tuple[str, ...]
    shares: str | None
    streams: tuple[str, ...]
    senders: str | None


def neighbours(folder: Path) -> tuple[Contract, ...]:
    """Return all contracts below a folder, each read by itself: what they say of one another may not hold while one changes."""
    return tuple(load(path) for path in sorted(folder.rglob(f"*{SUFFIX}")))


def hit(change: Change, table: Contract, around: Sequence[Contract]) -> Hit:
    """Return whom a change of a table reaches. around: the contracts beside it."""
    others = [one for one in around if one.table != table.table]
    reading = [one for one in others if _reads(one, table.table, change)] if change.touches & READERS else []
    shared = table.sharing if change.touches & READERS and table.sharing != "not_shared" else None
    topics = [one.topic for one in (table, *reading) if one.topic]
    return Hit(tuple(one.dag_id for one in reading), shared, tuple(dict.fromkeys(topics)), table.owner if change.touches & SENDERS else None)


def _reads(other: Contract, table: str, change: Change) -> bool:
    if table in (*other.reads, other.changes):
        return change.column is None or _is_named(change.before or change.column, other.path.with_name(f"{other.table}.sql"))
    return any(change.column is None or _looks_at(use, change) for use in _uses(other) if use.arguments.get("table") == table)


def _uses(contract: Contract) -> Iterator[RuleUse]:
    yield from contract.row_rules
    for column in contract.columns:
        yield from column.rules


def _looks_at(use: RuleUse, change: Change) -> bool:
    """Whether a rule that looks something up goes by the column; a rule that names none of the table's columns goes by all."""
    if use.rule != "in_table":
        return True
    named = [use.arguments[key] for key in ("column", "valid_from", "valid_to") if key in use.arguments]
    return change.column in named or change.before in named


def _is_named(column: str, statement: Path) -> bool:
    """Whether a mart's SQL names the column, or takes them all."""
    text = _text(statement)
    return text is None or bool(re.search(rf"\b{re.escape(column)}\b|{EVERY_COLUMN}", text, re.IGNORECASE))


@cache
def _text(statement: Path) -> str | None:
    if not statement.is_file():
        return None
    return "\n".join(line.split("--")[0] for line in statement.read_text(encoding="utf-8").splitlines())


def parties(found: Hit) -> Iterable[str]:
    """Yield whom it hits, in words."""
    if found.readers:
        yield f"readers {', '.join(found.readers)}"
    if found.shares:
        yield f"shares ({found.shares})"
    if found.streams:
        yield f"streams {', '.join(found.streams)}"
    if found.senders:
        yield f"senders {found.senders}"
