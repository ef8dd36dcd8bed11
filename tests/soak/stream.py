"""Spoilt records of Kafka through the stream's own frames: each request gets one answer or is one dead letter, each credit change has one place."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from jobs.serve.gateway import body
from jobs.serve.gateway.problem import Declined
from jobs.stream import changes, topics
from jobs.stream.verdict import verdicts
from schemas.load import load_all, load_marts
from schemas.settings import ROOT, settings
from tests.soak import lines
from tests.soak.kinds import OFFICE
from tests.soak.worker import made
from tests.stream.made_sides import AT, made_sides

PLACES = {"silver", "quarantine", "duplicate", "dead"}
Line = dict[str, Any]


def counted(spark: Any, names: list[str], asked: tuple[int, int], home: Path) -> Iterator[Line]:
    """Yield a line for each of the names. asked: seed, and inputs."""
    for name in names:
        begun = perf_counter()
        (home / name).mkdir()
        yield {"part": "stream", "kind": name, "seed": asked[0], "inputs": asked[1], **COUNTED[name](spark, asked, home / name), "seconds": round(perf_counter() - begun, 1)}


def _frame(spark: Any, topic: str, values: list[bytes], folder: Path) -> Any:
    """The values as Kafka's records, by way of Parquet."""
    offsets = pa.array(range(len(values)), pa.int64())
    pq.write_table(pa.table({"value": pa.array(values, pa.binary()), "offset": offsets}), folder / "asked.parquet")
    return spark.read.parquet(str(folder / "asked.parquet")).selectExpr("value", f"'{topic}' AS topic", "0 AS partition", "offset", f"timestamp'{AT}' AS timestamp")


def _verdicts(spark: Any, asked: tuple[int, int], folder: Path) -> Line:
    """What the gateway takes is sent as it would send it, what it declines as it came: the latter is what another producer may write."""
    values, taken = [], set[bytes]()
    for number in range(asked[1]):
        content = made("instant", asked[0], number)[1]
        try:
            content = body.instant(content, OFFICE).value
            taken.add(hashlib.sha256(content).digest())
        except Declined:
            pass
        values.append(content)
    contract = next(one for one in load_all(ROOT / "schemas").values() if one.topic)
    answers = verdicts(_frame(spark, topics.INSTANT_REQUEST, values, folder), made_sides(spark, contract, load_marts(ROOT / "schemas")["credit_standing"]), "a")
    request = "coalesce(get(filter(headers, h -> h.key = 'request'), 0).value, value)"
    answers.selectExpr("topic", f"{request} AS request", "key IS NOT NULL AS is_named").write.parquet(str(folder / "found"))
    found = pq.read_table(folder / "found").to_pylist()
    dead = [one for one in found if one["topic"] == topics.INSTANT_DEAD_LETTER]
    lost = Counter(values) - Counter(one["request"] for one in found)
    doubled = Counter(one["request"] for one in found) - Counter(values)
    unread = [one for one in dead if hashlib.sha256(one["request"]).digest() in taken]
    nameless = sum(not one["is_named"] for one in found if one["topic"] != topics.INSTANT_DEAD_LETTER)
    return {"rows": len(found) - len(dead), "refused": len(dead), "failed": lost.total() + doubled.total() + len(unread) + nameless,
            "first": [f"{name}: instant {values.index(value)}" for name, some in (("lost", lost), ("doubled", doubled)) for value in list(some)[:3]]
            + [f"the gateway takes instant {values.index(one['request'])} and the stream cannot read it" for one in unread[:5]]}  # fmt: skip


def _changes(spark: Any, asked: tuple[int, int], folder: Path) -> Line:
    values = [made("change", asked[0], number)[1] for number in range(asked[1])]
    kind = changes.contract(settings({}))
    judged = changes._judged(_frame(spark, topics.CREDIT_CHANGE, values, folder), kind, "soak").localCheckpoint()
    nothing = changes._silver(judged.where("false").selectExpr("*", "cast(null AS bigint) AS _number"), kind)
    changes._placed(judged, nothing, kind).select("_offset", "_place", "_disposition").write.parquet(str(folder / "found"))
    found = pq.read_table(folder / "found").to_pylist()
    placed = Counter(one["_place"] for one in found)
    numbers = Counter(one["_offset"] for one in found)
    wrong = [number for number in range(asked[1]) if numbers[number] != 1] + [one["_offset"] for one in found if one["_place"] not in PLACES]
    return {"rows": placed["silver"] + placed["duplicate"] + placed["quarantine"], "refused": placed["dead"], "places": dict(placed), "failed": len(wrong), "first": wrong[:5]}


COUNTED = {"verdict": _verdicts, "change": _changes, "lines": lines.compared}
