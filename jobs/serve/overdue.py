"""Deliveries that were due and did not come: by each contract's schedule, and by the calendar of working days where it says so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from croniter import croniter  # type: ignore[import-untyped]

from jobs.conform.plain.workdays import DAY, Calendar, published
from jobs.serve import delta
from jobs.serve.status import BEIJING
from schemas.contract import Contract
from schemas.readable import landed
from schemas.settings import Settings

LOOKBACK = timedelta(days=31)  # what is older is a matter for a backfill, not for a call
ARRIVALS = """SELECT "table", CAST("date" AS VARCHAR) AS "date", min("at") AS "at" FROM stored GROUP BY ALL"""
DAYS = "SELECT day, is_workday FROM stored WHERE is_workday IS NOT NULL"
RENEW = "Deliver the next year to reference.working_day. See docs/runbooks/overdue.md"
MIDNIGHT = datetime.min.time()
Arrivals = Mapping[str, Mapping[str, datetime]]  # by table and business date, when the first file was booked


@dataclass(frozen=True)
class Overdue:
    """One delivery that has not come. date: business date.  due_at: when its run started.  late_hours: since then."""

    table: str
    title: str
    owner: str
    owner_code: str
    date: str
    due_at: datetime
    late_hours: float
    sentence: str


@dataclass(frozen=True)
class Watch:
    """What is overdue at an instant. unknown: tables whose days could not be told, since the calendar ends too early."""

    at: datetime
    found: tuple[Overdue, ...]
    unknown: tuple[str, ...]
    calendar_ends: date

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is to be said to people; () when every expected delivery has come."""
        ends = f"The calendar of working days ends on {self.calendar_ends}: from then on nobody can say whether {', '.join(self.unknown)} is overdue. "
        return (*(one.sentence for one in self.found), *([f"{ends}{RENEW}"] if self.unknown else []))


def overdue(settings: Settings, at: datetime, owner: str | None = None) -> Watch:
    """Return what is overdue at an instant, of every contract that says `delivery`, or of one department's, oldest first.

    A table is watched from the day its first file was booked. A file that lies in landing has come, whatever becomes of it.
    """
    known, arrivals = calendar(settings), _arrivals(settings)
    found: list[Overdue] = []
    unknown: list[str] = []
    for contract in landed(settings.contracts).values():
        came = {day: booked for day, booked in arrivals.get(contract.table, {}).items() if booked <= at}
        if contract.delivery is None or owner not in (None, contract.owner_code) or not came:
            continue
        begun = max(min(came.values()).astimezone(BEIJING).date(), (at - LOOKBACK).astimezone(BEIJING).date())
        days = list(expected(contract, known, begun, at))
        unknown += [contract.dag_id] if any(due is None for _, due in days) else []
        found += [_told(contract, day, due, at) for day, due in days if due and day.isoformat() not in came and not _landed(settings, contract, day)]
    return Watch(at, tuple(sorted(found, key=lambda one: (one.due_at, one.table))), tuple(unknown), max(known))


def expected(contract: Contract, known: Calendar, begun: date, at: datetime) -> Iterator[tuple[date, datetime | None]]:
    """Yield each business date from `begun` on whose delivery was due at an instant, with the time it was due.

    A date is one on which the contract's schedule runs; its delivery is due at the first run after that day. With `working_days`
    the date is a working day, and the run too: what a Friday owes is asked for on Monday. due: None, and the end, where the calendar ends.
    """
    day = begun
    while (due := _due(contract, known, day)) is not None and due <= at:
        if _runs_on(contract, day) and (contract.delivery == "every_day" or known[day]):
            yield day, due
        day += DAY
    if due is None:
        yield day, None


def calendar(settings: Settings) -> Calendar:
    """Return the calendar of working days: the published years, and over them what was delivered as silver.working_day."""
    table = delta.opened(settings.lake / "silver" / "working_day")
    delivered = {row["day"]: row["is_workday"] for row in delta.ask(table, DAYS)} if table else {}
    return MappingProxyType({**published(), **delivered})


def _due(contract: Contract, known: Calendar, day: date) -> datetime | None:
    """When the delivery of a day is due; None where the calendar does not hold a day that decides it."""
    tick = croniter(contract.schedule, datetime.combine(day + DAY, MIDNIGHT, BEIJING) - timedelta(seconds=1))
    due: datetime = tick.get_next(datetime)
    while contract.delivery == "working_days":
        if due.date() not in known or day not in known:
            return None
        if known[due.date()]:
            break
        due = tick.get_next(datetime)
    return due


def _runs_on(contract: Contract, day: date) -> bool:
    midnight = datetime.combine(day, MIDNIGHT, BEIJING)
    tick: datetime = croniter(contract.schedule, midnight - timedelta(seconds=1)).get_next(datetime)
    return tick < midnight + DAY


def _arrivals(settings: Settings) -> Arrivals:
    table = delta.opened(settings.lake / "ledger" / "file")
    found: dict[str, dict[str, datetime]] = {}
    for row in delta.ask(table, ARRIVALS) if table else ():
        found.setdefault(row["table"], {})[row["date"]] = row["at"]
    return found


def _landed(settings: Settings, contract: Contract, day: date) -> bool:
    folder = settings.landing / contract.source_class / contract.table / day.isoformat()
    return folder.is_dir() and any(not path.name.startswith((".", "_")) for path in folder.iterdir())


def _told(contract: Contract, day: date, due: datetime, at: datetime) -> Overdue:
    hours = (at - due).total_seconds() / 3600
    late = f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"
    said = f"{contract.owner} 未按时报送: {contract.dag_id} {day} was due {due:%Y-%m-%d %H:%M} (Beijing) and has not come, {late} ago. "
    return Overdue(contract.table, contract.title, contract.owner, contract.owner_code, day.isoformat(), due, round(hours, 1),
                   f"{said}Readers keep the last release. See docs/runbooks/overdue.md")  # fmt: skip
