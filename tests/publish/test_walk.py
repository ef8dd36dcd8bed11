"""The walk of a batch, from files in landing to silver, quarantine and ledger."""

from typing import Any

import pytest

from jobs.intake import Ingest
from jobs.lake import tables
from jobs.publish.plan import holding
from jobs.publish.run import Order, accept, run
from jobs.serve.lake import held, ledger, quarantine
from schemas.errors import Refused, Unavailable
from schemas.settings import Settings
from tests import rows
from tests.publish.notices import DAY, as_csv, notice, silver, too_many_without_number, unbalanced

pytestmark = pytest.mark.spark


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
        deliver("b.csv", too_many_without_number(contract))
    assert set(silver(spark, here, contract)) == {"N1"}


def test_a_held_batch_can_be_accepted_by_a_person_with_a_reason(spark, here, contract, deliver) -> None:
    with pytest.raises(Refused, match="is held"):
        deliver("b.csv", too_many_without_number(contract))
    (foretold,) = held(here, contract.table, 20, holding)
    accept(Order(here, contract, "", Ingest(), lambda line: None, lambda step: None), foretold.batch, "the source has confirmed the empty numbers")
    assert (set(silver(spark, here, contract)), count(spark, here, "quarantine", contract.table)) == ({"N2"}, 9)
    assert [(row.row, row.sent, row.violations) for row in foretold.rows] == [(r.row, r.sent, r.violations) for r in quarantine(here, contract.table).rows]


def test_accepting_what_was_held_does_not_undo_what_corrected_it(spark, here, contract, deliver) -> None:
    with pytest.raises(Refused, match="is held"):
        deliver("b.csv", too_many_without_number(contract))
    (foretold,) = held(here, contract.table, 20, holding)
    deliver("c.csv", [notice(contract, "N2", score="77")])
    accept(Order(here, contract, "", Ingest(), lambda line: None, lambda step: None), foretold.batch, "corrected by c.csv")
    assert {number: str(row["score"]) for number, row in silver(spark, here, contract).items()} == {"N2": "77.00"}
    assert (sum(entry.rows_duplicate for entry in ledger(here, contract.table)), unbalanced(spark, here)) == (1, [])


def test_a_day_without_a_record_is_held_and_closed_by_a_person(spark, here, contract, deliver) -> None:
    deliver("a.csv", [notice(contract, "N1")])
    with pytest.raises(Refused, match="is held: rowCount must be at least 1, found 0"):
        deliver("b.csv", [])
    (batch,) = (entry.batch for entry in ledger(here, contract.table) if entry.state == "held")
    accept(Order(here, contract, "", Ingest(), lambda line: None, lambda step: None), batch, "nothing on this day")
    assert ([entry.state for entry in ledger(here, contract.table)], set(silver(spark, here, contract)), unbalanced(spark, here)) == (["released"] * 2, {"N1"}, [])


def test_a_run_that_finds_only_a_file_still_being_written_is_to_be_tried_again(here, contract, land, take_in) -> None:
    path = land(contract.source_class, contract.table, DAY, "a.csv", as_csv(contract, [notice(contract, "N1")]))
    with path.open("a"), pytest.raises(Unavailable, match=r"notice 2026-03-02: a\.csv is still being written, .* the run is tried again\."):
        take_in(contract)
    assert path.exists()


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
