"""`ledger`: batches with their sums, read from the ledger's own tables."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jobs.evidence.intake import batch_id
from jobs.serve.batches import Entry, ledger, settled
from schemas.contract import Contract
from schemas.load import load_all
from schemas.settings import Settings
from tests.serve.made_lake import FILE, HOP, RELEASED, RELEASED_AT, file, hop, put

LATER, SOON = RELEASED_AT + timedelta(hours=1), timedelta(minutes=1)


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


@pytest.fixture
def applicant(lake: Settings) -> Contract:
    """The contract of the table in the lake."""
    return load_all(lake.contracts)["applicant"]


def hold(lake: Settings, contract: Contract) -> str:
    """Book one held and one refused file as the batch that this contract makes of them; returns its id."""
    batch = batch_id(contract, "2026-03-01", ["e" * 64, "d" * 64])
    files = [file("e" * 64, "held", LATER, batch=batch), file("d" * 64, "refused", LATER, batch=batch, path="2.csv")]
    put(lake.lake / "ledger" / "file", FILE, files)
    return batch


def test_taken_and_held_files_are_settled_and_refused_ones_are_not(lake: Settings, applicant: Contract) -> None:
    hold(lake, applicant)
    assert settled(lake, [applicant])["applicant"] == {"f" * 64, "e" * 64}


def test_a_file_held_under_another_version_of_the_contract_is_not_settled(lake: Settings, applicant: Contract) -> None:
    hold(lake, replace(applicant, version="0.9.0"))
    assert settled(lake, [applicant])["applicant"] == {"f" * 64}


def test_a_superseded_batch_is_called_so_and_settles_nothing(lake: Settings, applicant: Contract) -> None:
    given = {"batch": hold(lake, applicant)}
    put(lake.lake / "ledger" / "hop", HOP, [hop("hold", (6, 0, 0, 0), LATER, **given), hop("superseded", (6, 0, 0, 0), LATER + SOON, **given)])
    put(lake.lake / "ledger" / "file", FILE, [file("e" * 64, "superseded", LATER + SOON, **given)])
    assert (settled(lake, [applicant])["applicant"], [entry.state for entry in ledger(lake)]) == ({"f" * 64}, ["released", "superseded"])
