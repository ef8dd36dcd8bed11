"""Nhe walk of a batch, from files in landing to silver, quarantine and ledger."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from jobs.__main__ import Ingest
from jobs.lake import tables
from jobs.publish.run import Order, accept, run
from schemas.contract import Contract
from schemas.errors import Refused, Unavailable
from schemas.load import load
from schemas.settings import ROOT, Settings, settings
from tests import rows

pytestmark = pytest.mark.spark
DAY = "2026-03-02"


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An installation whose one contract is the small one."""
    return settings({"GOVLAKE_HOME": str(tmp_path / "var"), "GOVLAKE_CONTRACTS": str(ROOT / "tests" / "data" / "contracts")})


@pytest.fixture
def contract() -> Contract:
    """A small table with a key, an order and a personal column."""
    return load(ROOT / "tests" / "data" / "contracts" / "notice.odcs.yaml")


@pytest.fixture
def deliver(here: Settings, contract: Contract, land: Callable[..., Path], spark: Any) -> Callable[..., list[str]]:
    """Land rows as one CSV file and run the table; returns the lines that were said."""

    def put(name: str, sent: Sequence[dict[str, str | None]], day: str = DAY) -> list[str]:
        land(contract.source_class, contract.table, day, name, as_csv(contract, sent))
        said: list[str] = []
        run(Order(here, contract, day, Ingest(), said.append, lambda step: None))
        return said

    return put


def as_csv(contract: Contract, sent: Sequence[dict[str, str | None]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, contract.names)
    writer.writeheader()
    writer.writerows(sent)
    return text.getvalue().encode()


def notice(contract: Contract, number: str, **changed: str | None) -> dict[str, str | None]:
    return {**rows.example(contract), contract.key[0]: number, **changed}


def silver(spark: Any, here: Settings, contract: Contract) -> dict[str, Any]:
    found = tables.read(spark, tables.table(here, "silver", contract.table))
    return {} if found is None else {row[contract.key[0]]: row for row in found.collect()}


def count(spark: Any, here: Settings, layer: str, noun: str) -> int:
    found = tables.read(spark, tables.table(here, layer, noun))
    return 0 if found is None else found.count()


def test_a_good_row_lands_in_silver_with_its_file_row_and_batch(spark, here, contract, deliver) -> None:
    deliver("a.csv", [notice(contract, "N1"), notice(contract, "N2")])
    row = silver(spark, here, contract)["N2"]
    assert (row["_row"], row["_path"].endswith("a.csv"), len(row["_file"]), len(row["_batch"])) == (3, True, 64, 16)


def test_a_bad_row_lands_in_quarantine_and_its_neighbour_in_silver(spark, here, contract, deliver) -> None:
    deliver("a.csv", [notice(contract, "N1"), notice(contract, None), *[notice(contract, f"N{n}") for n in range(3, 40)]])
    assert (len(silver(spark, here, contract)), count(spark, here, "quarantine", contract.table)) == (38, 1)


def test_a_second_run_changes_nothing(spark, here, contract, deliver) -> None:
    deliver("a.csv", [notice(contract, "N1")])
    before = tables.version(tables.table(here, "silver", contract.table))
    run(Order(here, contract, DAY, Ingest(), lambda line: None, lambda step: None))
    assert tables.version(tables.table(here, "silver", contract.table)) == before


def test_a_new_file_is_the_only_one_a_later_run_takes_in(spark, here, contract, deliver) -> None:
    deliver("a.csv", [notice(contract, "N1")])
    said = deliver("b.csv", [notice(contract, "N2")])
    assert (set(silver(spark, here, contract)), any(" 1 rows in" in line for line in said)) == ({"N1", "N2"}, True)


def test_the_same_rows_sent_again_count_as_duplicates(spark, here, contract, deliver) -> None:
    deliver("a.csv", [notice(contract, "N1"), notice(contract, "N2")])
    said = deliver("b.csv", [notice(contract, "N2"), notice(contract, "N1"), notice(contract, "N3")])
    assert any("2 duplicates" in line for line in said)


def test_a_held_batch_leaves_readers_the_old_version_and_says_why(spark, here, contract, deliver) -> None:
    deliver("a.csv", [notice(contract, "N1")])
    with pytest.raises(Refused, match="is held: quarantineRate"):
        deliver("b.csv", [notice(contract, "N2"), *[notice(contract, None, score=str(n)) for n in range(9)]])
    assert set(silver(spark, here, contract)) == {"N1"}


def test_a_held_batch_can_be_accepted_by_a_person_with_a_reason(spark, here, contract, deliver) -> None:
    with pytest.raises(Refused, match="is held"):
        deliver("b.csv", [notice(contract, "N2"), *[notice(contract, None, score=str(n)) for n in range(9)]])
    held = next((here.lake / "_candidate" / contract.table).iterdir()).name
    accept(Order(here, contract, "", Ingest(), lambda line: None, lambda step: None), held, "the source has confirmed the empty numbers")
    assert (set(silver(spark, here, contract)), count(spark, here, "quarantine", contract.table)) == ({"N2"}, 9)


def test_a_refused_file_does_not_keep_the_other_files_out(spark, here, contract, deliver, land) -> None:
    land(contract.source_class, contract.table, DAY, "0.csv", b"")
    with pytest.raises(Refused, match=r"0\.csv"):
        deliver("a.csv", [notice(contract, "N1")])
    assert set(silver(spark, here, contract)) == {"N1"}


def test_a_table_that_looks_codes_up_waits_for_the_code_table(here, contracts, land) -> None:
    contract = contracts["enterprise"]
    land(contract.source_class, contract.table, DAY, "a.csv", as_csv(contract, [rows.example(contract)]))
    with pytest.raises(Unavailable, match="admin_division has no released version yet"):
        run(Order(here, contract, DAY, Ingest(), lambda line: None, lambda step: None))


def test_every_hop_of_the_ledger_balances_and_follows_on_the_one_before(spark, here, contract, deliver) -> None:
    deliver("a.csv", [notice(contract, "N1"), notice(contract, "N1"), *[notice(contract, f"X{n}") for n in range(30)], notice(contract, None)])
    found = tables.read(spark, tables.table(here, "ledger", "hop"))
    hops = {row["hop"]: row for row in found.collect()}
    sums = {name: hop["rows_out"] + hop["rows_quarantined"] + hop["rows_duplicate"] + hop["rows_filtered"] for name, hop in hops.items()}
    assert (sums, hops["release"]["rows_out"]) == ({"ingest": 33, "conform": 33, "release": 32}, 31)


def test_a_delivery_that_only_repeats_known_rows_is_no_reason_to_hold(spark, here, contract, deliver) -> None:
    deliver("a.csv", [notice(contract, "N1"), notice(contract, "N2")])
    said = deliver("b.csv", [notice(contract, "N2")])
    assert any("1 rows in, 0 to silver, 0 quarantined, 1 duplicates" in line for line in said)
