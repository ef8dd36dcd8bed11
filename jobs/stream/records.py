"""Kafka records -> what they ask, and answers -> Kafka records. What cannot be read becomes a dead letter, whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.conform.cast import ZONE
from jobs.stream import topics

REQUEST_ID = "request_id"
CORRUPT = "_corrupt"


@dataclass(frozen=True)
class Lane:
    """Where one question is answered. person: whether an answer is about a natural person; None where nobody asks."""

    answers: str
    dead_letters: str
    replica: str
    person: Column | None = None


def parsed(records: DataFrame, names: Sequence[str]) -> DataFrame:
    """Read the JSON object of each record.

    records: Kafka's columns (value binary, topic, partition, offset, timestamp).
    Returns the named members as text, null where absent, and of the record itself: _request_id, _value (its bytes), _at
    (broker time), _day (the Beijing day of it), _topic, _partition, _offset, and _broken: null, `encoding` or `shape`.
    """
    fields = ", ".join(f"`{name}` string" for name in (REQUEST_ID, *names, CORRUPT))
    text = F.try_validate_utf8(F.col("value").cast("string"))
    options = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": CORRUPT}
    row = records.select("*", text.alias("_json"), F.from_json(text, fields, options).alias("_read"))
    broken = F.col("_read").isNull() | F.col(f"_read.{CORRUPT}").isNotNull()
    return row.select(
        *(F.col(f"_read.{name}").alias(name) for name in names),
        F.when(F.btrim(F.col(f"_read.{REQUEST_ID}")) != "", F.col(f"_read.{REQUEST_ID}")).alias(f"_{REQUEST_ID}"),
        F.col("value").alias("_value"),
        F.col("timestamp").alias("_at"),
        F.to_date(F.from_utc_timestamp(F.col("timestamp"), ZONE)).alias("_day"),
        *(F.col(name).alias(f"_{name}") for name in ("topic", "partition", "offset")),
        F.when(F.col("_json").isNull(), "encoding").when(broken, "shape").alias("_broken"),
    )


def replies(judged: DataFrame, answer: Column, lane: Lane) -> DataFrame:
    """Return topic, key, value, headers: the answer as JSON to what could be read, a dead letter to what could not.

    The value says nothing of who answered or when, so that every replica's is the same to the byte.
    """
    reason = _unreadable()
    value = F.to_json(answer, {"ignoreNullFields": "false"}).cast("binary")
    engine = _header(topics.ENGINE, F.lit(lane.replica))
    answered = F.array(engine, _header(topics.REQUEST, F.col("_value")))
    if lane.person is not None:
        about_person = F.array(engine, _header(topics.REQUEST, F.col("_value")), _header(topics.PERSON, F.lit("1")))
        answered = F.when(lane.person, about_person).otherwise(answered)
    return judged.select(
        F.when(reason.isNull(), lane.answers).otherwise(lane.dead_letters).alias("topic"),
        F.col(f"_{REQUEST_ID}").cast("binary").alias("key"),
        F.when(reason.isNull(), value).otherwise(F.col("_value")).alias("value"),
        F.when(reason.isNull(), answered).otherwise(F.array(_header(topics.REASON, reason), engine)).alias("headers"),
    )


def request() -> Column:
    """Where the request stands in Kafka, and the hash of its bytes."""
    place = (F.col(f"_{name}").alias(name) for name in ("topic", "partition", "offset"))
    return F.struct(*place, F.sha2(F.col("_value"), 256).alias("sha256"))


def moment(instant: Column) -> Column:
    """An instant as text, RFC 3339 in UTC with milliseconds."""
    return F.date_format(instant, "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'")


def broken() -> Column:
    """Why a record is no JSON object, as a sentence; null when it is one."""
    encoding = F.when(F.col("_broken") == "encoding", "The record is not UTF-8. Send JSON in UTF-8.")
    return encoding.when(F.col("_broken") == "shape", "The record is not a JSON object. Send one object a message.")


def _header(name: str, value: Column) -> Column:
    return F.struct(F.lit(name).alias("key"), value.cast("binary").alias("value"))


def _unreadable() -> Column:
    """Why a record cannot be answered, as a sentence without its values; null when it can."""
    nameless = F.when(F.col(f"_{REQUEST_ID}").isNull(), f"The record has no '{REQUEST_ID}', so nobody could find the answer. Add it.")
    return F.coalesce(broken(), nameless)
