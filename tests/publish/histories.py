"""Random histories of records, and the slow, obvious model of what is to be known of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

FIRST = date(2026, 1, 1)
DAYS = tuple(FIRST + timedelta(days=number) for number in range(10))
Content = int | None  # how many seats; None for a deleted record


@dataclass(frozen=True)
class Change:
    """One row that is sent: from when it counts, and what it says."""

    day: date
    seats: Content


@dataclass
class Record:
    """What was taken in of one record: in which batch, and what. It answers by looking at all of it."""

    taken: list[tuple[int, Change]] = field(default_factory=list)
    duplicates: int = 0
    conflicts: int = 0

    def take(self, batch: int, sent: Iterable[Change]) -> None:
        """Take in the rows of a batch, day by day: what contradicts itself is left out, what is known already is a duplicate."""
        by_day: dict[date, list[Change]] = {}
        for change in sent:
            by_day.setdefault(change.day, []).append(change)
        for day, rows in by_day.items():
            if len(set(rows)) > 1:
                self.conflicts += len(rows)
                continue
            known = [change for _, change in self.taken if change.day == day]
            is_news = not known or known[-1] != rows[0]
            self.duplicates += len(rows) - is_news
            if is_news:
                self.taken.append((batch, rows[0]))

    def seats(self, day: date, batch: int) -> Content:
        """What counted on a day as it was known after a batch: of the newest day up to it, what came last."""
        known = [(change.day, number, change) for number, change in self.taken if number <= batch and change.day <= day]
        return max(known, key=lambda one: one[:2])[2].seats if known else None


def changes(random: Random, batches: int) -> list[list[Change]]:
    """The rows of one record, batch by batch: inserts, updates and deletes, late, out of order, repeated and contradicting."""
    sent: list[list[Change]] = []
    for _ in range(batches):
        known = [change for rows in sent for change in rows]
        rows = list(_drawn(random, known))
        random.shuffle(rows)
        sent.append(rows)
    return sent


def _drawn(random: Random, known: list[Change]) -> Iterator[Change]:
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        change = Change(random.choice(DAYS), random.choice((None, 1, 2, 3)))
        kind = random.random()
        if kind < 0.2 and known:
            change = random.choice(known)  # sent before
        yield change
        if kind > 0.9:
            yield change  # twice in one batch
        if 0.85 < kind < 0.9:
            yield Change(change.day, 9)  # contradicts the one before
