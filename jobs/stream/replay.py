"""A verdict computed again, from the recorded request, the recorded edition of the rules and the lake as it was then."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.evidence import editions
from jobs.lake import tables
from jobs.stream import sides
from jobs.stream.instant import Desk
from jobs.stream.queries import ANSWERERS
from jobs.stream.sides import Sides
from schemas.contract import Contract
from schemas.errors import Refused

RECORD = "value binary, topic string, partition int, offset bigint"
# A replica reads the lake anew at each batch: an answer may come from the lake as it was up to a batch ago.
BACK = (timedelta(0), timedelta(seconds=12))
SHOWN = ("verdict", "standing", "contract_version", "rule_set", "version")  # members whose values say nothing of a person


@dataclass(frozen=True)
class Replayed:
    """What came of it. result: `same`, `different`, or `gone` when something recorded is not there any more."""

    request_id: str
    result: str
    verdict: str
    rule_set: str | None
    differences: tuple[str, ...] = ()


def replay(spark: SparkSession, at: Desk, row: Mapping[str, Any]) -> Replayed:
    """Compute a ledger row's answer again and compare it to the byte."""
    told = Replayed(row["request_id"], "same", row["verdict"], row["rule_set"])
    recorded = json.loads(row["value"])
    place = recorded.get("request") or {}
    if row["request"] is None or place.get("topic") not in ANSWERERS:
        return replace(told, result="gone", differences=("the request's own text and place were not recorded",))
    known = _edition(at, row)
    if known is None:
        return replace(told, result="gone", differences=(f"the edition {row['rule_set']} of the rules was not kept",))
    differences: tuple[str, ...] = ()
    for back in BACK:
        there = _as_of(spark, at, known, row["answered_at"] - back)
        if isinstance(there, str):
            return replace(told, result="gone", differences=(there,))
        again = _answered(spark, row, place, there)
        differences = differences or _differences(recorded, again)
        if again == row["value"]:
            return told
    return replace(told, result="different", differences=differences)


def said(found: Replayed) -> str:
    """Return it as one line of JSON."""
    return json.dumps(asdict(found), ensure_ascii=False)


def _edition(at: Desk, row: Mapping[str, Any]) -> tuple[Contract, Contract] | None:
    """Return the contracts of the requests and of the standing; the one that judged as it then was."""
    is_instant = row["kind"] == "instant"
    judged = editions.edition(at.settings, row["rule_set"] or "", at.contract if is_instant else at.standing)
    if judged is None:
        return None
    return (judged, at.standing) if is_instant else (at.contract, judged)


def _as_of(spark: SparkSession, at: Desk, known: tuple[Contract, Contract], instant: datetime) -> Sides | str:
    """Return the lake as it was at an instant; a sentence when a version of that time is gone."""
    frames: dict[str, DataFrame] = {}
    names = sides.watched(*known)
    for name in names:
        layer, noun = name.split(".")
        table = tables.table(at.settings, layer, noun)
        version = _version(spark, table, instant) if tables.version(table) is not None else None
        frame = None if version is None else _read(lambda table=table, version=version: tables.read(spark, table, version))  # type: ignore[misc]
        if isinstance(frame, str):
            return f"version {version} of {name}, which was read then, is gone: {frame}"
        frames |= {} if frame is None else {name: frame}
    return Sides(*known, frames, frozenset(sides.needed(*known)) - frames.keys())


def _version(spark: SparkSession, table: tables.Table, instant: datetime) -> int | None:
    """Return the version a table had at an instant; None when it had none yet."""
    epoch = int(instant.timestamp() * 1_000_000)
    history = spark.sql(f"DESCRIBE HISTORY {table.sql}").where(F.unix_micros("timestamp") <= epoch)
    newest = history.agg(F.max("version").alias("version")).first()
    return None if newest is None else newest["version"]


def _read(opened: Callable[[], DataFrame | None]) -> DataFrame | str | None:
    try:
        return opened()
    except AnalysisException as error:
        return str(error.getCondition())


def _answered(spark: SparkSession, row: Mapping[str, Any], place: Mapping[str, Any], there: Sides) -> str:
    data = [(bytearray(row["request"].encode()), place["topic"], place["partition"], place["offset"])]
    record = spark.createDataFrame(data, RECORD).withColumn("timestamp", F.timestamp_micros(F.lit(int(row["received_at"].timestamp() * 1_000_000))))
    found = ANSWERERS[place["topic"]](record, there, row["engine"] or "").first()
    if found is None:
        raise Refused(f"Request '{row['request_id']}' has no answer at all when it is computed again. Report it: nothing may be dropped.")
    return bytes(found["value"]).decode()


def _differences(recorded: Mapping[str, Any], again: str) -> tuple[str, ...]:
    now = json.loads(again)
    names = [name for name in sorted({*recorded, *now}) if recorded.get(name) != now.get(name)]
    return tuple(f"{name}: then {recorded.get(name)}, now {now.get(name)}" if name in SHOWN else f"{name} differs" for name in names)
