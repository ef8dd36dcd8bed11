"""What stands against an enterprise on a day: only what is in force, and it blocks only when the law behind it does."""

import json
from datetime import date
from typing import Any

import pytest

from jobs.lake import tables
from jobs.marts.mart import refresh
from schemas.load import load_marts
from schemas.settings import ROOT, Settings

pytestmark = pytest.mark.spark
CONTRACT = load_marts(ROOT / "schemas")["credit_standing"]
DAY = "2026-03-02"
LISTING = "list string, authority string, case_no string, subject_uscc string, domain string, restricts_licensing boolean, " \
    "listed_on date, expires_on date, removed_on date, repaired_on date, _batch string"
FIRMS = ["clean", "penalised", "penalty over", "barred", "listed", "repaired", "removed", "expired", "not yet", "ends today", "gone"]


@pytest.fixture(scope="module")
def gold(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One firm a story, named after it; the gold rows by name."""
    from schemas.settings import settings

    here = settings({"GOVLAKE_HOME": str(tmp_path_factory.mktemp("standing"))})
    _put(spark, here, "enterprise", "uscc string, name string, status string, status_on date, registered_on date, registering_office string, _batch string",
         [(name, name, "4" if name == "gone" else "1", None, date(2019, 3, 1), "示例局", "e1") for name in FIRMS])
    _put(spark, here, "permit", "XK_XDR_SHXYM string, XK_JDRQ date, XK_YXQZ date, XK_YXQZI date",
         [("clean", date(2025, 1, 1), date(2025, 1, 1), date(9999, 12, 31))])
    _put(spark, here, "penalty", "CF_XDR_SHXYM string, CF_CFJG string, CF_WSH string, CF_JDRQ date, CF_GSJZQ date, CF_WFXW string, _batch string", [
        ("penalised", "示例局", "罚1", date(2025, 6, 1), date(2026, 6, 1), "价格", "p1"),
        ("penalty over", "示例局", "罚2", date(2024, 6, 1), date(2025, 6, 1), "价格", "p1"),
        (None, "示例局", "罚3", date(2025, 6, 1), None, "价格", "p1")])
    _put(spark, here, "credit_listing", LISTING, [
        _listed("barred", bars=True), _listed("listed"), _listed("repaired", bars=True, repaired_on=date(2026, 1, 1)),
        _listed("removed", removed_on=date(2026, 1, 1)), _listed("expired", expires_on=date(2026, 1, 1)),
        _listed("not yet", listed_on=date(2026, 3, 3)), _listed("ends today", repaired_on=date(2026, 3, 2))])
    refresh(here, CONTRACT, DAY, lambda line: None)
    found = tables.read(spark, tables.table(here, "gold", "credit_standing"))
    assert found is not None
    return {row["name"]: row for row in found.collect()}


def _put(spark: Any, here: Settings, noun: str, schema: str, rows: list[tuple[Any, ...]]) -> None:
    tables.append_once(spark.createDataFrame(rows, schema), tables.table(here, "silver", noun), "made")


def _listed(name: str, *, bars: bool = False, listed_on: date = date(2025, 9, 1), **ends: date) -> tuple[Any, ...]:
    return ("严重失信主体名单", "示例局", "列1", name, "食品安全", bars, listed_on,
            ends.get("expires_on"), ends.get("removed_on"), ends.get("repaired_on"), "l1")


@pytest.mark.parametrize(("name", "standing"), [
    ("clean", "pass"), ("penalised", "review"), ("penalty over", "pass"), ("barred", "block"), ("listed", "review"),
    ("repaired", "pass"), ("removed", "pass"), ("expired", "pass"), ("not yet", "pass"), ("ends today", "pass"), ("gone", "review"),
])  # fmt: skip
def test_a_firm_stands_as_what_is_in_force_against_it_says(gold: dict[str, Any], name: str, standing: str) -> None:
    assert gold[name]["standing"] == standing


@pytest.mark.parametrize("name", ["repaired", "removed", "expired", "penalty over", "ends today"])
def test_what_is_over_is_in_no_column(gold: dict[str, Any], name: str) -> None:
    row = gold[name]
    assert (row["hits"], row["hit_count"], row["penalty_count"], row["last_penalty_on"]) == ("[]", 0, 0, None)


def test_a_hit_says_which_authority_decided_what_and_where_it_was_read(gold: dict[str, Any]) -> None:
    assert json.loads(gold["penalised"]["hits"]) == [{
        "list": "行政处罚", "authority": "示例局", "decision_no": "罚1", "from": "2025-06-01", "to": "2026-06-01", "domain": "价格",
        "source_table": "silver.penalty", "source_version": "p1", "effect": "review",
    }]  # fmt: skip


def test_permits_and_penalties_are_counted(gold: dict[str, Any]) -> None:
    found = {name: (gold[name]["permit_count"], gold[name]["permit_in_force_count"], gold[name]["penalty_count"]) for name in ("clean", "penalised")}
    assert found == {"clean": (1, 1, 0), "penalised": (0, 0, 1)}
