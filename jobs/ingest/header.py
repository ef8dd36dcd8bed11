"""Headers as sources write them, matched to a contract: official name, Chinese title or alias, in any order."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from string import Formatter

from schemas.contract import Column, Contract

INVISIBLE = "\ufeff\u200b\u200c\u200d"  # byte order mark and zero-width characters, met at the ends of headers


@dataclass(frozen=True)
class Slots:
    """The places a record's known values go to: the contract's columns, then the headers that `compose` names.

    names: one per slot.  by_header: every accepted header, folded, to its slot.
    """

    names: tuple[str, ...]
    by_header: Mapping[str, int]

    def layout(self, headers: tuple[str, ...]) -> "Layout":
        """Match the headers of a file (or the keys of one JSON object)."""
        shown = tuple(clean(header) or f"#{position}" for position, header in enumerate(headers, start=1))
        return Layout(shown, tuple(self.by_header.get(fold(header)) for header in headers))


@dataclass(frozen=True)
class Layout:
    """The headers of a file and the slot of each, None for a header that the contract does not know."""

    headers: tuple[str, ...]
    slots: tuple[int | None, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Headers that the contract does not know; one without a name is called by its position, '#3'."""
        return tuple(header for header, slot in zip(self.headers, self.slots, strict=True) if slot is None)

    @property
    def repeated(self) -> tuple[str, ...]:
        """Headers that stand twice, or that mean a column which another header already gives."""
        keys = [fold(h) if slot is None else slot for h, slot in zip(self.headers, self.slots, strict=True)]
        return tuple(header for header, key in zip(self.headers, keys, strict=True) if keys.count(key) > 1)


def slots(contract: Contract) -> Slots:
    """Return the slots of a contract. A column's own name wins over another column's title or alias.

    A contract that freezes its columns takes no alias: a renamed column is another one.
    """
    parts = [part for column in contract.columns for part in compose_parts(column)]
    taken: dict[str, int] = {}
    for slot, column in enumerate(contract.columns):
        taken.setdefault(fold(column.name), slot)
    for slot, column in enumerate(contract.columns):
        known = replace(column, aliases=()) if contract.drift.columns == "freeze" else column
        for header in (known.title, *known.aliases, *known.with_unit):
            taken.setdefault(fold(header), slot)
    names = list(contract.names)
    for part in parts:
        if fold(part) not in taken:
            taken[fold(part)] = len(names)
            names.append(part)
    return Slots(tuple(names), taken)


def compose_parts(column: Column) -> tuple[str, ...]:
    """Return the source headers that a `compose` pattern names in braces, in order; none without one."""
    return tuple(name for _, name, _, _ in Formatter().parse(column.compose or "") if name)


def missing(contract: Contract, known: Slots, given: frozenset[int]) -> tuple[Column, ...]:
    """Return the columns that neither stand in `given` slots nor can be composed from them."""
    return tuple(
        column
        for slot, column in enumerate(contract.columns)
        if slot not in given and not _is_composed(column, known, given)
    )


def _is_composed(column: Column, known: Slots, given: frozenset[int]) -> bool:
    parts = compose_parts(column)
    return bool(parts) and all(known.by_header[fold(part)] in given for part in parts)


def clean(header: str) -> str:
    """Return a header without the blanks and invisible characters around it."""
    return header.strip().strip(INVISIBLE).strip()


def fold(header: str) -> str:
    """Return what two spellings of one header share: NFKC, trimmed, lower case."""
    return clean(unicodedata.normalize("NFKC", header)).lower()
