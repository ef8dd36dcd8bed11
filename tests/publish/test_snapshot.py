"""A table whose every delivery is the whole table: its differences are kept, and what it lacks has ended, unless it lacks too much."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from jobs.commands import check
from jobs.commands.check import conformed
from jobs.ingest.landing import waiting
from jobs.intake import Ingest
from jobs.publish.run import Order, accept
from jobs.serve.lake import Asked, ledger, pending, show, tables
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.load import load
from schemas.settings import ROOT, Settings, settings
from tests.publish.notices import stored, unbalanced

pytestmark = pytest.mark.spark
RECORDS, SEED = 10_000, 20260302
CONTRACTS = ROOT / "tests" / "data" / "past"
# Out of order, and the fourth puts the first right. A dump on a day tells nothing of the days before it, nor from the next dump on.
DAYS = (date(2026, 3, 4), date(2026, 3, 2), date(2026, 3, 7), date(2026, 3, 4))
BROKEN = "many"  # no number: the row is quarantined
Dump = Mapping[str, int | None]  # None: a row that is quarantined


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An installation whose contracts keep the past."""
    return settings({"GOVLAKE_HOME": str(tmp_path / "var"), "GOVLAKE_CONTRACTS": str(CONTRACTS)})


@pytest.fixture
def contract() -> Contract:
    """The roll of all licences in force."""
    return load(CONTRACTS / "roll.odcs.yaml")


@pytest.fixture
def dump(contract: Contract, land: Callable[..., Path], take_in: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """Land a whole roll for a day and run the table; returns the lines that were said."""

    def put(day: str, name: str, rows: Dump) -> list[str]:
        lines = (f"{number},{BROKEN if seats is None else seats}\n" for number, seats in rows.items())
        land(contract.source_class, contract.table, day, name, ("licence_no,seats\n" + "".join(lines)).encode())
        return take_in(contract, day)

    return put


def answer(here: Settings, asked: Asked) -> dict[str, int]:
    found = show(here, "roll", None, 10 * RECORDS, asked)
    number, seats = found.columns.index("licence_no"), found.columns.index("seats")
    assert len({row[number] for row in found.rows}) == len(found.rows)
    return {row[number]: row[seats] for row in found.rows}


def drawn(random: Random) -> dict[str, int | None]:
    """A roll that lacks some licences, has changed some, and has some broken rows."""
    seats = (*[7] * 8, 8, None)
    return {f"L{number}": random.choice(seats) for number in range(RECORDS) if random.random() < 0.85}


@dataclass
class Model:
    """What was sent, dump by dump. It answers by looking at all of it."""

    dumps: list[tuple[date, int, dict[str, int]]] = field(default_factory=list)

    def take(self, day: date, rows: Dump) -> None:
        """Take in a dump; of a row that is quarantined what counted before goes on."""
        before = self.seats(day, len(self.dumps))
        good = {number: seats for number, seats in rows.items() if seats is not None}
        kept = {number: before[number] for number, seats in rows.items() if seats is None and number in before}
        self.dumps.append((day, len(self.dumps), good | kept))

    def seats(self, day: date, batches: int) -> dict[str, int]:
        """What counted on a day, as it was known after so many dumps: the newest day's dump up to it, of several the last."""
        known = [dump for dump in self.dumps[:batches] if dump[0] <= day]
        return max(known, key=lambda dump: dump[:2])[2] if known else {}


def test_dumps_of_ten_thousand_records_in_any_order_are_answered_as_by_the_model(spark: Any, here: Settings, dump: Callable[..., list[str]]) -> None:
    random, model = Random(SEED), Model()
    for place, day in enumerate(DAYS):
        rows = drawn(random)
        closed = len(model.seats(day, place).keys() - rows.keys())
        said = dump(day.isoformat(), f"{place}.csv", rows)
        assert closed == 0 or any(f"{closed} record(s) closed." in line for line in said)
        model.take(day, rows)
    assert unbalanced(spark, here) == []
    at = sorted({row["_ingested_at"].astimezone() for row in stored(spark, here, "silver", "roll")})
    for day in (date(2026, 3, number) for number in range(1, 9)):
        assert answer(here, Asked(day)) == model.seats(day, len(DAYS))
        for known, instant in enumerate(at, start=1):
            assert answer(here, Asked(day, instant)) == model.seats(day, known)
    (status,) = [one for one in tables(here) if one.table == "roll"]
    assert status.rows == len(model.seats(date(2026, 3, 8), len(DAYS)))


def test_a_dump_that_lacks_30_percent_is_foretold_held_and_released_by_a_person_and_no_half_of_a_dump_is_taken(
    spark: Any, here: Settings, contract: Contract, dump: Callable[..., list[str]], land: Callable[..., Path], tmp_path: Path
) -> None:
    whole: dict[str, int | None] = {f"L{number}": 5 for number in range(10)}
    dump("2026-03-02", "a.csv", whole)
    seven = tmp_path / "b.csv"
    seven.write_text("licence_no,seats\n" + "".join(f"{number},5\n" for number in list(whole)[:7]), encoding="utf-8")
    assert conformed(spark, here, check.Asked(contract, seven, "2026-03-03", 1)).would_be_held == ("missingRecords must be below 30 %, found 30 %",)
    with pytest.raises(Refused, match=r"is held: missingRecords must be below 30 %, found 30 %\. Readers keep the version they had"):
        dump("2026-03-03", "b.csv", dict(list(whole.items())[:7]))
    assert len(answer(here, Asked())) == 10
    (held,) = [entry for entry in ledger(here, "roll") if entry.state == "held"]
    accept(Order(here, contract, "", Ingest(), lambda line: None, lambda step: None), held.batch, "the bureau has confirmed three closures")
    days = [len(answer(here, Asked(date.fromisoformat(day)))) for day in ("2026-03-02", "2026-03-03")]
    close = [hop for hop in stored(spark, here, "ledger", "hop") if hop["hop"] == "close"]
    assert (days, [hop["rows_out"] for hop in close], unbalanced(spark, here)) == ([10, 7], [3], [])
    dump("2026-03-04", "a.csv", whole)  # the very bytes of the first day
    assert len(answer(here, Asked(date(2026, 3, 4)))) == 10
    land(contract.source_class, contract.table, "2026-03-05", "unreadable.csv", b"")
    with pytest.raises(Refused, match=r"unreadable\.csv.* A snapshot is the whole table: the other files of the delivery wait too\."):
        dump("2026-03-05", "half.csv", {"L1": 5})
    assert len(answer(here, Asked())) == 10
    assert [(one.date, len(one.files)) for one in pending(here, waiting)] == [("2026-03-05", 2)]
