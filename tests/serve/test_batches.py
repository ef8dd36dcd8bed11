"""`ledger`: batches with their sums, read from the ledger's own tables."""

from datetime import timedelta

import pytest

from jobs.serve.batches import Entry, ledger, settled
from schemas.settings import Settings
from tests.serve.made_lake import FILE, HOP, RELEASED, RELEASED_AT, file, hop, put

LATER = RELEASED_AT + timedelta(hours=1)


def only(settings: Settings) -> Entry:
    (entry,) = ledger(settings)
    return entry


def test_an_empty_lake_has_no_batches(empty: Settings) -> None:
    assert ledger(empty) == ()


def test_a_batch_knows_its_hops_its_files_and_its_encoding(lake: Settings) -> None:
    entry = only(lake)
    assert ([one["hop"] for one in entry.hops], len(entry.files), entry.encoding) == (["ingest", "conform", "release"], 1, "gb18030")


def test_a_batch_that_lost_a_row_does_not_balance(lake: Settings) -> None:
    put(lake.lake / "ledger" / "hop", HOP, [hop("release", (4, 2, 0, 1), LATER, version_written=0)])
    assert only(lake).balanced is False


def test_a_batch_of_two_encodings_names_both(lake: Settings) -> None:
    put(lake.lake / "ledger" / "file", FILE, [file("e" * 64, "taken", LATER, encoding="utf-8")])
    assert only(lake).encoding == "gb18030, utf-8"


@pytest.mark.parametrize(("asked", "batches"), [
    pytest.param({"table": "applicant"}, [RELEASED], id="its table"),
    pytest.param({"date": "2026-03-01"}, [RELEASED], id="its date"),
    pytest.param({"table": "other"}, [], id="another table"),
    pytest.param({"date": "2026-03-02"}, [], id="another date"),
    pytest.param({"table": "' OR 1=1 --"}, [], id="a table that is an injection"),
])
def test_batches_are_picked_by_table_and_date(lake: Settings, asked: dict[str, str], batches: list[str]) -> None:
    assert [entry.batch for entry in ledger(lake, **asked)] == batches


def test_taken_and_held_files_are_settled_and_refused_ones_are_not(lake: Settings) -> None:
    put(lake.lake / "ledger" / "file", FILE, [file("e" * 64, "held", LATER), file("d" * 64, "refused", LATER)])
    assert settled(lake) == {"applicant": frozenset({"f" * 64, "e" * 64})}
