"""A table that keeps the past: whatever order its changes come in, it answers as the obvious model does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from jobs.lake import tables
from jobs.lake.versions import valid_on
from jobs.serve.lake import Asked, show
from schemas.contract import Contract
from schemas.load import load
from schemas.settings import ROOT, Settings, settings
from tests.publish.histories import DAYS, Change, Record, changes
from tests.publish.notices import DAY, stored, unbalanced

pytestmark = pytest.mark.spark
RECORDS, BATCHES, SEED = 10_000, 4, 20260301
CONTRACTS = ROOT / "tests" / "data" / "past"


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An installation whose contracts keep the past."""
    return settings({"GOVLAKE_HOME": str(tmp_path / "var"), "GOVLAKE_CONTRACTS": str(CONTRACTS)})


@pytest.fixture
def contract() -> Contract:
    """Licences with every change, each from a day on."""
    return load(CONTRACTS / "licence.odcs.yaml")


def line(number: str, change: Change) -> str:
    return f"{number},{change.day},{'D' if change.seats is None else 'S'},{'' if change.seats is None else change.seats}\n"


def as_file(rows: dict[str, list[Change]]) -> bytes:
    return ("licence_no,changed_on,change,seats\n" + "".join(line(number, change) for number, sent in rows.items() for change in sent)).encode()


def answer(here: Settings, table: str, asked: Asked) -> dict[str, int]:
    found = show(here, table, None, 10 * RECORDS, asked)
    number, seats = found.columns.index("licence_no"), found.columns.index("seats")
    assert len({row[number] for row in found.rows}) == len(found.rows)
    return {row[number]: row[seats] for row in found.rows}


def instants(spark: Any, here: Settings, table: str) -> list[datetime]:
    """When each batch was taken in, oldest first, Beijing time."""
    rows = tables.read(spark, tables.table(here, "silver", table)).select("_ingested_at").distinct().collect()
    return sorted(row["_ingested_at"].astimezone() for row in rows)


def test_ten_thousand_random_histories_are_answered_as_by_the_model(
    spark: Any, here: Settings, contract: Contract, land: Callable[..., Path], take_in: Callable[..., list[str]]
) -> None:
    random = Random(SEED)
    sent = {f"L{number}": changes(random, BATCHES) for number in range(RECORDS)}
    model = {number: Record() for number in sent}
    for batch in range(BATCHES):
        rows = {number: batches[batch] for number, batches in sent.items() if batches[batch]}
        land(contract.source_class, contract.table, DAY, f"{batch}.csv", as_file(rows))
        take_in(contract)
        for number, changed in rows.items():
            model[number].take(batch, changed)
    assert unbalanced(spark, here) == []
    hops = [hop for hop in stored(spark, here, "ledger", "hop") if hop["hop"] == "release"]
    sums = tuple(sum(hop[name] for hop in hops) for name in ("rows_out", "rows_duplicate", "rows_quarantined"))
    assert sums == tuple(sum(map(count, model.values())) for count in (lambda r: len(r.taken), lambda r: r.duplicates, lambda r: r.conflicts))

    def meant(day: date, batch: int) -> dict[str, int]:
        seats = {number: record.seats(day, batch) for number, record in model.items()}
        return {number: found for number, found in seats.items() if found is not None}

    for day in DAYS:
        assert answer(here, "licence", Asked(day)) == meant(day, BATCHES)
    for batch, instant in enumerate(instants(spark, here, "licence")):
        for day in DAYS[::3]:
            assert answer(here, "licence", Asked(day, instant)) == meant(day, batch)
    silver = tables.read(spark, tables.table(here, "silver", "licence"))
    assert {row["licence_no"]: row["seats"] for row in valid_on(silver, DAYS[4].isoformat()).collect()} == meant(DAYS[4], BATCHES)


def test_a_table_that_kept_the_newest_rows_only_begins_its_past_with_them(
    spark: Any, here: Settings, contract: Contract, land: Callable[..., Path], take_in: Callable[..., list[str]]
) -> None:
    for name, kept, text in (
        ("a.csv", replace(contract, merge="upsert", deleted={}), "L1,2026-01-05,S,1\nL2,2026-01-05,S,2\n"),
        ("b.csv", contract, "L1,2026-01-03,S,7\nL1,2026-01-08,D,\nL2,2026-01-05,S,2\n"),
    ):
        land(contract.source_class, contract.table, DAY, name, b"licence_no,changed_on,change,seats\n" + text.encode())
        take_in(kept)
    days = (date(2026, 1, 2), date(2026, 1, 3), date(2026, 1, 5), date(2026, 1, 8))
    assert [answer(here, "licence", Asked(day)) for day in days] == [{}, {"L1": 7}, {"L1": 1, "L2": 2}, {"L2": 2}]
    assert (len(stored(spark, here, "silver", "licence")), unbalanced(spark, here)) == (4, [])


def test_rows_that_tell_no_time_count_from_the_business_date_they_come_for_and_the_same_bytes_may_come_again(
    spark: Any, here: Settings, contract: Contract, land: Callable[..., Path], take_in: Callable[..., list[str]]
) -> None:
    undated, random = replace(contract, order_by=(), deleted={}), Random(SEED)
    deliveries = [(day, {f"L{number}": random.choice((1, 2)) for number in range(500) if random.random() < 0.7}) for day in (DAYS[3], DAYS[1], DAYS[6], DAYS[3], DAYS[8])]
    deliveries.append((DAYS[9], deliveries[0][1]))
    counts: dict[str, dict[date, int]] = {}
    news = 0
    for number, (day, sent) in enumerate(deliveries):
        rows = {name: [Change(DAYS[0], seats)] for name, seats in sent.items()}
        land(contract.source_class, contract.table, day.isoformat(), f"{number}.csv", as_file(rows))
        take_in(undated, day.isoformat())
        for name, seats in sent.items():
            said = counts.setdefault(name, {})
            counting = said.get(max((known for known in said if known <= day), default=day))
            news += counting != seats
            said.update({} if counting == seats else {day: seats})
    for day in DAYS:
        meant = {name: said[max(known for known in said if known <= day)] for name, said in counts.items() if min(said) <= day}
        assert answer(here, "licence", Asked(day)) == meant
    assert (len(stored(spark, here, "silver", "licence")), unbalanced(spark, here)) == (news, [])
