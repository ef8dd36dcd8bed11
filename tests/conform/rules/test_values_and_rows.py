"""Rules whose bounds a contract gives: about one value, and about several columns of a row."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.conform.rules.catalogue import COLUMN_RULES, ROW_RULES, Value
from schemas.errors import Refused
from tests.conform.rules import columns

pytestmark = pytest.mark.spark
BATCH = "2026-03-02"
Make = Callable[[], Value]


def words(content: str | None) -> Make:
    return lambda: columns.text(F.lit(content).cast("string"))


def of(logical: str, content: str | None, physical: str = "") -> Make:
    kinds = {"integer": "bigint", "number": "decimal(18,2)", "date": "date", "timestamp": "timestamp"}
    return lambda: columns.typed("value", logical, content, physical or kinds[logical])


ONE: dict[str, tuple[str, Make, dict[str, Any], bool | None]] = {
    "value listed": ("enum", words("a"), {"values": ["a", "b"]}, True),
    "value not listed": ("enum", words("c"), {"values": ["a", "b"]}, False),
    "no value to look up": ("enum", words(None), {"values": ["a"]}, None),
    "integer listed, written with a zero": ("enum", of("integer", "01"), {"values": [1]}, True),
    "code of a list": ("enum", words("1"), {"list": "case_type"}, True),
    "code of no list": ("enum", words("7"), {"list": "case_type"}, False),
    "at the lower end": ("range", of("number", "0.00"), {"min": 0}, True),
    "a cent below": ("range", of("number", "-0.01"), {"min": 0}, False),
    "decimal bound is exact": ("range", of("number", "0.30"), {"max": 0.3}, True),
    "above the upper end": ("range", of("integer", "11"), {"min": 1, "max": 10}, False),
    "not a number is in no range": ("range", of("number", "NaN", "double"), {"min": 0}, False),
    "date before its bound": ("range", of("date", "1949-09-30"), {"min": "1949-10-01"}, False),
    "date bound as YAML reads it": ("range", of("date", "1949-10-01"), {"min": date(1949, 10, 1)}, True),
    "instant bound is Beijing time": ("range", of("timestamp", "2025-12-31T16:00:00Z"), {"min": "2026-01-01"}, True),
    "instant a second early": ("range", of("timestamp", "2025-12-31T15:59:59Z"), {"min": "2026-01-01"}, False),
    "nothing to measure": ("range", of("integer", None), {"min": 0}, None),
    "two code points of four bytes": ("length", words("𠮷𬱖"), {"min": 2, "max": 2}, True),
    "too short": ("length", words("一"), {"min": 2}, False),
    "pattern holds the whole text": ("pattern", words("A1x"), {"regex": "[A-Z][0-9]"}, False),
    "pattern lets no newline through": ("pattern", words("A1\n"), {"regex": "[A-Z][0-9]"}, False),
    "alternatives are anchored on both sides": ("pattern", words("bc"), {"regex": "a|b"}, False),
    "on the day of the batch": ("not_after_batch", of("date", "2026-03-02"), {}, True),
    "a day after the batch": ("not_after_batch", of("date", "2026-03-03"), {}, False),
    "last second of the Beijing day": ("not_after_batch", of("timestamp", "2026-03-02T15:59:59Z"), {}, True),
    "first second of the next": ("not_after_batch", of("timestamp", "2026-03-02T16:00:00Z"), {}, False),
}

ROW: dict[str, tuple[str, dict[str, Make], dict[str, Any], bool]] = {
    "dates in order": (
        "order", {"a": of("date", "2026-01-01"), "b": of("date", "2026-01-01")},
        {"columns": ["a", "b"]}, True),
    "dates out of order": (
        "order", {"a": of("date", "2026-01-02"), "b": of("date", "2026-01-01")},
        {"columns": ["a", "b"]}, False),
    "an empty date hides no disorder": (
        "order", {"a": of("date", "2026-01-02"), "b": of("date", None), "c": of("date", "2026-01-01")},
        {"columns": ["a", "b", "c"]}, False),
    "a date beside an instant of its Beijing day": (
        "order", {"a": of("timestamp", "2026-01-01T17:00:00Z"), "b": of("date", "2026-01-02")},
        {"columns": ["a", "b"]}, True),
    "required and given": (
        "required_if", {"k": words("1"), "c": words("x")},
        {"column": "c", "when": {"k": "1"}}, True),
    "required and empty": (
        "required_if", {"k": words("1"), "c": words(None)},
        {"column": "c", "when": {"k": ["1", "2"]}}, False),
    "not required": (
        "required_if", {"k": words("3"), "c": words(None)},
        {"column": "c", "when": {"k": ["1", "2"]}}, True),
    "condition unknown": (
        "required_if", {"k": words(None), "c": words(None)},
        {"column": "c", "when": {"k": "1"}}, True),
    "one of two given": ("any_of", {"a": words(None), "b": words("x")}, {"columns": ["a", "b"]}, True),
    "none of two given": ("any_of", {"a": words(None), "b": words("")}, {"columns": ["a", "b"]}, False),
    "part equals": (
        "part_of", {"c": words("370117002011"), "t": words("11370800MB285591843370117002011")},
        {"column": "c", "of": "t", "start": 20, "length": 12}, True),
    "part differs": (
        "part_of", {"c": words("b"), "t": words("abc")},
        {"column": "c", "of": "t", "start": 1, "length": 1}, False),
    "part of an empty code": (
        "part_of", {"c": words("b"), "t": words(None)},
        {"column": "c", "of": "t", "start": 1, "length": 1}, True),
    "implied value": (
        "implies", {"k": words("1"), "n": of("integer", "0")},
        {"when": {"k": "1"}, "column": "n", "values": [0, 1]}, True),
    "contradicting value": (
        "implies", {"k": words("1"), "n": of("integer", "5")},
        {"when": {"k": "1"}, "column": "n", "values": [0, 1]}, False),
    "nothing implied": (
        "implies", {"k": words("2"), "n": of("integer", "5")},
        {"when": {"k": "1"}, "column": "n", "values": [0]}, True),
    "nothing to contradict": (
        "implies", {"k": words("1"), "n": of("integer", None)},
        {"when": {"k": "1"}, "column": "n", "values": [0]}, True),
    "same Beijing day, other UTC days": (
        "same_day", {"a": of("timestamp", "2026-01-01T15:00:00Z"), "b": of("timestamp", "2025-12-31T16:00:00Z")},
        {"columns": ["a", "b"]}, True),
    "same UTC day, other Beijing days": (
        "same_day", {"a": of("timestamp", "2026-01-01T15:00:00Z"), "b": of("timestamp", "2026-01-01T16:00:00Z")},
        {"columns": ["a", "b"]}, False),
}

UNIT: dict[str, Any] = {"column": "v", "unit": "u", "by": "f", "ranges": {"so2": [1, 1000], "pm": [0.1, 6000]}, "when": {"k": "22"}}
# story -> (value, declared unit, factor, kind of system, whether it can be in that unit)
UNITS: dict[str, tuple[str | None, str | None, str, str, bool]] = {
    "9 µg/m³ in mg/m³": ("0.01", "mg/m³", "so2", "22", True),
    "9 µg/m³ sent where mg/m³ is declared": ("9", "mg/m³", "so2", "22", False),
    "just above the end of the range": ("1.01", "mg/m³", "so2", "22", False),
    "at its end": ("1", "mg/m³", "so2", "22", True),
    "too much in either unit": ("1000.01", "mg/m³", "so2", "22", True),
    "35 µg/m³": ("35", "µg/m³", "pm", "22", True),
    "35 µg/m³ sent in mg/m³": ("0.04", "µg/m³", "pm", "22", False),
    "nothing in the air": ("0", "µg/m³", "pm", "22", True),
    "less than nothing": ("-0.04", "µg/m³", "pm", "22", True),
    "a chimney": ("9", "mg/m³", "so2", "31", True),
    "a factor without a range": ("9", "mg/m³", "no2", "22", True),
    "no unit declared": ("9", None, "so2", "22", True),
    "another unit": ("9", "ppb", "so2", "22", True),
    "not measured": (None, "mg/m³", "so2", "22", True),
}
ROW |= {
    story: ("unit", {"v": of("number", value), "u": words(unit), "f": words(factor), "k": words(kind)}, UNIT, passed)
    for story, (value, unit, factor, kind, passed) in UNITS.items()
}

REFUSED: dict[str, tuple[str, Make, dict[str, Any], str]] = {
    "YAML took the zero off": ("enum", words("01"), {"values": [1]}, "Put it in quotes"),
    "neither list nor values": ("enum", words("1"), {}, "Give one of them"),
    "range without an end": ("range", of("integer", "1"), {}, "Add one"),
    "bound of another type": ("range", of("date", "2026-01-01"), {"min": "last year"}, "which is no date"),
    "range over text": ("range", words("a"), {"min": 1}, "which is no string"),
    "days of a text": ("not_after_batch", words("2026-01-01"), {}, "needs a date or a timestamp"),
}


def judge(spark: Any, judged: dict[str, Column]) -> dict[str, bool | None]:
    """All the verdicts in one job, by story."""
    names = {f"v{number}": story for number, story in enumerate(judged)}
    row = spark.range(1).select([judged[story].alias(name) for name, story in names.items()]).first()
    return {story: row[name] for name, story in names.items()}


def test_rules_about_one_value_judge_as_told(spark: Any) -> None:
    judged = {
        story: COLUMN_RULES[rule](make(), given, columns.batch(BATCH)) for story, (rule, make, given, _) in ONE.items()
    }
    assert judge(spark, judged) == {story: case[3] for story, case in ONE.items()}


def test_rules_about_a_row_judge_as_told(spark: Any) -> None:
    judged = {
        story: ROW_RULES[rule]({name: make() for name, make in row.items()}, given, columns.batch(BATCH))
        for story, (rule, row, given, _) in ROW.items()
    }
    assert judge(spark, judged) == {story: case[3] for story, case in ROW.items()}


@pytest.mark.parametrize("rule, make, given, sentence", REFUSED.values(), ids=REFUSED)
def test_arguments_that_cannot_mean_anything_are_refused(
    rule: str, make: Make, given: dict[str, Any], sentence: str, spark: Any
) -> None:
    with pytest.raises(Refused, match=sentence):
        COLUMN_RULES[rule](make(), given, columns.batch(BATCH))


@pytest.mark.parametrize("when", [{}, None, "k"], ids=["empty", "missing", "text"])
def test_a_condition_that_says_nothing_is_refused(when: Any, spark: Any) -> None:
    row = {"k": words("1")(), "c": words("1")()}
    with pytest.raises(Refused, match="needs 'when'"):
        ROW_RULES["required_if"](row, {"column": "c", "when": when}, columns.batch(BATCH))


def test_order_of_a_single_column_is_refused(spark: Any) -> None:
    with pytest.raises(Refused, match="at least two columns"):
        ROW_RULES["order"]({"a": of("date", None)()}, {"columns": ["a"]}, columns.batch(BATCH))
