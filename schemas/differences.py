"""What two editions of a contract say differently of the table and of each column, rules aside."""

import math
from collections.abc import Callable, Iterator
from typing import Any

from schemas import forms
from schemas.change import BOTH, NOBODY, READERS, SENDERS, Change, Party
from schemas.checks import SHARING
from schemas.classification import LEVELS
from schemas.contract import Column, Contract

# What a contract says in one word or number: stable kind, words for it, how to read it, whose work another one breaks, who notices.
Fact = tuple[str, str, Callable[[Any], Any], frozenset[Party], frozenset[Party]]
OF_TABLE: tuple[Fact, ...] = (
    ("merge", "merge", lambda c: c.merge, READERS, BOTH),
    ("key", "the key", lambda c: ", ".join(c.key) or "none", BOTH, BOTH),
    ("order", "orderBy", lambda c: ", ".join(c.order_by) or "none", READERS, BOTH),
    ("format", "sourceFormat", lambda c: c.source_format, SENDERS, SENDERS),
    ("class", "the source class", lambda c: c.source_class, BOTH, BOTH),
    ("topic", "topic", lambda c: c.topic or "none", BOTH, BOTH),
    ("database", "database", lambda c: f"{c.database.table} of {c.database.connection}, {c.database.mode}" if c.database else "none", NOBODY, SENDERS),
    ("feed", "feed", lambda c: c.feed or "none", SENDERS, SENDERS),
    ("schedule", "the schedule", lambda c: c.schedule or "none", NOBODY, BOTH),
    ("delivery", "delivery", lambda c: c.delivery or "none", NOBODY, SENDERS),
    ("owner", "the owner", lambda c: f"{c.owner} ({c.owner_code})", NOBODY, BOTH),
    ("reads", "reads", lambda c: ", ".join(c.reads) or "none", NOBODY, READERS),
    ("changes", "changes", lambda c: c.changes or "none", NOBODY, READERS),
)
OF_COLUMN: tuple[Fact, ...] = (
    ("type", "the type", lambda c: _kind(c), BOTH, BOTH),
    ("unit", "the unit", lambda c: c.unit or "none", BOTH, BOTH),
    ("place", "span", lambda c: f"{c.span.start}-{c.span.end}" if c.span else "none", SENDERS, SENDERS),
    ("compose", "compose", lambda c: c.compose or "none", SENDERS, SENDERS),
)


def of_table(old: Contract, new: Contract) -> Iterator[Change]:
    """Yield what is said differently of the table as a whole."""
    yield from _facts(OF_TABLE, old, new, None)
    if (old.source_format, old.template) != (new.source_format, new.template) and old.source_format == new.source_format:
        yield Change("template", None, f"the layout under '{new.source_format}' is another one", SENDERS, SENDERS)
    yield from _figure("quarantine_rate", "quarantineRate", old.quarantine_rate, new.quarantine_rate, (SENDERS, NOBODY))
    yield from _figure("freshness", "latency (h)", old.freshness_hours, new.freshness_hours, (NOBODY, READERS))
    yield from _figure("retention", "retention (y)", old.retention_years, new.retention_years, (READERS, NOBODY))
    yield from _drift(old, new)
    ranks = SHARING.index(old.sharing), SHARING.index(new.sharing)
    if ranks[0] != ranks[1]:
        said = f"sharing: {old.sharing} -> {new.sharing}"
        yield Change("sharing_narrowed" if ranks[1] > ranks[0] else "sharing_widened", None, said, READERS if ranks[1] > ranks[0] else NOBODY, READERS)
    if (old.title, old.description, old.purpose) != (new.title, new.description, new.purpose):
        yield Change("wording", None, "title, description or purpose is worded anew", touches=READERS)


def of_column(old: Column, new: Column) -> Iterator[Change]:
    """Yield what is said differently of a column that both editions have, under one name or the other."""
    name = new.name
    yield from _facts(OF_COLUMN, old, new, name)
    yield from _room(old, new)
    if old.required != new.required:
        said, broken = ("required", SENDERS) if new.required else ("optional", READERS)
        yield Change(said, name, f"column '{name}' {'must be given now' if new.required else 'may be empty now'}", broken)
    ranks = LEVELS.index(old.classification), LEVELS.index(new.classification)
    if ranks[0] != ranks[1]:
        kind, broken = ("classification_raised", READERS) if ranks[1] > ranks[0] else ("classification_lowered", NOBODY)
        yield Change(kind, name, f"column '{name}' is classified {new.classification}, was {old.classification}", broken, READERS)
    yield from _words("header", name, _headers(old), _headers(new))
    yield from _words("date_spelling", name, old.formats, new.formats)
    yield from _words("placeholder", name, old.placeholders, new.placeholders)
    if (old.description, old.examples) != (new.description, new.examples):
        yield Change("wording", name, f"description or examples of column '{name}' are others", touches=READERS)


def _drift(old: Contract, new: Contract) -> Iterator[Change]:
    """Policies in the order of what they cost a sender: a value, a row, the file."""
    order = ("evolve", "discard_value", "discard_row", "freeze")
    for what in ("columns", "values"):
        before, after = getattr(old.drift, what), getattr(new.drift, what)
        if before != after:
            yield Change("drift", None, f"drift of {what}: {before} -> {after}", SENDERS if order.index(after) > order.index(before) else NOBODY)


def _facts(facts: tuple[Fact, ...], old: Any, new: Any, column: str | None) -> Iterator[Change]:
    of = f" of column '{column}'" if column else ""
    for kind, words, value, breaks, touches in facts:
        before, after = value(old), value(new)
        if before != after:
            begins = kind in ("topic", "feed") and before == "none"
            yield Change(kind, column, f"{words}{of}: {before} -> {after}", NOBODY if begins else breaks, touches)


def _figure(kind: str, words: str, old: float, new: float, breaks: tuple[frozenset[Party], frozenset[Party]]) -> Iterator[Change]:
    """A figure of the table. breaks: whom a lower one breaks, whom a higher one."""
    if old != new:
        yield Change(kind, None, f"{words}: {old:g} -> {new:g}", breaks[0] if new < old else breaks[1])


def _kind(column: Column) -> str:
    """The type as a program meets it; the room of a text or a decimal is `_room`'s business."""
    return "double" if column.physical_type == "double" else column.logical_type


def _room(old: Column, new: Column) -> Iterator[Change]:
    """Whether what the old column holds fits into the new one."""
    if _kind(old) != _kind(new) or (before := _size(old)) == (after := _size(new)):
        return
    is_wider = all(one <= other for one, other in zip(before, after, strict=True))
    said = f"column '{new.name}' is {'wider' if is_wider else 'narrower'}: {_shown(old)} -> {_shown(new)}"
    yield Change("widened" if is_wider else "narrowed", new.name, said, NOBODY if is_wider else SENDERS)


def _size(column: Column) -> tuple[float, ...]:
    """Characters of a text; digits before and after the point of a decimal."""
    if column.logical_type == "string":
        return (forms.max_length(column) or math.inf,)
    if column.logical_type != "number" or column.physical_type == "double":
        return ()
    precision, scale = forms.scale(column)
    return (precision - scale, scale)


def _shown(column: Column) -> str:
    if column.logical_type == "string":
        return column.physical_type if forms.max_length(column) and column.physical_type else "no limit"
    return "decimal({},{})".format(*forms.scale(column))


def _headers(column: Column) -> tuple[str, ...]:
    return tuple(dict.fromkeys((column.name, column.title, *column.aliases, *column.with_unit)))


def _words(kind: str, column: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[Change]:
    """Words that a delivery may use: one fewer breaks those who write it."""
    gone, more = [word for word in old if word not in new], [word for word in new if word not in old]
    what = kind.replace("_", " ")
    if gone:
        yield Change(f"{kind}_removed", column, f"column '{column}' no longer knows the {what} {_some(gone)}", SENDERS, SENDERS)
    if more:
        yield Change(f"{kind}_added", column, f"column '{column}' also knows the {what} {_some(more)}", touches=SENDERS)


def _some(words: list[str]) -> str:
    shown = ", ".join(f"'{word}'" for word in words[:3])
    return f"{shown} and {len(words) - 3} more" if len(words) > 3 else shown
