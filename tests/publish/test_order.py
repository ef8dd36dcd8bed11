"""An older delivery of a table that is replaced whole, as a backfill brings it, does not set readers back."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.intake import Ingest
from jobs.publish.plan import make
from jobs.publish.run import Order, accept, run
from schemas.errors import Refused
from schemas.load import load
from schemas.settings import ROOT, Settings
from tests.serve.made_lake import HOP, RELEASED_AT, hop, put

WORKING_DAY = load(ROOT / "schemas" / "reference" / "working_day.odcs.yaml")
OLDER = r"working_day 2026-03-01: readers have the delivery of 2026-03-05, and .* an older one would set it back\. Nothing was taken in"


@pytest.fixture
def order(here: Settings, land: Callable[..., Path]) -> Order:
    """A run for the first of March, of a table whose readers have the delivery of the fifth."""
    put(here.lake / "ledger" / "hop", HOP, [hop("release", (1, 1, 0, 0), RELEASED_AT, table="working_day", date="2026-03-05", version_written=0)])
    land("reference", "working_day", "2026-03-01", "days.csv", b"day\n2026-01-01\n")
    return Order(here, WORKING_DAY, "2026-03-01", Ingest(), lambda line: None, lambda step: None)


def test_an_older_delivery_is_refused_before_anything_is_read_and_stays_in_landing(order: Order) -> None:
    with pytest.raises(Refused, match=OLDER):
        run(order)
    assert list((order.settings.landing / "reference" / "working_day" / "2026-03-01").iterdir()) != []
    assert not (order.settings.lake / "_candidate").exists()


def test_an_older_held_batch_can_no_longer_be_accepted(order: Order) -> None:
    held = make(order.settings, WORKING_DAY, order.date, order.ingest.waiting(order.settings, WORKING_DAY, order.date))
    (held.folder / "held").write_text("{}", encoding="utf-8")
    with pytest.raises(Refused, match=OLDER):
        accept(replace(order, date=""), held.batch, "because")
