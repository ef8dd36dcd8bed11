"""A gold table: one contract and one SQL text beside it, computed anew from the released versions of what it reads."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from datetime import date as Date
from pathlib import Path

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.conform.air import FUNCTIONS
from jobs.conform.cast import spark_type
from jobs.evidence.intake import computing_id
from jobs.evidence.ledger import Hop, newest, record, row_hashes
from jobs.lake import lock, tables
from jobs.lake.versions import begun_on, valid_on
from jobs.session import session
from schemas.contract import Contract
from schemas.errors import Refused, Unavailable
from schemas.load import find, load_one, load_streams
from schemas.settings import Settings

STAMPS = (("_batch", "string"), ("_number", "bigint"))  # what a gold table reads of a change beside the contract's columns


def refresh(settings: Settings, contract: Contract, date: str, say: Callable[[str], None]) -> None:
    """Compute a gold table for one day and replace it; the same input versions and day are computed once.

    A day before the one the table speaks of, as a backfill of its sources brings, does not set the table back.

    1. Read the released version of each table it reads (of one that keeps the past what counts on the day), and the changes laid over it that have come so far.
    2. Replace the gold table (the transaction id holds those versions and the day).
    3. Write its hop into the ledger, under the same id, with the versions: `govlake ledger --prove` goes by them.
    Raises Unavailable when a table it reads has no version yet, Refused when the rows are not what the contract says.
    """
    with lock.writing(settings, contract.table):
        spark = session(settings, f"gold.{contract.table} {date}")
        date = max(date, newest(settings, contract.table, "mart"))
        versions = _read(spark, settings, contract, date)  # 1
        batch = computing_id(contract, date, versions)
        target = tables.table(settings, "gold", contract.table)
        rows = _computed(spark, contract, date)
        stamped = rows.withColumns({"_batch": F.lit(batch), "_ingested_at": F.lit(datetime.now(UTC))})
        tables.replace_once(stamped, target, batch)  # 2
        sources = ", ".join(f"{name} version {version}" for name, version in versions.items())
        hop = replace(_hop(spark, settings, contract, date, batch), note=f"from {sources}")
        record(settings, f"{batch}-mart", [hop], [])  # 3
        say(f"gold.{contract.table} {date}: {hop.rows_out} rows from {sources}.")


def again(settings: Settings, contract: Contract, date: str, versions: Mapping[str, int]) -> tuple[int, str]:
    """Compute a gold table for a day from these versions and write nothing; return its rows and their hash sum, as its hop has them.

    Raises Refused when a version is not kept any more.
    """
    spark = session(settings, f"gold.{contract.table} {date} again")
    try:
        _read(spark, settings, contract, date, versions)
        sums = row_hashes(_computed(spark, contract, date), contract.names).first()
    except (AnalysisException, Refused) as error:
        told = ", ".join(f"{name} {version}" for name, version in versions.items())
        raise Refused(f"gold.{contract.table} can't be computed again from {told}: {str(error).splitlines()[0]} Nothing was written.") from None
    assert sums is not None
    return int(sums["rows"]), str(sums["hash"])


def _read(spark: SparkSession, settings: Settings, contract: Contract, date: str, known: Mapping[str, int] | None = None) -> dict[str, int]:
    """Name every table it reads as a view, and return the versions: those known, or else the newest.

    Of a table that keeps the past the view has what counts on the day, and a second one, <table>_versions, all that was said up to it.
    """
    versions = {}
    for name in contract.reads:
        layer = contract.layer_of(name)
        source = tables.table(settings, layer, name)
        version = tables.version(source) if known is None else known.get(name)
        rows = tables.whole(spark, source, version)
        if version is None or rows is None:
            raise Unavailable(f"{layer}.{name} has no released version yet. gold.{contract.table} was not computed; it is tried again.")
        rows = _widened(rows, load_one(settings.contracts, name))
        valid_on(rows, date).createOrReplaceTempView(name)
        begun_on(rows, date).createOrReplaceTempView(f"{name}_versions")
        versions[name] = version
    return versions | _read_changes(spark, settings, contract, known)


def _widened(rows: DataFrame, contract: Contract) -> DataFrame:
    """Give columns that the contract got since the version was released, empty as they are in what was told before."""
    return rows.withColumns({c.name: F.lit(None).cast(spark_type(c)) for c in contract.columns if c.name not in rows.columns})


def _read_changes(spark: SparkSession, settings: Settings, contract: Contract, known: Mapping[str, int] | None) -> dict[str, int]:
    """Name the changes that the stream has taken in as a view; none have come when the table has no version."""
    if contract.changes is None:
        return {}
    source = tables.table(settings, "silver", contract.changes)
    version = tables.version(source) if known is None else known.get(contract.changes)
    rows = None if version is None else tables.whole(spark, source, version)
    if rows is None:
        columns = find(contract.changes, load_streams(settings.contracts)).columns
        fields = (*((c.name, spark_type(c)) for c in columns), *STAMPS)
        rows = spark.range(0).select(*(F.lit(None).cast(kind).alias(name) for name, kind in fields))
    rows.createOrReplaceTempView(contract.changes)
    return {} if version is None else {contract.changes: version}


def _computed(spark: SparkSession, contract: Contract, date: str) -> DataFrame:
    """What the SQL gives, in the contract's types; the functions of the house that it names are made first."""
    text = _sql(contract.path, date)
    for function in (made for name, made in FUNCTIONS.items() if f"{name}(" in text):
        spark.sql(function)
    return _shaped(contract, spark.sql(text))


def _sql(contract: Path, date: str) -> str:
    """The SQL with the day in it: Delta's extension loses named arguments (UNBOUND_SQL_PARAMETER on 4.2.0 with 4.4.0)."""
    text = contract.with_name(contract.name.replace(".odcs.yaml", ".sql")).read_text(encoding="utf-8")
    return text.replace(":as_of", f"DATE'{Date.fromisoformat(date).isoformat()}'")


def _shaped(contract: Contract, rows: DataFrame) -> DataFrame:
    if set(rows.columns) != set(contract.names):
        raise Refused(f"{contract.path}: the SQL gives {sorted(rows.columns)}, the contract has {sorted(contract.names)}. Make them agree.")
    return rows.select(*(F.col(c.name).cast(spark_type(c)).alias(c.name) for c in contract.columns))


def _hop(spark: SparkSession, settings: Settings, contract: Contract, date: str, batch: str) -> Hop:
    target = tables.table(settings, "gold", contract.table)
    written = tables.whole(spark, target)
    sums = row_hashes(written, contract.names).first() if written is not None else None
    assert sums is not None
    rows, version = int(sums["rows"]), tables.version(target)
    return Hop(batch, contract.table, date, "mart", rows, rows, 0, 0, 0, str(sums["hash"]), None, version, datetime.now(UTC), None)
