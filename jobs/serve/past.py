"""What a table said about a day, and what was known at an instant: read from versions where it keeps the past, else from the ledger."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from jobs.serve import delta
from jobs.serve.batches import released
from jobs.serve.locate import Place
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.settings import Settings

BEIJING = ZoneInfo("Asia/Shanghai")
VALID_TO = "_valid_to"  # jobs/lake/versions.py says what a version is
NOW_VALID = "_valid_from < DATE '{0}' AND (_valid_to IS NULL OR _valid_to >= DATE '{0}')"
ENDED = """* REPLACE (CASE WHEN _is_deleted THEN _valid_from
           ELSE lead(_valid_from) OVER (PARTITION BY {0} ORDER BY _valid_from, _ingested_at, _batch) END AS _valid_to)"""


@dataclass(frozen=True)
class Asked:
    """Which past is asked for. as_of: what counted when that day was over.  known_at: as it was known then, both None for now."""

    as_of: date | None = None
    known_at: datetime | None = None


NOW = Asked()


def keeps_past(table: DeltaTable) -> bool:
    """Whether the rows of a table are versions of records."""
    return VALID_TO in [field.name for field in table.schema().fields]


def opened(settings: Settings, place: Place, table: DeltaTable, asked: Asked) -> DeltaTable:
    """Return the version of the table to read. Raises Refused for a past that the table does not keep."""
    if keeps_past(table) or asked == NOW:
        return table
    if asked.as_of is not None:
        raise Refused(
            f"{place.name} keeps no versions of its records, so what counted on {asked.as_of} is not known. Nothing was read. "
            "--known-at shows what readers had then; merge 'history' or 'snapshot' in its contract keeps versions from now on."
        )
    return _then(settings, place, asked.known_at or datetime.now(UTC))


def _then(settings: Settings, place: Place, at: datetime) -> DeltaTable:
    version = released(settings, at).get(place.noun)
    if version is None:
        raise Refused(f"{place.name} had no released version by {at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S} Beijing time. `govlake ledger {place.noun}` lists its releases.")
    try:
        old = DeltaTable(str(place.path), version=version)
        is_there = all(Path(uri).exists() for uri in old.file_uris())
    except DeltaError:  # the log does not reach back to it
        is_there = False
    if not is_there:
        raise Refused(f"{place.name}: version {version}, which readers had then, is no longer kept (versions are for {settings.version_days} days). "
                      f"Nothing was shown. The deliveries are still in landing: `govlake ledger {place.noun}`.")
    return old


def counting(rows: duckdb.DuckDBPyRelation, contract: Contract | None, asked: Asked) -> duckdb.DuckDBPyRelation:
    """Return the versions that counted on the day asked for, today in Beijing unless told; every row of a table that keeps no past."""
    if contract is None or VALID_TO not in rows.columns:
        return rows
    if asked.known_at is not None:
        key = ", ".join(delta.quoted(name) for name in contract.key)
        rows = rows.filter(f"_ingested_at <= TIMESTAMPTZ '{asked.known_at.isoformat()}'").project(ENDED.format(key))
    return rows.filter(NOW_VALID.format(day(asked) + timedelta(days=1)))


def day(asked: Asked) -> date:
    """Return the day asked for; today in Beijing unless told."""
    return asked.as_of or datetime.now(BEIJING).date()


def count(table: DeltaTable) -> int:
    """Return how many rows readers have now: of a table that keeps the past, the records that count today."""
    if not keeps_past(table):
        return int(table.count())
    where = NOW_VALID.format(day(NOW) + timedelta(days=1))
    return int(delta.query({"stored": table.scan(columns=["_valid_from", VALID_TO])}, f"SELECT count(*) AS rows FROM stored WHERE {where}")[0]["rows"])


def instant(text: str) -> datetime:
    """Read an instant: ISO, Beijing time unless it says otherwise; a date alone means its end. Raises ValueError for another form."""
    found = datetime.fromisoformat(text)
    if len(text) <= len("2026-03-01"):
        found = datetime.combine(found.date(), time.max)
    return found if found.tzinfo else found.replace(tzinfo=BEIJING)
