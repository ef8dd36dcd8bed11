"""Kafka records -> verdict records: parse, conform with the contract, say what is wrong in words. No reading, no writing."""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.conform.cast import ZONE
from jobs.conform.conform import conform
from schemas.contract import Contract
from schemas.rules import RULES

REQUEST_ID = "request_id"
CORRUPT = "_corrupt"


def answers(records: DataFrame, contract: Contract, references: Mapping[str, DataFrame], topics: Mapping[str, str]) -> DataFrame:
    """Answer each record of a request topic.

    records: Kafka's columns (value binary, topic, partition, offset, timestamp).
    topics: the names of the `verdict` and the `dead_letter` topic.
    Returns topic, key, value, headers: a verdict as JSON for what could be parsed; for the rest the original bytes and
    the reason as header `reason`. The business date of a record is the Beijing day on which the broker took it in.
    """
    parsed = _parsed(records, contract)
    day = F.to_date(F.from_utc_timestamp(F.col("_at"), ZONE))
    judged = conform(parsed, contract, references, day)
    reason = _unreadable()
    verdict = F.to_json(_verdict(contract), {"ignoreNullFields": "false"}).cast("binary")
    header = F.struct(F.lit("reason").alias("key"), reason.cast("binary").alias("value"))
    return judged.select(
        F.when(reason.isNull(), topics["verdict"]).otherwise(topics["dead_letter"]).alias("topic"),
        F.col(f"_{REQUEST_ID}").cast("binary").alias("key"),
        F.when(reason.isNull(), verdict).otherwise(F.col("_value")).alias("value"),
        F.when(reason.isNotNull(), F.array(header)).alias("headers"),
    )


def _parsed(records: DataFrame, contract: Contract) -> DataFrame:
    fields = ", ".join(f"`{name}` string" for name in (REQUEST_ID, *contract.names, CORRUPT))
    text = F.try_validate_utf8(F.col("value").cast("string"))
    options = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": CORRUPT}
    row = records.select("*", text.alias("_json"), F.from_json(text, fields, options).alias("_row_"))
    broken = F.col("_row_").isNull() | F.col(f"_row_.{CORRUPT}").isNotNull()
    return row.select(
        *(F.col(f"_row_.{name}").alias(name) for name in contract.names),
        F.lit(None).cast("map<string,string>").alias("_extra"),
        F.lit(None).cast("string").alias("_file"),
        F.col("topic").alias("_path"),
        F.col("offset").alias("_row"),
        F.when(F.col("_json").isNull(), "encoding").when(broken, "shape").alias("_defect"),
        F.lit(None).cast("string").alias("_raw"),
        F.col(f"_row_.{REQUEST_ID}").alias(f"_{REQUEST_ID}"),
        F.col("value").alias("_value"),
        F.col("timestamp").alias("_at"),
    )


def _unreadable() -> Column:
    """Why a record cannot be answered, as a sentence; null when it can."""
    rules = F.transform("_violations", lambda violation: violation["rule"])
    return (
        F.when(F.array_contains(rules, "encoding"), "The record is not UTF-8. Send JSON in UTF-8.")
        .when(F.array_contains(rules, "shape"), "The record is not a JSON object. Send one object a message.")
        .when(F.col(f"_{REQUEST_ID}").isNull(), f"The record has no '{REQUEST_ID}', so nobody could find the answer. Add it.")
    )


def _verdict(contract: Contract) -> Column:
    return F.struct(
        F.col(f"_{REQUEST_ID}").alias(REQUEST_ID),
        F.when(F.col("_disposition") == "silver", "accept").otherwise("reject").alias("verdict"),
        F.transform("_violations", _worded).alias("violations"),
        F.lit(contract.table).alias("table"),
        F.lit(contract.version).alias("contract_version"),
        F.date_format("_at", "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").alias("received_at"),
    )


def _worded(violation: Column) -> Column:
    sentences = {
        language: F.create_map(*(F.lit(text) for rule in RULES.values() for text in (rule.name, getattr(rule, language))))
        for language in ("zh", "en")
    }
    return F.struct(
        violation["rule"].alias("rule"),
        violation["column"].alias("column"),
        violation["severity"].alias("severity"),
        *(F.concat_ws(" ", violation["column"], words[violation["rule"]]).alias(name) for name, words in sentences.items()),
    )
