"""What is compared: a rule's values, what plain Python answers to one, and the Spark columns that answer the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa

from jobs.conform.breakpoints import DAILY, TABLES
from jobs.conform.plain import air, numbers, persons, spelling, workdays
from jobs.conform.plain.catalogue import PLAIN
from schemas.contract import RuleUse
from schemas.errors import Refused
from tests.soak.misses import missed
from tests.soak.values import DIVISIONS, MADE

DAY = date(2026, 3, 2)  # of the batch
LIMIT = 20  # working days
RIGHT, STRANGER = 0.35, 0.05  # shares of values as made, and of those made for another rule; the rest are near misses
DATED: Mapping[str, Callable[[str, date], Any]] = {"citizen_id": persons.read_citizen_id, "citizen_id_any": persons.read_citizen_id_any}
TEXT = pa.schema([("value", pa.string())])
VERDICT = pa.schema([("passed", pa.bool_()), ("spelled", pa.string())])


@dataclass(frozen=True)
class Case:
    """given: the columns of a value.  answers: those of an answer.  spark: adds them to a frame of values, as spark_<name>."""

    name: str
    given: pa.Schema
    answers: pa.Schema
    made: Callable[[Random], tuple[Any, ...]]
    twin: Callable[..., tuple[Any, ...]]
    spark: Callable[[Any], Any]


def _text_made(rule: str) -> Callable[[Random], tuple[Any, ...]]:
    names = sorted(MADE)

    def made(rng: Random) -> tuple[Any, ...]:
        pick = rng.random()
        if pick < STRANGER:
            return (MADE[rng.choice(names)](rng),)
        value = MADE[rule](rng)
        return (value if pick < STRANGER + RIGHT else missed(rng, value),)

    return made


def _identifier(rule: str) -> Case:
    def twin(value: str) -> tuple[Any, ...]:
        passed = DATED[rule](value, DAY).fault is None if rule in DATED else PLAIN[rule](value)
        return passed, spelling.normalised(rule, value)

    def spark(frame: Any) -> Any:
        from pyspark.sql import functions as F

        from jobs.conform import normalise
        from jobs.conform.rules.catalogue import COLUMN_RULES
        from tests.conform.rules import columns

        passed = COLUMN_RULES[rule](columns.text("value"), {}, columns.batch(DAY.isoformat()))
        return frame.withColumns({"spark_passed": passed, "spark_spelled": normalise.identifier(F.col("value"), rule)})

    return Case(rule, TEXT, VERDICT, _text_made(rule), twin, spark)


def _upgraded() -> Case:
    def twin(value: str) -> tuple[Any, ...]:
        return (persons.upgraded(value) if PLAIN["citizen_id_15"](value) else None,)

    def spark(frame: Any) -> Any:
        from pyspark.sql import functions as F

        from jobs.conform.rules.persons import upgraded_citizen_id

        return frame.withColumn("spark_upgraded", upgraded_citizen_id(F.col("value")))

    return Case("upgraded_citizen_id", TEXT, pa.schema([("upgraded", pa.string())]), _text_made("citizen_id_15"), twin, spark)


def _masked() -> Case:
    def twin(value: str) -> tuple[Any, ...]:
        return (numbers.masked(value)[0],)

    def spark(frame: Any) -> Any:
        from pyspark.sql import functions as F

        from jobs.conform.masks import masked

        return frame.withColumn("spark_masked", masked(F.col("value")))

    return Case("personal_number", TEXT, pa.schema([("masked", pa.string())]), _text_made("personal_number"), twin, spark)


def _index() -> Case:
    """The air quality index: concentrations on, beside and between the breakpoints of both editions."""
    known = sorted({column for table in TABLES.values() for column in table})
    points = {column: sorted({point for table in TABLES.values() for point in table.get(column, ())}) for column in known}

    def made(rng: Random) -> tuple[Any, ...]:
        column, pick = rng.choice(known), rng.random()
        near = Decimal(rng.choice(points[column])) + Decimal(rng.randint(-40, 40)).scaleb(-rng.choice((1, 2, 12)))
        value = None if pick < 0.01 else near if pick < 0.6 else Decimal(rng.randrange(-1_000, 60_000_000)).scaleb(-rng.choice((0, 2, 4)))
        return (rng.choice(("NOx", "pm10")), *column[1:], value, DAY) if pick > 0.99 else (*column, value, DAY + timedelta(days=rng.randint(-3, 3)))

    def twin(pollutant: str, mean: str, concentration: Decimal | None, day: date) -> tuple[Any, ...]:
        return (air.iaqi(concentration, pollutant, mean, day) if pollutant in DAILY else None,)

    def spark(frame: Any) -> Any:
        from pyspark.sql import functions as F

        from jobs.conform.air import FUNCTIONS

        for text in FUNCTIONS.values():
            frame.sparkSession.sql(text)
        return frame.withColumn("spark_iaqi", F.expr("iaqi(concentration, pollutant, mean, day)"))

    given = pa.schema([("pollutant", pa.string()), ("mean", pa.string()), ("concentration", pa.decimal128(30, 12)), ("day", pa.date32())])
    return Case("iaqi", given, pa.schema([("iaqi", pa.int32())]), made, twin, spark)


def _limit() -> Case:
    """The limit in working days: days around holidays and made-up days, and around both ends of what is published."""
    calendar = workdays.published()
    first, length = min(calendar), (max(calendar) - min(calendar)).days

    def made(rng: Random) -> tuple[Any, ...]:
        since = first + timedelta(days=rng.randint(-5, length + 5))
        return since, since + timedelta(days=rng.choice((rng.randint(-3, 60), rng.randint(25, 40))))

    def twin(since: date, until: date) -> tuple[Any, ...]:
        if since not in calendar or until not in calendar:
            return False, True
        try:
            return until > workdays.due_date(since, LIMIT, "W", [], calendar), False
        except Refused:  # it ends behind all that is published, and so behind `until`
            return False, False

    def spark(frame: Any) -> Any:
        from pyspark.sql import functions as F

        from jobs.conform import lookups
        from jobs.conform.rules.value import Value
        from tests.ingest.cases import column, contract

        use = RuleUse("workday_limit", "warn", {"column": "until", "since": "since", "days": LIMIT, "table": "working_day"})
        kind = replace(contract(*(column(name, logical_type="date") for name in ("since", "until"))), row_rules=(use,))
        values = {field.name: Value(F.col(field.name).cast("string"), F.col(field.name), field) for field in kind.columns}
        days = frame.sparkSession.createDataFrame(list(calendar.items()), "day date, is_workday boolean")
        joined, (late, missing) = lookups.join(frame, kind, values, {"working_day": days}, F.lit(DAY))
        return joined.withColumns({"spark_late": late.bad, "spark_missing": missing.bad})

    given = pa.schema([("since", pa.date32()), ("until", pa.date32())])
    return Case("workday_limit", given, pa.schema([("late", pa.bool_()), ("missing", pa.bool_())]), made, twin, spark)


def _division() -> Case:
    """A division valid on a day: real codes of 1980 to 2023, on both ends of their years and beside them. The twin is a look through all spans."""
    spans: dict[str, list[tuple[date, date]]] = {}
    for row in DIVISIONS:
        spans.setdefault(row["code"], []).append((date.fromisoformat(row["valid_from"]), date.fromisoformat(row["valid_to"])))
    codes = sorted(spans)

    def made(rng: Random) -> tuple[Any, ...]:
        code = rng.choice(codes)
        end = rng.choice(rng.choice(spans[code]))
        day = min(end, date(2030, 1, 1)) + timedelta(days=rng.choice((-1, 0, 1, rng.randint(-4_000, 4_000))))
        return (missed(rng, code) if rng.random() < 0.1 else code), None if rng.random() < 0.01 else day

    def twin(code: str, day: date | None) -> tuple[Any, ...]:
        return (code not in spans or (day is not None and not any(first <= day <= last for first, last in spans[code])),)

    def spark(frame: Any) -> Any:
        from pyspark.sql import functions as F

        from jobs.conform import lookups
        from jobs.conform.rules.value import Value
        from tests.ingest.cases import column, contract

        use = RuleUse("in_table", "warn", {"table": "admin_division", "column": "code", "valid_from": "valid_from", "valid_to": "valid_to", "on": "day"})
        kind = contract(column("code", rules=(use,)), column("day", logical_type="date"))
        values = {field.name: Value(F.col(field.name).cast("string"), F.col(field.name), field) for field in kind.columns}
        rows = [(code, *span) for code, ends in spans.items() for span in ends]
        known = frame.sparkSession.createDataFrame(rows, "code string, valid_from date, valid_to date")
        joined, (bad,) = lookups.join(frame.withColumn("_defect", F.lit(None).cast("string")), kind, values, {"admin_division": known}, F.lit(DAY))
        return joined.withColumn("spark_bad", bad.bad)

    given = pa.schema([("code", pa.string()), ("day", pa.date32())])
    return Case("in_table", given, pa.schema([("bad", pa.bool_())]), made, twin, spark)


IDENTIFIERS = [_identifier(rule) for rule in MADE if rule in PLAIN and rule != numbers.RULE]
CASES: Mapping[str, Case] = {case.name: case for case in (*IDENTIFIERS, _upgraded(), _masked(), _index(), _limit(), _division())}
