"""The bench's lake: the shipped samples taken in by the batch jobs, and a credit side of any size."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from graphlib import TopologicalSorter

from pyspark.sql import functions as F

from jobs.intake import Ingest
from jobs.lake import tables
from jobs.marts.mart import refresh
from jobs.publish.run import Order, run
from jobs.session import session
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.load import find, load_all, load_marts
from schemas.settings import ROOT, Settings, settings

SAMPLES, LONG_AGO = ROOT / "tests" / "data" / "landing", 1_700_000_000
STANDING, DAY = "credit_standing", "2026-03-02"
ADVERSE_ONE_IN = 20
HIT = {"list": "失信被执行人", "authority": "示例法院", "decision_no": "（2025）示0001号", "from": "2025-06-01", "to": None, "domain": "示例",
       "source_table": "silver.credit_listing", "source_version": "bench", "effect": "review"}


def fill(at: Settings, subjects: int) -> None:
    """Fill an empty lake, in a process of its own so that its memory is free again before anything is timed."""
    environ = {**os.environ, "GOVLAKE_HOME": str(at.home), "GOVLAKE_DRIVER_MEMORY": "3g"}
    subprocess.run([sys.executable, "-P", "-m", "tests.bench.stream.lake", str(subjects)], cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)


def main(subjects: int) -> None:
    """Take in every table that the stream reads, compute the standing, and add made subjects to it."""
    here = settings()
    contracts, marts = load_all(here.contracts), load_marts(here.contracts)
    stream = next(contract for contract in contracts.values() if contract.topic)
    standing = find(STANDING, marts)
    for name in _order(contracts, {stream.table, *stream.references, *standing.reads}):
        _take_in(here, contracts[name])
    refresh(here, standing, DAY, print)
    spark = session(here, "bench lake")
    target = tables.table(here, "gold", standing.table)
    real = tables.read(spark, target)
    assert real is not None
    # Keys of the right size, though their check characters are wrong: only their number matters.
    code = F.concat(F.lit("91330106MA"), F.lpad(F.conv(F.col("id").cast("string"), 10, 31), 7, "0"), F.lit("0"))
    is_adverse = F.col("id") % ADVERSE_ONE_IN == 0
    hits = {"hits": F.when(is_adverse, json.dumps([HIT], ensure_ascii=False)).otherwise("[]"), "standing": F.when(is_adverse, "review").otherwise("pass")}
    made = real.limit(1).drop("uscc", "name", *hits).crossJoin(spark.range(subjects)).select(
        code.alias("uscc"), F.concat(F.lit("示例企业"), "id").alias("name"), *(made.alias(name) for name, made in hits.items()),
        *(name for name in real.columns if name not in ("uscc", "name", *hits)),
    )
    made.select(*real.columns).write.format("delta").mode("append").save(str(target.path))


def _order(contracts: Mapping[str, Contract], names: set[str]) -> list[str]:
    """The tables and all that their rules look things up in, references first."""
    graph: dict[str, set[str]] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in graph:
            graph[name] = set(contracts[name].references) - {name}
            waiting += graph[name]
    return list(TopologicalSorter(graph).static_order())


def _take_in(at: Settings, contract: Contract) -> None:
    source = SAMPLES / contract.source_class / contract.table / DAY
    target = at.landing / contract.source_class / contract.table / DAY
    shutil.copytree(source, target)
    for path in target.iterdir():
        os.utime(path, (LONG_AGO, LONG_AGO))
    try:
        run(Order(at, contract, DAY, Ingest(), print, lambda step: None))
    except Refused as refusal:  # a delivery that is refused in part
        print(refusal)


if __name__ == "__main__":
    main(int(sys.argv[1]))
