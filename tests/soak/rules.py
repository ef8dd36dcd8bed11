"""Spark and plain Python on the same values of a rule, answer for answer."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.classification import mask
from tests.soak.cases import CASES, Case

CHUNK = 20_000  # values that one seed makes; to see one again costs making those before it
SHOWN = 5  # disagreements of a rule that are told
Line = dict[str, Any]


def values(case: Case, seed: int, chunk: int, count: int) -> list[tuple[Any, ...]]:
    """Return the values of one chunk, the same for the same seed."""
    rng = Random(f"{seed} {case.name} {chunk}")
    return [case.made(rng) for _ in range(count)]


def value_at(name: str, seed: int, number: int) -> tuple[Any, ...]:
    """Return one value again, by its number."""
    return values(CASES[name], seed, number // CHUNK, number % CHUNK + 1)[-1]


def answered(name: str, seed: int, chunk: tuple[int, int], folder: str) -> float:
    """Write a chunk (its number and how many values) with what plain Python answers; return the CPU seconds of the answers."""
    case, (number, count) = CASES[name], chunk
    made = values(case, seed, number, count)
    begun = time.process_time()
    told = [case.twin(*value) for value in made]
    spent = time.process_time() - begun
    columns = [pa.array(range(number * CHUNK, number * CHUNK + count), pa.int64())]
    columns += [pa.array([value[place] for value in made], field.type) for place, field in enumerate(case.given)]
    columns += [pa.array([answer[place] for answer in told], field.type) for place, field in enumerate(case.answers)]
    names = ["number", *case.given.names, *(f"python_{name}" for name in case.answers.names)]
    pq.write_table(pa.table(columns, names), Path(folder) / f"{number:06d}.parquet")
    return spent


def compared(spark: Any, names: Sequence[str], asked: tuple[int, int], home: Path) -> Iterator[Line]:
    """Yield a line a rule. asked: seed, and values per rule.  Python answers in processes of its own while Spark answers for the rule before."""
    seed, count = asked
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        waiting = {name: _begun(pool, name, asked, home) for name in names}
        for name, chunks in waiting.items():
            spent = sum(chunk.result() for chunk in chunks)
            begun = time.perf_counter()
            _evaluated(spark, CASES[name], home / name)
            seconds = time.perf_counter() - begun
            found = _differing(CASES[name], home / name, count)
            yield {"part": "rules", "rule": name, "seed": seed, "values": count, **found, "python_values_per_cpu_s": round(count / spent), "spark_values_per_s": round(count / seconds)}
            for path in (home / name).rglob("*.parquet"):
                path.unlink()


def _begun(pool: ProcessPoolExecutor, name: str, asked: tuple[int, int], home: Path) -> list[Future[float]]:
    seed, count = asked
    (home / name / "given").mkdir(parents=True)
    chunks = [(number, min(CHUNK, count - number * CHUNK)) for number in range(-(-count // CHUNK))]
    return [pool.submit(answered, name, seed, chunk, str(home / name / "given")) for chunk in chunks]


def _evaluated(spark: Any, case: Case, folder: Path) -> None:
    """Let Spark answer all values in one pass: read from Parquet, written to Parquet."""
    names = ["number", *case.given.names]
    told = case.spark(spark.read.parquet(str(folder / "given")).select(*names))
    told.select(*names, *(f"spark_{name}" for name in case.answers.names)).write.parquet(str(folder / "found"))


def _differing(case: Case, folder: Path, count: int) -> Line:
    """Compare both files value for value and answer for answer. Raises AssertionError when Spark lost, doubled or altered a value."""
    python, spark = (pq.read_table(folder / part).sort_by("number") for part in ("given", "found"))
    assert python["number"].to_pylist() == spark["number"].to_pylist() == list(range(count)), f"{case.name}: values were lost or doubled between Parquet and Spark"
    for name in case.given.names:
        assert python[name].equals(spark[name]), f"{case.name}: Spark gave back another {name} than it was given"
    differing = sorted({number for name in case.answers.names for number in _unlike(python[f"python_{name}"], spark[f"spark_{name}"])})
    first = python[f"python_{case.answers.names[0]}"]
    held = pc.sum(pc.cast(first if first.type == pa.bool_() else pc.is_valid(first), pa.int64())).as_py()
    return {"answers": len(case.answers), "held": held, "differing": len(differing), "first": [_told(case, python, spark, number) for number in differing[:SHOWN]]}


def _unlike(one: Any, other: Any) -> list[int]:
    """The places where two columns differ; null is like null and nothing else."""
    same = pc.or_(pc.fill_null(pc.equal(one, other), False), pc.and_(pc.is_null(one), pc.is_null(other)))
    return pc.indices_nonzero(pc.invert(same)).to_pylist()


def _told(case: Case, python: pa.Table, spark: pa.Table, number: int) -> str:
    def shown(table: pa.Table, name: str) -> str:
        value = table[name][number].as_py()
        return mask(value, "sensitive") if isinstance(value, str) else str(value)

    asked = ", ".join(shown(python, name) for name in case.given.names)
    answers = "; ".join(f"{name}: Spark {shown(spark, f'spark_{name}')}, Python {shown(python, f'python_{name}')}" for name in case.answers.names)
    return f"{number}: {asked} -> {answers}"
