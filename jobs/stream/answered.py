"""Answers as Kafka holds them -> rows of the verdict ledger: read, compared with what is known, hashed. No reading, no writing."""

from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.evidence import leaf
from jobs.stream.topics import ENGINE, REQUEST

ANSWER = (
    "request_id string, verdict string, violations array<struct<rule:string>>, contract_version string, rule_set string, "
    "credit struct<version:bigint,change:bigint>, version bigint, change bigint, received_at string, request struct<topic:string,partition:int,offset:bigint,sha256:string>"
)
ROW = (
    "request_id string, kind string, request string, request_sha256 string, verdict string, rules array<string>, rule_set string, "
    "contract_version string, credit_version bigint, received_at timestamp, answered_at timestamp, engine string, doubles int, "
    "value string, batch_id bigint, leaf string, received_on date"
)
DISAGREEMENT = (
    "request_id string, reason string, answered_at timestamp, engine string, value string, kept_engine string, kept_value string, batch_id bigint"
)
NAMES = tuple(column.split(" ")[0] for column in ROW.split(", "))


def read(records: DataFrame) -> DataFrame:
    """Return Kafka's records as answers, in one partition, so that nothing of a batch's few thousand rows is shuffled.

    records: Kafka's columns with headers. `request_id` is null for what is no answer.
    """
    return _read(records.coalesce(1))


def compared(answers: DataFrame, known: DataFrame) -> DataFrame:
    """Return the answers with what is kept of each request, and why an answer is not it.

    known: request_id, engine, value of ledger rows about these requests. `_is_kept`: the first answer, by the broker's time,
    to a request that the ledger does not have; `doubles` counts the further ones in the batch. `_kept` is the kept answer.
    reason: null when there is nothing to say about an answer, else `answer` (two engines differ on one request at equal
    versions: the alert), `version` (they judged by different versions), `request` (another request under the same id),
    `resent` (the same bytes sent again, judged differently), `unreadable`.
    """
    stored = known.select("request_id", "engine", "value").withColumn("_stored", F.lit(1))
    both = answers.withColumn("_stored", F.lit(0)).unionByName(stored, allowMissingColumns=True).coalesce(1)
    of_request = Window.partitionBy("request_id")
    in_order = of_request.orderBy(F.desc("_stored"), "answered_at", "_partition", "_offset")
    placed = both.select(
        "*",
        (F.count(F.lit(1)).over(of_request) - 1).cast("int").alias("doubles"),
        (F.col("request_id").isNotNull() & (F.row_number().over(in_order) == 1)).alias("_is_kept"),
        F.first(F.struct("engine", "value")).over(in_order).alias("_kept"),
    )
    one, kept = F.from_json("value", ANSWER), F.from_json("_kept.value", ANSWER)
    return placed.where(F.col("_stored") == 0).withColumn("reason", _reason(one, kept))


def fresh(compared: DataFrame, batch: int) -> DataFrame:
    """Return the rows that the ledger does not have yet, with their batch and their leaf."""
    numbered = compared.where("_is_kept").withColumn("batch_id", F.lit(batch).cast("bigint"))
    return numbered.withColumn("leaf", leaf_of()).select(*NAMES)


def disagreeing(compared: DataFrame, batch: int) -> DataFrame:
    """Return the answers about which there is something to say, beside the answer that is kept."""
    return compared.where(F.col("reason").isNotNull()).select(
        F.coalesce("request_id", "_key").alias("request_id"), "reason", "answered_at", "engine", "value", F.col("_kept.engine").alias("kept_engine"),
        F.col("_kept.value").alias("kept_value"), F.lit(batch).cast("bigint").alias("batch_id"),
    )


def leaf_of() -> Column:
    """The leaf of a row: jobs/evidence/leaf.py in columns, held equal to it by a test."""
    return F.sha2(F.concat(*(_line(name, _text(name)) for name in leaf.NAMES)), 256)


def _read(records: DataFrame) -> DataFrame:
    value = F.try_validate_utf8(F.col("value").cast("string"))
    found, request = F.from_json(value, ANSWER), _header(REQUEST)
    received = F.coalesce(F.try_to_timestamp(found["received_at"]), F.col("timestamp"))
    return records.select(
        found["request_id"].alias("request_id"),
        F.substring_index("topic", ".", 1).alias("kind"),
        F.try_validate_utf8(request.cast("string")).alias("request"),
        F.coalesce(F.sha2(request, 256), found["request"]["sha256"]).alias("request_sha256"),
        found["verdict"].alias("verdict"),
        F.coalesce(F.transform(found["violations"], lambda one: one["rule"]), F.array().cast("array<string>")).alias("rules"),
        *(found[name].alias(name) for name in ("rule_set", "contract_version")),
        F.coalesce(found["credit"]["version"], found["version"]).alias("credit_version"),
        received.alias("received_at"),
        F.col("timestamp").alias("answered_at"),
        F.try_validate_utf8(_header(ENGINE).cast("string")).alias("engine"),
        value.alias("value"),
        F.to_date(received).alias("received_on"),
        F.try_validate_utf8(F.col("key").cast("string")).alias("_key"),
        F.col("partition").alias("_partition"),
        F.col("offset").alias("_offset"),
    )


def _header(name: str) -> Column:
    return F.try_element_at(F.filter("headers", lambda one: one["key"] == name), F.lit(1))["value"]


def _reason(one: Column, kept: Column) -> Column:
    def is_same(*names: str) -> Column:
        return reduce(Column.__and__, (one[name].eqNullSafe(kept[name]) for name in names))

    differs = F.when(~is_same("rule_set", "contract_version", "version", "change", "credit"), "version")
    again = F.when(~one["request"]["sha256"].eqNullSafe(kept["request"]["sha256"]), "request").when(~is_same("verdict"), "resent")
    return (
        F.when(F.col("request_id").isNull(), "unreadable")
        .when(F.col("value") == F.col("_kept.value"), None)
        .when(is_same("request"), differs.otherwise("answer"))
        .otherwise(again)
    )


def _text(name: str) -> Column:
    if name.endswith("_hash"):
        return F.sha2(name.removesuffix("_hash"), 256)
    if name.endswith("_at"):
        return F.date_format(name, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'")
    return F.to_json(name) if name == "rules" else F.col(name).cast("string")


def _line(name: str, text: Column) -> Column:
    told = F.concat(F.lit(f"{name}:"), F.octet_length(text).cast("string"), F.lit(":"), text, F.lit("\n"))
    return F.coalesce(told, F.lit(f"{name}:-:\n"))
