"""Two columns under each other's header, found by how often a sample of values satisfies their identifier rules."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from jobs.ingest.header import Slots, clean, fold
from jobs.ingest.reader import Record
from schemas.contract import Contract

SAMPLE = 500  # records; the shares below are far apart, so that more would not change the answer
LOW, HIGH = 0.1, 0.9  # a column that is right passes its rule nearly always; dirty registers pass in 60 to 95 %
FEWEST = 3  # values; fewer prove nothing
ENOUGH = 100  # characters of a value: no identifier is as long, and folding a sample of long texts took seconds
Checks = Mapping[str, Callable[[str], bool]]


@dataclass(frozen=True)
class Swap:
    """A column whose values fail its rule while another column's values satisfy it. Shares are of 0 to 1."""

    column: str
    rule: str
    share: float
    other: str
    other_share: float

    @property
    def fact(self) -> str:
        """What was found, without any value."""
        return (
            f"has columns '{self.column}' and '{self.other}' swapped, it seems: {self.share:.0%} of '{self.column}' "
            f"but {self.other_share:.0%} of '{self.other}' satisfy the rule '{self.rule}'"
        )


def find(contract: Contract, known: Slots, sample: Iterable[Record], checks: Checks) -> Swap | None:
    """Return the first swap that the sample shows, or None. checks: a plain predicate for each identifier rule."""
    values = _by_column(known, sample)
    for column in contract.columns:
        own = [value for value in values.get(column.name, []) if value not in column.placeholders]
        for rule in (use.rule for use in column.rules if use.rule in checks):
            share = _share(own, checks[rule])
            if share is None or share >= LOW:
                continue
            for name in (name for name in values if not _carries(contract, name, rule)):
                other = _share(values[name], checks[rule])
                if other is not None and other > HIGH:
                    return Swap(column.name, rule, share, name, other)
    return None


def _by_column(known: Slots, sample: Iterable[Record]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for record in sample:
        for header, value in zip(record.names, record.values, strict=True):
            slot = known.by_header.get(fold(header))
            plain = _plain((value or "")[:ENOUGH])
            if len(plain) > 1:  # one character is a placeholder such as / or 无
                found.setdefault(clean(header) if slot is None else known.names[slot], []).append(plain)
    return found


def _plain(value: str) -> str:
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()


def _share(values: list[str], check: Callable[[str], bool]) -> float | None:
    return sum(map(check, values)) / len(values) if len(values) >= FEWEST else None


def _carries(contract: Contract, name: str, rule: str) -> bool:
    return name in contract.names and any(use.rule == rule for use in contract.column(name).rules)
