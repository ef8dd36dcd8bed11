"""The conservation ledger: what went into each hop of each batch, what came out, and that the sum is right."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.lake import lock
from jobs.lake.plain import few
from schemas.errors import Refused
from schemas.settings import Settings

LOW_BITS = 0xFFFFFFFF
PATIENCE = 120.0  # seconds; every table's run writes this one ledger, each for about a second


@dataclass(frozen=True)
class Hop:
    """One hop of one batch. hash: order-free sum over the rows that went out, see `row_hashes`."""

    batch: str
    table: str
    date: str
    hop: str
    rows_in: int
    rows_out: int
    rows_quarantined: int
    rows_duplicate: int
    rows_filtered: int
    hash: str
    version_read: int | None
    version_written: int | None
    at: datetime
    note: str | None


@dataclass(frozen=True)
class FileEntry:
    """What became of one landed file. state: taken, held, superseded, refused or same (content taken in before)."""

    sha256: str
    path: str
    table: str
    date: str
    batch: str
    bytes: int
    records: int
    encoding: str | None
    state: str
    note: str | None
    at: datetime


def row_hashes(frame: DataFrame, names: tuple[str, ...]) -> DataFrame:
    """Return one row: `rows`, and `hash`, the sum over the rows of the low 32 bits of their xxhash64.

    The sum does not depend on the order of the rows and changes when one is lost, doubled or altered.
    """
    low = F.xxhash64(*names).bitwiseAND(F.lit(LOW_BITS).cast("bigint"))
    return frame.agg(F.count(F.lit(1)).alias("rows"), F.coalesce(F.sum(low), F.lit(0)).alias("hash"))


def balance(hop: Hop) -> Hop:
    """Return the hop. Raises Refused when what went in is not what came out: nothing may be dropped."""
    out = hop.rows_out + hop.rows_quarantined + hop.rows_duplicate + hop.rows_filtered
    if hop.rows_in != out:
        raise Refused(
            f"{hop.table} {hop.date}: hop '{hop.hop}' took in {hop.rows_in} rows and accounts for {out}. Nothing was released; "
            f"batch {hop.batch} stays as candidate. This is a defect of govlake: keep the batch and report it."
        )
    return hop


def record(settings: Settings, event: str, hops: list[Hop], files: list[FileEntry]) -> None:
    """Write the hops, then the files, of one event of a batch; a repeat changes nothing. The files are the commit point.

    event: a name that is the same when the step is repeated, such as `<batch>-released`.
    """
    for noun, kind, rows in (("hop", Hop, hops), ("file", FileEntry, files)):
        if rows:
            with lock.writing(settings, f"ledger.{noun}", PATIENCE):
                path = settings.lake / "ledger" / noun
                few.append_once(path, _columns(kind), [asdict(row) for row in rows], event, settings.table_properties)


def newest(settings: Settings, table: str, hop: str) -> str:
    """Return the newest business date for which a hop of a table was booked; an empty text when none was."""
    return max(_dates(settings, table, hop), default="")


def count(settings: Settings, table: str, hop: str) -> int:
    """Return how many times a hop of a table was booked."""
    return len(_dates(settings, table, hop))


def _dates(settings: Settings, table: str, hop: str) -> list[str]:
    return [str(row["date"]) for row in few.rows(settings.lake / "ledger" / "hop", ["date"], table=table, hop=hop)]


def _columns(kind: type) -> dict[str, str]:
    """The type of each field by its name: str, int or datetime."""
    told = {f.name: f.type if isinstance(f.type, str) else getattr(f.type, "__name__", str(f.type)) for f in fields(kind)}
    return {name: text.split(" ")[0] for name, text in told.items()}
