"""How every table of the lake stands: its version, its last batch, whether it is on time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from deltalake import DeltaTable

from jobs.serve import delta
from jobs.serve.batches import Entry, ledger
from jobs.serve.locate import layer_of
from jobs.serve.past import count
from schemas.contract import Contract
from schemas.readable import every
from schemas.settings import Settings

BEIJING = ZoneInfo("Asia/Shanghai")  # schedules are written in Beijing time


@dataclass(frozen=True)
class TableStatus:
    """One table as it stands. version, rows: what readers get now.  batch … rows_filtered: of its last batch.

    state: of the last batch; 'never' before the first.  released_at: of the last batch that readers got.
    late: a scheduled release is overdue by the contract's promise.  note: why it is held or refused.
    held_dates: business dates of further batches that wait for a person's decision.
    """

    layer: str
    table: str
    title: str
    owner: str
    version: int | None
    rows: int | None
    batch: str | None
    date: str | None
    rows_in: int
    rows_silver: int
    rows_quarantined: int
    rows_duplicate: int
    rows_filtered: int
    encoding: str
    released_at: datetime | None
    hours_since: float | None
    late: bool
    state: Literal["released", "held", "refused", "never"]
    note: str | None
    held_dates: tuple[str, ...] = ()

    @property
    def reason(self) -> str | None:
        """Why readers did not get the last batch, and which others are held; None when they got all."""
        last = self.note if self.state in ("held", "refused") else None
        others = f"Held too 另有待放行批次: {', '.join(self.held_dates)}; `govlake ledger {self.table}` says why." if self.held_dates else None
        return " ".join(told for told in (last, others) if told) or None

    @property
    def freshness(self) -> str | None:
        """Hours since readers last got a batch, and whether the next is overdue; None when they never got one."""
        return None if self.hours_since is None else f"{self.hours_since:g} h" + (", late" if self.late else "")

    @property
    def name(self) -> str:
        """The table's full name, `<layer>.<table>`."""
        return f"{self.layer}.{self.table}"


def tables(settings: Settings, now: datetime | None = None) -> tuple[TableStatus, ...]:
    """Return the status of every landed table, of those fed by a topic, then of every gold table, whose contract can be read. now: the instant to judge lateness at."""
    by_table: dict[str, list[Entry]] = {}
    for entry in ledger(settings):
        by_table.setdefault(entry.table, []).append(entry)
    instant = now or datetime.now(UTC)
    return tuple(
        _status(contract, delta.opened(settings.lake / layer_of(contract) / noun), _Past(by_table.get(noun, []), instant))
        for noun, contract in every(settings.contracts).items()
    )


def is_late(contract: Contract, released_at: datetime | None, now: datetime) -> bool:
    """Return whether the release due at the latest scheduled time is overdue; false for a table without a schedule."""
    if not contract.schedule:
        return False
    from croniter import croniter  # type: ignore[import-untyped]

    due = (now - timedelta(hours=contract.freshness_hours)).astimezone(BEIJING)
    scheduled: datetime = croniter(contract.schedule, due).get_prev(datetime)
    return released_at is not None and released_at < scheduled


@dataclass(frozen=True)
class _Past:
    """The batches of one table, oldest first, seen from an instant."""

    entries: list[Entry]
    now: datetime

    def last(self, *states: str) -> Entry | None:
        return next((entry for entry in reversed(self.entries) if entry.state in states), None)


def _status(contract: Contract, stored: DeltaTable | None, past: _Past) -> TableStatus:
    last, released = past.last("released", "held", "refused"), past.last("released")
    released_at = released.at.astimezone(UTC) if released else None
    waiting = {entry.date for entry in past.entries if entry.state == "held" and entry is not last}
    return TableStatus(
        layer=layer_of(contract), table=contract.table, title=contract.title, owner=contract.owner,
        version=stored.version() if stored else None, rows=count(stored) if stored else None,
        batch=last.batch if last else None, date=last.date if last else None,
        rows_in=last.rows_in if last else 0, rows_silver=last.rows_silver if last else 0,
        rows_quarantined=last.rows_quarantined if last else 0, rows_duplicate=last.rows_duplicate if last else 0,
        rows_filtered=last.rows_filtered if last else 0, encoding=last.encoding if last else "",
        released_at=released_at, hours_since=_hours(released_at, past.now), late=is_late(contract, released_at, past.now),
        state=last.state if last and last.state != "open" and last.state != "superseded" else "never", note=last.note if last else None,
        held_dates=tuple(sorted(waiting)),
    )


def _hours(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else round((now - since).total_seconds() / 3600, 1)
