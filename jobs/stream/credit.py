"""Credit look-ups -> answers: who is meant, whether it may be told, and how the subject stands on that day."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.conform import normalise
from jobs.conform.rules.organisations import is_uscc
from jobs.conform.rules.persons import is_citizen_id_any
from jobs.stream import buckets, reasons, records, standing, topics
from jobs.stream.overlay import HITS
from jobs.stream.records import Lane
from jobs.stream.rule_set import rule_set
from jobs.stream.sides import Sides
from schemas.codes import code_list

CODE = r"\A[0-9A-Z]{18}\z"  # what can only be meant as a credit code
TRADER = "92"  # an individual business: its code and name are a natural person's, GB 32100-2015
PURPOSES = "credit_purpose"
PENALTY = "行政处罚"  # list of schemas/codes/credit_entry.csv


def answers(lookups: DataFrame, sides: Sides, replica: str) -> DataFrame:
    """Answer each record of the look-up topic.

    lookups: Kafka's columns. subject is a unified social credit code, or a name when only one subject has it.
    Returns topic, key, value, headers: the standing with what stands against the subject on the Beijing day of receipt,
    or an error with its sentence; `unknown` while a source is away; a dead letter for what cannot be read. A look-up on a
    natural person carries the header `person`, for the log the law asks for (PIPL).
    """
    asked = _asked(records.parsed(lookups, ("subject", "purpose", "asker")))
    named = _named(asked, sides)
    code = F.coalesce(F.when(F.col("_is_code"), F.col("_code")), F.when(F.col("_names") == 1, F.col("_named")))
    found = standing.joined(named, sides, code)
    told = found.withColumn("_error", reasons.first(_errors(sides)))
    lane = Lane(topics.CREDIT_ANSWER, topics.CREDIT_DEAD_LETTER, replica, _is_about_a_person())
    return records.replies(told, _answer(sides), lane)


def _asked(parsed: DataFrame) -> DataFrame:
    """Add _code and _name, the subject folded as each is, and which of the two it is meant as."""
    text = {name: F.nullif(normalise.text(F.col(name)), F.lit("")) for name in ("subject", "purpose", "asker")}
    code = normalise.identifier(F.col("subject"), "uscc")
    folded = parsed.withColumns(text).withColumns({"_code": code, "_name": _folded(F.col("subject"))})
    person = F.coalesce(is_citizen_id_any(F.col("_code")), F.lit(False)) & ~F.coalesce(is_uscc(F.col("_code")), F.lit(False))
    marked = folded.withColumn("_is_person", person)
    return marked.withColumn("_is_code", F.coalesce(F.col("_code").rlike(CODE), F.lit(False)) & ~F.col("_is_person"))


def _folded(name: Column) -> Column:
    """A name as names are compared: full-width brackets, one middle dot, no blanks around."""
    return F.translate(normalise.name(name), "()", "（）")


def _named(frame: DataFrame, sides: Sides) -> DataFrame:
    """Add _names, how many subjects have the name asked for, and _named, the code of one of them."""
    gold = sides.frames.get(sides.credit)
    if gold is None:
        return frame.withColumns({"_names": F.lit(None).cast("bigint"), "_named": F.lit(None).cast("string")})
    asked = frame.withColumn("_called", F.when(~F.col("_is_code") & ~F.col("_is_person"), F.col("_name")))
    found = asked.join(F.broadcast(names(gold)), buckets.bucket(F.col("_called")) == F.col("_name_bucket"), "left")
    same = found.withColumn("_same", F.filter("_all_named", lambda one: one["name"] == F.col("_called")))
    named = {"_names": F.when(F.size("_same") > 0, F.size("_same")).cast("bigint"), "_named": F.array_min("_same")["uscc"]}
    return same.withColumns(named).drop("_called", "_same", "_all_named", "_name_bucket")


def names(gold: DataFrame) -> DataFrame:
    """Return the folded name and the code of every subject (_all_named), in buckets by name (_name_bucket)."""
    called = _folded(F.col("name"))
    pair = F.struct(called.alias("name"), F.col("uscc"))
    return buckets.packed(gold, [called], F.collect_list(pair).alias("_all_named")).withColumnRenamed("_bucket", "_name_bucket")


def _errors(sides: Sides) -> list[tuple[Column, reasons.Reason]]:
    """Return what a look-up can fail by; a purpose that is not allowed is said before anything about the subject."""
    allowed = [purpose.code for purpose in code_list(PURPOSES)]
    found = F.col("_subject").isNotNull()
    wrong = F.col("_is_code") & ~found & ~F.coalesce(is_uscc(F.col("_code")), F.lit(False))
    asked = [
        (~F.coalesce(F.col("purpose").isin(allowed), F.lit(False)), reasons.PURPOSE_NOT_ALLOWED),
        (F.col("asker").isNull(), reasons.ASKER_MISSING),
        (F.col("subject").isNull(), reasons.SUBJECT_MISSING),
        (wrong, reasons.WRONG_CHECK_DIGIT),
    ]
    if sides.credit in sides.away:
        return asked
    return [*asked, (F.col("_names") > 1, reasons.AMBIGUOUS_NAME), (~found, reasons.UNKNOWN_SUBJECT)]


def _is_about_a_person() -> Column:
    """True for a citizen number and for an individual business, asked by code or by name."""
    by_code = F.col("_is_code") & F.col("_code").startswith(TRADER)
    return F.coalesce(F.col("_is_person") | by_code | F.col("_subject.uscc").startswith(TRADER), F.col("_is_person") | by_code)


def _answer(sides: Sides) -> Column:
    told = F.col("_error").isNull()
    stands = F.when(told, F.col("_standing")).otherwise(standing.UNKNOWN)
    gone = sides.credit_away
    checked = () if sides.credit in gone else tuple(name for name in sides.credit_sources if name not in gone)
    return F.struct(
        F.col(f"_{records.REQUEST_ID}").alias(records.REQUEST_ID),
        F.when(told, F.col("_subject.uscc")).alias("subject_id"),
        F.when(told, F.col("_subject.name")).alias("subject_name"),
        F.col("_day").alias("as_of"),
        stands.alias("verdict"),
        stands.alias("standing"),
        F.col("_error").alias("error"),
        standing.shown(F.when(told, F.col("_hits"))).alias("hits"),
        *_counts(told),
        F.when(told, _texts(checked)).otherwise(_texts(())).alias("sources_checked"),
        _texts(gone).alias("sources_unavailable"),
        F.col("_version").alias("version"),
        F.col("_change").alias("change"),
        records.moment(F.col("_data_at")).alias("data_at"),
        _is_stale(sides).alias("stale"),
        F.lit(rule_set(sides.standing)).alias("rule_set"),
        records.moment(F.col("_at")).alias("received_at"),
        records.request().alias("request"),
    )


def _counts(told: Column) -> tuple[Column, Column, Column]:
    """How many permits and penalties, and the last of each; penalties as they count on the day, so none that is over."""
    known = told & F.col("_subject").isNotNull()
    penalties = F.filter(F.coalesce("_hits", F.array().cast(HITS)), lambda hit: hit["list"] == PENALTY)
    decided = F.array_max(F.transform(penalties, lambda hit: hit["from"]))
    counted = F.struct(
        F.when(known, F.col("_subject.permit_count")).alias("permits"),
        F.when(known, F.col("_subject.permit_in_force_count")).alias("permits_in_force"),
        F.when(known, F.size(penalties)).alias("penalties"),
    )
    return (
        counted.alias("counts"),
        F.when(known, F.col("_subject.last_permit_on")).alias("last_permit_on"),
        F.when(known, decided).alias("last_penalty_on"),
    )


def _is_stale(sides: Sides) -> Column:
    """Whether the data was older than its contract promises when the look-up came in: no clock but the broker's."""
    oldest = F.col("_at") - F.make_dt_interval(hours=F.lit(sides.standing.freshness_hours))
    return F.coalesce(F.col("_data_at") < oldest, F.lit(False))


def _texts(names: tuple[str, ...]) -> Column:
    return F.array(*(F.lit(name) for name in names)).cast("array<string>")
