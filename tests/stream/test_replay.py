"""A verdict computed again: from the recorded bytes, the recorded edition of the rules and the lake as it was."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobs.evidence import editions
from jobs.stream.instant import Desk, desk
from jobs.stream.replay import Replayed, replay
from jobs.stream.rule_set import rule_set
from jobs.stream.sides import read
from jobs.stream.verdict import verdicts
from schemas.contract import Contract
from schemas.load import load_marts
from schemas.settings import ROOT, settings
from tests import rows

pytestmark = pytest.mark.spark
Recorded = tuple[Desk, dict[str, Any]]


@pytest.fixture(scope="module")
def recorded(spark: Any, contracts: dict[str, Contract], tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A verdict given from an empty lake, as the ledger keeps it; the lake has got a table since."""
    here = settings({"GOVLAKE_HOME": str(tmp_path_factory.mktemp("replayed"))})
    at = desk(here, contracts, load_marts(ROOT / "schemas"), "a")
    request = json.dumps({"request_id": "R1", **rows.example(at.contract)}, ensure_ascii=False)
    received = datetime(2026, 3, 2, 2, 0, 0, 125000, tzinfo=UTC)
    record = spark.createDataFrame([(bytearray(request.encode()), "instant.request", 0, 5)], "value binary, topic string, partition int, offset bigint")
    dated = record.selectExpr("*", "timestamp'2026-03-02 02:00:00.125Z' AS timestamp")
    value = bytes(verdicts(dated, read(spark, here, at.contract, at.standing), "b").collect()[0]["value"]).decode()
    row = {"request_id": "R1", "kind": "instant", "request": request, "verdict": json.loads(value)["verdict"], "rule_set": rule_set(at.contract),
           "received_at": received, "answered_at": datetime.now(UTC), "engine": "b", "value": value}
    spark.range(1).write.format("delta").save(str(here.lake / "silver" / "service_item"))
    return at, row


def test_the_same_verdict_comes_out_though_the_lake_went_on(spark: Any, recorded: Recorded) -> None:
    at, row = recorded
    assert replay(spark, at, row) == Replayed("R1", "same", "manual", row["rule_set"])


def test_a_verdict_that_differs_is_shown_beside_the_one_recorded(spark: Any, recorded: Recorded) -> None:
    at, row = recorded
    found = replay(spark, at, {**row, "value": row["value"].replace('"verdict":"manual"', '"verdict":"accept"'), "verdict": "accept"})
    assert (found.result, found.differences) == ("different", ("verdict: then accept, now manual",))


@pytest.mark.parametrize(
    ("lost", "sentence"),
    [({"rule_set": "0" * 16}, "the edition 0000000000000000 of the rules was not kept"), ({"request": None}, "the request's own text and place were not recorded")],
    ids=["rules", "request"],
)
def test_what_is_gone_is_named(spark: Any, recorded: Recorded, lost: dict[str, Any], sentence: str) -> None:
    at, row = recorded
    found = replay(spark, at, {**row, **lost})
    assert (found.result, found.differences) == ("gone", (sentence,))


def test_an_edition_is_found_after_the_contract_changed(recorded: Recorded, tmp_path: Path) -> None:
    at, row = recorded
    editions.keep(at.settings, [at.contract])
    changed = tmp_path / at.contract.path.name
    changed.write_text(at.contract.path.read_text(encoding="utf-8") + "# another edition\n", encoding="utf-8")
    found = editions.edition(at.settings, row["rule_set"], replace(at.contract, path=changed))
    assert found is not None
    assert (found.version, found.names) == (at.contract.version, at.contract.names)
