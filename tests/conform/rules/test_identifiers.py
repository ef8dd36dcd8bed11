"""Every identifier rule against every vector, in Spark and in plain Python, and both against each other."""

import re
from datetime import date
from typing import Any

import pytest
from pyspark.sql import functions as F

from jobs.conform import normalise
from jobs.conform.plain.catalogue import PLAIN
from jobs.conform.plain.explain import repaired
from jobs.conform.plain.persons import read_citizen_id, upgraded
from jobs.conform.rules import persons
from jobs.conform.rules.catalogue import COLUMN_RULES
from tests.conform.rules import columns
from tests.conform.rules.samples import FILES, HAND_MADE, from_vectors, vector
from tests.soak import rules
from tests.soak.cases import CASES

SAMPLES = from_vectors() + HAND_MADE
RULES = sorted({sample.rule for sample in SAMPLES})
VALUES = {rule: [value for (value,) in rules.values(CASES[rule], 20260302, 0, 2000)] for rule in RULES}  # the same as `make soak` has, but fewer
NORMALISED = "normalised"


@pytest.fixture(scope="module")
def answers(spark: Any) -> dict[tuple[str, str], tuple[bool, str]]:
    """Spark's verdict and normalised text for each rule and value, from one job."""
    values = {(s.rule, s.value) for s in SAMPLES} | {(rule, value) for rule, made in VALUES.items() for value in made}
    frame = spark.createDataFrame(sorted(values), "rule string, value string")
    text, batch = F.col("value"), columns.batch("2026-03-02")
    verdict: Any = F
    spelled: Any = F
    for rule in RULES:
        passed = COLUMN_RULES[rule](columns.text("value"), {}, batch)
        verdict = verdict.when(F.col("rule") == rule, passed)
        spelled = spelled.when(F.col("rule") == rule, normalise.identifier(text, rule))
    rows = frame.select("rule", "value", verdict.alias("passed"), spelled.alias(NORMALISED)).collect()
    return {(row["rule"], row["value"]): (row["passed"], row[NORMALISED]) for row in rows}


@pytest.mark.spark
@pytest.mark.parametrize("rule", RULES)
def test_spark_judges_every_vector_as_the_file_says(rule: str, answers: Any) -> None:
    wrong = [s for s in SAMPLES if s.rule == rule and answers[rule, s.value][0] is not s.valid]
    assert wrong == []


@pytest.mark.parametrize("rule", RULES)
def test_plain_python_judges_every_vector_as_the_file_says(rule: str) -> None:
    wrong = [s for s in SAMPLES if s.rule == rule and PLAIN[rule](s.value) is not s.valid]
    assert wrong == []


@pytest.mark.spark
@pytest.mark.parametrize("rule", RULES)
def test_spark_and_plain_python_agree_on_two_thousand_made_values(rule: str, answers: Any) -> None:
    differing = [value for value in VALUES[rule] if answers[rule, value][0] is not CASES[rule].twin(value)[0]]
    assert (len(VALUES[rule]), differing) == (2000, [])


@pytest.mark.spark
@pytest.mark.parametrize("rule", RULES)
def test_spark_and_plain_python_spell_every_value_alike(rule: str, answers: Any) -> None:
    differing = [value for value in VALUES[rule] if answers[rule, value][1] != CASES[rule].twin(value)[1]]
    assert differing == []


@pytest.mark.parametrize("rule", RULES)
def test_made_values_hit_both_verdicts(rule: str) -> None:
    assert {CASES[rule].twin(value)[0] for value in VALUES[rule]} == {True, False}


@pytest.mark.parametrize("rule", sorted(set(FILES) - {"citizen_id_15"}))
def test_normalising_repairs_exactly_the_values_the_file_says_and_leaves_the_others(rule: str) -> None:
    found = {s.value: repaired(rule, s.value) for s in from_vectors() if s.rule == rule}
    assert found == {s.value: s.repaired or None for s in from_vectors() if s.rule == rule}


@pytest.mark.spark
def test_null_comes_out_as_null(spark: Any) -> None:
    empty = columns.text(F.lit(None).cast("string"))
    judged = [COLUMN_RULES[rule](empty, {}, columns.batch("2026-03-02")).alias(rule) for rule in RULES]
    assert spark.range(1).select(judged).first().asDict() == dict.fromkeys(RULES)


def test_a_fifteen_digit_number_is_upgraded_as_the_file_says() -> None:
    valid = [row for row in vector("citizen_id_15") if row["valid"] == "1"]
    assert [upgraded(row["value"]) for row in valid] == [row["upgraded_18"] for row in valid]


@pytest.mark.spark
def test_spark_upgrades_valid_fifteen_digit_numbers_and_nothing_else(spark: Any) -> None:
    rows = vector("citizen_id_15")
    frame = spark.createDataFrame([(row["value"],) for row in rows], "value string")
    found = frame.select("value", persons.upgraded_citizen_id(F.col("value")).alias("upgraded")).collect()
    assert {r["value"]: r["upgraded"] for r in found} == {r["value"]: r["upgraded_18"] or None for r in rows}


def test_dates_in_citizen_numbers_are_those_of_the_calendar_for_three_centuries() -> None:
    days = range(date(1800, 1, 1).toordinal(), date(2099, 12, 31).toordinal() + 1)
    real = {date.fromordinal(day).strftime("%Y%m%d") for day in days}
    written = {f"{y}{m:02}{d:02}" for y in range(1800, 2100) for m in range(14) for d in range(33)}
    assert {day for day in written if re.fullmatch(persons.DATE_8, day)} == real


def test_nobody_is_born_after_the_day_of_the_batch() -> None:
    number = "370102202010109999"
    born = {day: read_citizen_id(number, day).fault is None for day in (date(2020, 10, 9), date(2020, 10, 10))}
    assert born == {date(2020, 10, 9): False, date(2020, 10, 10): True}


@pytest.mark.spark
def test_spark_holds_birth_dates_to_the_day_of_the_batch(spark: Any) -> None:
    number = columns.text(F.lit("370102202010109999"))
    days = {day: COLUMN_RULES["citizen_id"](number, {}, columns.batch(day)) for day in ("2020-10-09", "2020-10-10")}
    found = spark.range(1).select([passed.alias(day) for day, passed in days.items()]).first()
    assert found.asDict() == {"2020-10-09": False, "2020-10-10": True}
