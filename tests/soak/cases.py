"""What is compared: a rule's values, what plain Python answers to one, and the Spark columns that answer the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

import pyarrow as pa

from jobs.conform.plain import numbers, persons, spelling
from jobs.conform.plain.catalogue import PLAIN
from tests.soak.misses import missed
from tests.soak.values import MADE

DAY = date(2026, 3, 2)  # of the batch
RIGHT, STRANGER = 0.35, 0.05  # shares of values as made, and of those made for another rule; the rest are near misses
DATED: Mapping[str, Callable[[str, date], Any]] = {"citizen_id": persons.read_citizen_id, "citizen_id_any": persons.read_citizen_id_any}
TEXT = pa.schema([("value", pa.string())])
VERDICT = pa.schema([("passed", pa.bool_()), ("spelled", pa.string())])


@dataclass(frozen=True)
class Case:
    """given: the columns of a value.  answers: those of an answer.  spark: makes the columns of the answer in Spark."""

    name: str
    given: pa.Schema
    answers: pa.Schema
    made: Callable[[Random], tuple[Any, ...]]
    twin: Callable[..., tuple[Any, ...]]
    spark: Callable[[], list[Any]]


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

    def spark() -> list[Any]:
        from pyspark.sql import functions as F

        from jobs.conform import normalise
        from jobs.conform.rules.catalogue import COLUMN_RULES
        from tests.conform.rules import columns

        return [COLUMN_RULES[rule](columns.text("value"), {}, columns.batch(DAY.isoformat())), normalise.identifier(F.col("value"), rule)]

    return Case(rule, TEXT, VERDICT, _text_made(rule), twin, spark)


def _upgraded() -> Case:
    def twin(value: str) -> tuple[Any, ...]:
        return (persons.upgraded(value) if PLAIN["citizen_id_15"](value) else None,)

    def spark() -> list[Any]:
        from pyspark.sql import functions as F

        from jobs.conform.rules.persons import upgraded_citizen_id

        return [upgraded_citizen_id(F.col("value"))]

    return Case("upgraded_citizen_id", TEXT, pa.schema([("upgraded", pa.string())]), _text_made("citizen_id_15"), twin, spark)


def _masked() -> Case:
    def twin(value: str) -> tuple[Any, ...]:
        return (numbers.masked(value)[0],)

    def spark() -> list[Any]:
        from pyspark.sql import functions as F

        from jobs.conform.masks import masked

        return [masked(F.col("value"))]

    return Case("personal_number", TEXT, pa.schema([("masked", pa.string())]), _text_made("personal_number"), twin, spark)


CASES: Mapping[str, Case] = {case.name: case for case in [*(_identifier(rule) for rule in MADE if rule in PLAIN and rule != numbers.RULE), _upgraded(), _masked()]}
