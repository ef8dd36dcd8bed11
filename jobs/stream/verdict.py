"""Requests for instant items -> verdicts: the contract's rules, the item's conditions, the case number, the credit."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.conform.conform import conform
from jobs.conform.rules.organisations import is_uscc
from jobs.conform.rules.persons import is_citizen_id_any
from jobs.stream import buckets, item, reasons, records, standing, topics
from jobs.stream.records import Lane
from jobs.stream.rule_set import rule_set
from jobs.stream.sides import Sides
from schemas.contract import Contract
from schemas.rules import RULES

NATURAL_PERSON = "1"  # GB/T 39046-2020 A.4
APPLICANT, APPLICANT_TYPE, CASE = "applyer_page_code", "applyer_type", "project_no"
MANUAL = {standing.REVIEW: reasons.CREDIT_REVIEW, standing.BLOCK: reasons.CREDIT_BLOCK, standing.UNKNOWN: reasons.CREDIT_UNKNOWN}
WORDS = (*((rule.name, rule.zh, rule.en) for rule in RULES.values()), (reasons.CASE_SEEN.code, reasons.CASE_SEEN.zh, reasons.CASE_SEEN.en))


def verdicts(requests: DataFrame, sides: Sides, replica: str) -> DataFrame:
    """Answer each record of the request topic.

    requests: Kafka's columns (value binary, topic, partition, offset, timestamp).
    Returns topic, key, value, headers: accept, reject (a rule that quarantines or a condition of the item is broken, or
    the case number was seen before) or manual (the credit asks for a person, or something needed is away), each with why;
    a dead letter for what cannot be read. The business date is the Beijing day on which the broker took the record in.
    """
    judged = conform(_raw(requests, sides), sides.reachable, sides.references, F.col("_day"))
    seen = _seen(item.joined(judged, sides), sides)
    known = standing.joined(seen, sides, F.when(_is_organisation(), F.col(APPLICANT)))
    credit = F.when(_is_organisation(), F.col("_standing")).when(~_is_person(), standing.UNKNOWN)
    decided = known.withColumns({"_credit": credit, "_refused": reasons.gathered(item.failed(sides))})
    asked = decided.withColumn("_asked", reasons.gathered(_for_a_person(sides)))
    return records.replies(asked, _verdict(sides), Lane(topics.INSTANT_VERDICT, topics.INSTANT_DEAD_LETTER, replica))


def _raw(requests: DataFrame, sides: Sides) -> DataFrame:
    """The requests as conform takes rows; what the answer needs of the record passes through."""
    absent = {"_extra": "map<string,string>", "_file": "string", "_raw": "string"}
    named = {"_path": F.col("_topic"), "_row": F.col("_offset"), "_defect": F.col("_broken")}
    nothing = {name: F.lit(None).cast(kind) for name, kind in absent.items()}
    return records.parsed(requests, (*sides.contract.names, item.MATERIALS)).withColumns({**nothing, **named})


def _seen(frame: DataFrame, sides: Sides) -> DataFrame:
    """Add the violation `case_seen` where the case was accepted before; numbers are unique within a data source."""
    accepted = sides.frames.get(sides.accepted)
    if accepted is None:
        return frame
    key = [F.col(name) for name in sides.contract.key]
    found = frame.join(F.broadcast(numbers(accepted, sides.contract)), buckets.bucket(*key) == F.col("_seen_bucket"), "left")
    fields = {"rule": reasons.CASE_SEEN.code, "column": CASE, "severity": "quarantine", "value": None}
    violation = F.struct(*(F.lit(value).cast("string").alias(name) for name, value in fields.items()))
    more = F.when(F.array_contains("_seen", _number(sides.contract)), F.concat("_violations", F.array(violation))).otherwise(F.col("_violations"))
    return found.withColumn("_violations", more)


def numbers(accepted: DataFrame, contract: Contract) -> DataFrame:
    """Return the numbers of the cases accepted so far (_seen), in buckets (_seen_bucket)."""
    key = [F.col(name) for name in contract.key]
    return buckets.packed(accepted, key, F.collect_set(_number(contract)).alias("_seen")).withColumnRenamed("_bucket", "_seen_bucket")


def _number(contract: Contract) -> Column:
    """What tells cases apart, as one text; null where a part of it is."""
    return F.concat(*(part for name in contract.key for part in (F.lit("\n"), F.col(name))))


def _is_organisation() -> Column:
    return F.coalesce(is_uscc(F.col(APPLICANT)), F.lit(False))


def _is_person() -> Column:
    """Whether the applicant is a natural person, whose credit no list here may tell."""
    return F.coalesce(F.col(APPLICANT_TYPE) == NATURAL_PERSON, F.lit(False)) | F.coalesce(is_citizen_id_any(F.col(APPLICANT)), F.lit(False))


def _for_a_person(sides: Sides) -> list[tuple[Column, reasons.Reason]]:
    looked_up = {f"silver.{name}" for name in sides.contract.references} | {item.CATALOGUE, sides.accepted}
    missing = [(F.lit(True), reasons.away(name)) for name in sorted(looked_up & sides.away)]
    credit_missing = [(_is_organisation(), reasons.away(name)) for name in sides.credit_away]
    return [*((F.col("_credit") == stands, reason) for stands, reason in MANUAL.items()), *missing, *credit_missing]


def _verdict(sides: Sides) -> Column:
    is_bad = F.exists("_violations", lambda violation: violation["severity"] == "quarantine") | (F.size("_refused") > 0)
    return F.struct(
        F.col(f"_{records.REQUEST_ID}").alias(records.REQUEST_ID),
        F.when(is_bad, "reject").when(F.size("_asked") > 0, "manual").otherwise("accept").alias("verdict"),
        F.transform(F.filter("_violations", lambda one: ~_is_shadow(one)), _worded).alias("violations"),
        F.transform(F.filter("_violations", _is_shadow), lambda one: F.struct(one["rule"].alias("rule"), one["column"].alias("column"))).alias("shadow"),
        F.concat("_refused", "_asked").alias("reasons"),
        F.lit(sides.contract.table).alias("table"),
        F.lit(sides.contract.version).alias("contract_version"),
        F.lit(rule_set(sides.contract)).alias("rule_set"),
        _credit(),
        records.moment(F.col("_at")).alias("received_at"),
        records.request().alias("request"),
    )


def _credit() -> Column:
    """The applicant's standing and the data it was told from; nulls where none was asked for, as for natural persons."""
    known = F.col("_credit").isNotNull()
    return F.struct(
        F.col("_credit").alias("standing"),
        F.when(known, F.col("_version")).alias("version"),
        F.when(known, F.col("_change")).alias("change"),
        F.when(known, records.moment(F.col("_data_at"))).alias("as_of"),
    ).alias("credit")


def _is_shadow(violation: Column) -> Column:
    """Whether the rule only runs along: it is computed and counted, and the clerk is told nothing."""
    return violation["severity"] == "shadow"


def _worded(violation: Column) -> Column:
    zh, en = (F.create_map(*(F.lit(text) for words in WORDS for text in (words[0], words[place]))) for place in (1, 2))
    return F.struct(
        *(violation[name].alias(name) for name in ("rule", "column", "severity")),
        *(F.concat_ws(" ", violation["column"], words[violation["rule"]]).alias(name) for name, words in (("zh", zh), ("en", en))),
    )
