"""What stands against an enterprise on a day: only what is in force, and it blocks only when the law behind it does."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from jobs.lake import tables
from jobs.marts.mart import refresh
from schemas.load import load_marts
from schemas.settings import ROOT, Settings, settings

pytestmark = pytest.mark.spark
CONTRACT = load_marts(ROOT / "schemas")["credit_standing"]
DAY = "2026-03-02"
ENTERPRISE = "uscc string, name string, status string, status_on date, registered_on date, registering_office string, _batch string"
PERMIT = "XK_XDR_SHXYM string, XK_JDRQ date, XK_YXQZ date, XK_YXQZI date"
PENALTY = "CF_XDR_SHXYM string, CF_CFJG string, CF_WSH string, CF_JDRQ date, CF_GSJZQ date, CF_WFXW string, SJC timestamp, _batch string"
LISTING = "list string, authority string, case_no string, subject_uscc string, domain string, restricts_licensing boolean, " \
    "listed_on date, expires_on date, removed_on date, repaired_on date, updated_at timestamp, _batch string, " \
    "_valid_from timestamp, _valid_to timestamp, _is_deleted boolean"
MENDED = datetime(2026, 2, 1)  # when the listings were last written; before that, the repaired one had not been
CHANGE = "subject_uscc string, list string, authority string, decision_no string, starts_on date, ends_on date, domain string, " \
    "restricts_licensing boolean, changed_at timestamp, _batch string, _number bigint"
FIRMS = ["clean", "penalised", "penalty over", "barred", "listed", "repaired", "removed", "expired", "not yet", "ends today", "gone", "told", "lifted", "delivered since"]


@pytest.fixture(scope="module")
def gold(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One firm a story, named after it; the gold rows by name."""
    here = settings({"GOVLAKE_HOME": str(tmp_path_factory.mktemp("standing"))})
    _put(spark, here, "enterprise", ENTERPRISE,
         [(name, name, "4" if name == "gone" else "1", None, date(2019, 3, 1), "示例局", "e1") for name in FIRMS])
    _put(spark, here, "permit", PERMIT,
         [("clean", date(2025, 1, 1), date(2025, 1, 1), date(9999, 12, 31))])
    _put(spark, here, "penalty", PENALTY, [
        ("penalised", "示例局", "罚1", date(2025, 6, 1), date(2026, 6, 1), "价格", datetime(2026, 2, 1), "p1"),
        ("penalty over", "示例局", "罚2", date(2024, 6, 1), date(2025, 6, 1), "价格", datetime(2026, 2, 1), "p1"),
        (None, "示例局", "罚3", date(2025, 6, 1), None, "价格", datetime(2026, 2, 1), "p1")])
    _put(spark, here, "credit_listing", LISTING, [
        (*_listed("repaired", bars=True)[:-3], datetime(2026, 1, 1), MENDED, False),
        _listed("barred", bars=True), _listed("listed"), _listed("repaired", bars=True, repaired_on=date(2026, 1, 1)),
        _listed("removed", removed_on=date(2026, 1, 1)), _listed("expired", expires_on=date(2026, 1, 1)),
        _listed("not yet", listed_on=date(2026, 3, 3)), _listed("ends today", repaired_on=date(2026, 3, 2)),
        _listed("told"), _listed("lifted", bars=True), _listed("delivered since", repaired_on=date(2026, 1, 1))])
    _put(spark, here, "credit_change", CHANGE, [
        _changed(1, "told", datetime(2026, 3, 1)), _changed(2, "lifted", datetime(2026, 3, 1), date(2026, 3, 1)),
        _changed(3, "lifted", datetime(2026, 2, 20)), _changed(4, "delivered since", datetime(2026, 1, 15))])
    refresh(here, CONTRACT, DAY, lambda line: None)
    found = tables.read(spark, tables.table(here, "gold", "credit_standing"))
    assert found is not None
    return {row["name"]: row for row in found.collect()}


def _put(spark: Any, here: Settings, noun: str, schema: str, rows: list[tuple[Any, ...]]) -> None:
    tables.append_once(spark.createDataFrame(rows, schema), tables.table(here, "silver", noun), "made")


def _listed(name: str, *, bars: bool = False, listed_on: date = date(2025, 9, 1), **ends: date) -> tuple[Any, ...]:
    return ("严重失信主体名单", "示例局", "列1", name, "食品安全", bars, listed_on,
            ends.get("expires_on"), ends.get("removed_on"), ends.get("repaired_on"), MENDED, "l1", MENDED, None, False)


def _changed(number: int, name: str, at: datetime, ends_on: date | None = None) -> tuple[Any, ...]:
    return (name, "严重失信主体名单", "示例局", "列1", date(2025, 9, 1), ends_on, "食品安全", True, at, f"c{number}", number)


@pytest.mark.parametrize(("name", "standing"), [
    ("clean", "pass"), ("penalised", "review"), ("penalty over", "pass"), ("barred", "block"), ("listed", "review"),
    ("repaired", "pass"), ("removed", "pass"), ("expired", "pass"), ("not yet", "pass"), ("ends today", "pass"), ("gone", "review"),
    ("told", "block"), ("lifted", "pass"), ("delivered since", "pass"),
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


def test_a_row_says_which_changes_are_counted_in(gold: dict[str, Any]) -> None:
    assert {row["change_no"] for row in gold.values()} == {4}


def test_an_entry_that_came_by_file_and_as_a_change_stands_once(gold: dict[str, Any]) -> None:
    assert [hit["source_table"] for hit in json.loads(gold["told"]["hits"])] == ["silver.credit_change"]


def test_before_any_change_came_none_is_counted(spark: Any, tmp_path: Path) -> None:
    here = settings({"GOVLAKE_HOME": str(tmp_path)})
    _put(spark, here, "enterprise", ENTERPRISE, [("clean", "clean", "1", None, date(2019, 3, 1), "示例局", "e1")])
    _put(spark, here, "permit", PERMIT, [])
    _put(spark, here, "penalty", PENALTY, [])
    _put(spark, here, "credit_listing", LISTING, [])
    refresh(here, CONTRACT, DAY, lambda line: None)
    found = tables.read(spark, tables.table(here, "gold", "credit_standing"))
    assert found is not None and [(row["standing"], row["change_no"]) for row in found.collect()] == [("pass", 0)]
