"""The first gold table: permits and penalties of each enterprise, computed from silver tables made here."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from deltalake import DeltaTable

from jobs.evidence.ledger import Hop, record
from jobs.lake import tables
from jobs.marts.mart import again, refresh
from jobs.serve.proof.gold import prove
from schemas.errors import Refused, Unavailable
from schemas.load import load_marts
from schemas.settings import ROOT, Settings

pytestmark = pytest.mark.spark
CONTRACT = load_marts(ROOT / "schemas")["credit_profile"]
FIRM, OTHER = "91110000100006485K", "9144030071526726XG"


@pytest.fixture
def silver(spark: Any, here: Settings) -> Settings:
    """Two firms; one has two permits, of which one is over, and two penalties, of which one is published no more."""
    def put(noun: str, schema: str, rows: list[tuple[Any, ...]]) -> None:
        tables.append_once(spark.createDataFrame(rows, schema), tables.table(here, "silver", noun), "made")

    put("enterprise", "uscc string, name string", [(FIRM, "示例一公司"), (OTHER, "示例二公司")])
    put("permit", "XK_XDR_SHXYM string, XK_JDRQ date, XK_YXQZ date, XK_YXQZI date", [
        (FIRM, date(2025, 1, 1), date(2025, 1, 1), date(2099, 12, 31)), (FIRM, date(2020, 1, 1), date(2020, 1, 1), date(2021, 1, 1))])
    put("penalty", "CF_XDR_SHXYM string, CF_NR_FK decimal(18,6), CF_JDRQ date, CF_GSJZQ date", [
        (FIRM, Decimal("0.2"), date(2025, 6, 1), date(2026, 6, 1)), (FIRM, Decimal("5"), date(2020, 6, 1), date(2021, 6, 1))])
    return here


def gold(spark: Any, here: Settings) -> dict[str, Any]:
    found = tables.read(spark, tables.table(here, "gold", "credit_profile"))
    assert found is not None
    return {row["uscc"]: row for row in found.collect()}


def test_a_firm_shows_its_permits_and_the_penalties_that_are_still_published(spark: Any, silver: Settings) -> None:
    refresh(silver, CONTRACT, "2026-03-02", lambda line: None)
    row = gold(spark, silver)[FIRM]
    found = (row["permit_count"], row["permit_in_force_count"], row["penalty_count"], row["fine_cny"], row["last_penalty_on"])
    assert found == (2, 1, 1, Decimal("2000.00"), date(2025, 6, 1))


def test_a_firm_without_records_is_there_with_zeros(spark: Any, silver: Settings) -> None:
    refresh(silver, CONTRACT, "2026-03-02", lambda line: None)
    row = gold(spark, silver)[OTHER]
    assert (row["permit_count"], row["penalty_count"], row["fine_cny"]) == (0, 0, Decimal("0.00"))


def test_a_backfill_does_not_set_gold_back_to_an_older_day(spark: Any, silver: Settings) -> None:
    refresh(silver, CONTRACT, "2026-03-02", lambda line: None)
    refresh(silver, CONTRACT, "2020-01-01", lambda line: None)
    assert gold(spark, silver)[FIRM]["as_of"] == date(2026, 3, 2)


def test_the_same_versions_and_day_are_computed_once(spark: Any, silver: Settings) -> None:
    refresh(silver, CONTRACT, "2026-03-02", lambda line: None)
    refresh(silver, CONTRACT, "2026-03-02", lambda line: None)
    assert tables.version(tables.table(silver, "gold", "credit_profile")) == 0


def test_gold_is_proved_and_what_was_changed_behind_its_back_is_named(spark: Any, silver: Settings) -> None:
    sources = ("enterprise", "permit", "penalty")
    released = [Hop(noun[0] * 16, noun, "2026-03-02", "release", 2, 2, 0, 0, 0, "0", None, 0, datetime(2026, 3, 2, tzinfo=UTC), None) for noun in sources]
    record(silver, "made", released, [])
    refresh(silver, CONTRACT, "2026-03-02", lambda line: None)
    whole = prove(silver, CONTRACT)
    assert (whole.findings, whole.rows, whole.versions, whole.date) == ((), 2, dict.fromkeys(sources, 0), "2026-03-02")
    DeltaTable(str(silver.lake / "gold" / "credit_profile")).update({"permit_count": "7"}, predicate=f"uscc = '{OTHER}'")
    (altered,) = prove(silver, CONTRACT).findings
    assert "altered: it holds 2 rows" in altered.sentence and "Version 0 holds those" in altered.sentence
    assert again(silver, CONTRACT, whole.date, whole.versions) == whole.booked
    DeltaTable(str(silver.lake / "silver" / "penalty")).delete("CF_NR_FK < 1")
    assert again(silver, CONTRACT, whole.date, whole.versions) == whole.booked
    assert again(silver, CONTRACT, whole.date, {**whole.versions, "penalty": 1}) != whole.booked
    with pytest.raises(Refused, match=r"can't be computed again from enterprise 0, permit 0, penalty 9"):
        again(silver, CONTRACT, whole.date, {**whole.versions, "penalty": 9})
    refresh(silver, CONTRACT, "2026-03-03", lambda line: None)
    (unknown,) = prove(silver, CONTRACT).findings
    assert "it was computed from version 1 of silver.penalty, which no batch of the ledger wrote" in unknown.sentence


def test_a_source_that_was_never_released_is_named(here: Settings) -> None:
    with pytest.raises(Unavailable, match=r"silver\.enterprise has no released version"):
        refresh(here, CONTRACT, datetime(2026, 3, 2).date().isoformat(), lambda line: None)
