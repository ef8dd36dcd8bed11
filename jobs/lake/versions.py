"""Tables that keep the past: each row is one version of a record, and says from when, and until when, it counts.

A version counts from `_valid_from` up to, not on, `_valid_to` (null: until something newer is known). That end is no news of its own:
it follows from the versions beside it, so it is the same in whatever order they came.
"""

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

VALID_FROM, VALID_TO, IS_DELETED = "_valid_from", "_valid_to", "_is_deleted"
RECORDED = ("_ingested_at", "_batch")  # of two versions from the same time the one recorded later counts


def ended(versions: DataFrame, key: tuple[str, ...]) -> DataFrame:
    """Return the versions with their ends; all versions of a record must be among them.

    The end of a version is the beginning of the next one. That of a deletion, and of a version that was put right
    by one from the same time, is its own beginning: neither ever counts.
    """
    following = F.lead(VALID_FROM).over(Window.partitionBy(*key).orderBy(VALID_FROM, *RECORDED))
    return versions.withColumn(VALID_TO, F.when(F.col(IS_DELETED), F.col(VALID_FROM)).otherwise(following))


def valid_on(rows: DataFrame, day: str) -> DataFrame:
    """Return the versions that count when a day in Beijing is over; every row of a table that keeps no past."""
    if VALID_TO not in rows.columns:
        return rows
    after = _midnight_after(rows, day)
    return rows.where((F.col(VALID_FROM) < after) & (F.col(VALID_TO).isNull() | (F.col(VALID_TO) >= after)))


def begun_on(rows: DataFrame, day: str) -> DataFrame:
    """Return the versions that count from a time before a day in Beijing is over, also those put right or followed since; every row of a table that keeps no past."""
    return rows.where(F.col(VALID_FROM) < _midnight_after(rows, day)) if VALID_TO in rows.columns else rows


def newest(rows: DataFrame) -> DataFrame:
    """Return the versions that nothing newer is known of, those of deleted records left out; every row of a table that keeps no past."""
    return rows.where(F.col(VALID_TO).isNull()) if VALID_TO in rows.columns else rows


def _midnight_after(rows: DataFrame, day: str) -> Column:
    after = F.lit((date.fromisoformat(day) + timedelta(days=1)).isoformat())
    if dict(rows.dtypes)[VALID_FROM] == "date":
        return after.cast("date")
    return F.convert_timezone(F.lit("Asia/Shanghai"), F.lit("UTC"), after.cast("timestamp_ntz")).cast("timestamp")
