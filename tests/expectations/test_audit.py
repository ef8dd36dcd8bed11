"""The audit: what holds a batch, what lets it pass, and the sentence that says so."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from expectations import measurement
from expectations.audit import judge
from expectations.measurement import Measurement, Unmeasured
from expectations.suite import suite
from schemas.contract import Contract, SetRule

Batch = Callable[..., Measurement]

# story -> (what differs in the measurement, the rule that fails, its part of the sentence)
BROKEN: dict[str, tuple[dict[str, Any], str, str]] = {
    "the key stands twice": (
        {"columns": {"stall_no": {"duplicates": 17}}}, "duplicateValues(stall_no, season)",
        "duplicateValues(stall_no, season) must be 0, found 17",
    ),
    "too many rows in quarantine": (
        {"rows_quarantined": 21}, "quarantineRate", "quarantineRate must be at most 20 %, found 21 %",
    ),
    "no row to release": ({"rows_silver": 0, "rows_duplicate": 0}, "rowCount", "rowCount must be at least 1, found 0"),
    "a required value is missing": (
        {"columns": {"season": {"nulls": 1}}}, "nullValues(season)", "nullValues(season) must be 0, found 1",
    ),
    "too many empty fees": (
        {"columns": {"fee_cny": {"nulls": 37}}}, "nullValues(fee_cny)",
        "nullValues(fee_cny) must be at most 40 %, found 40.217391 %",
    ),
    "a negative fee": (
        {"columns": {"fee_cny": {"minimum": "-0.01"}}}, "minimum(fee_cny)",
        "minimum(fee_cny) must be at least 0, found -0.01",
    ),
    "no fee at all": (
        {"columns": {"fee_cny": {"minimum": None}}}, "minimum(fee_cny)",
        "minimum(fee_cny) must be at least 0, found no value",
    ),
    "a third of the usual rows": (
        {"rows_in": 33}, "rowCountChange", "rowCountChange must be between -50 and 100 %, found -67 %",
    ),
    "three times the usual rows": (
        {"rows_in": 300}, "rowCountChange", "rowCountChange must be between -50 and 100 %, found 200 %",
    ),
}  # fmt: skip
WITHIN = {
    "nothing is wrong": {},
    "as many in quarantine as allowed": {"rows_quarantined": 20},
    "as many empty fees as allowed": {"columns": {"fee_cny": {"nulls": 36}}},
    "half of the usual rows": {"rows_in": 50},
    "twice the usual rows": {"rows_in": 200},
}


@pytest.mark.parametrize(("changed", "rule", "part"), BROKEN.values(), ids=BROKEN)
def test_a_broken_set_rule_holds_the_batch(
    stall: Contract, batch: Batch, changed: dict[str, Any], rule: str, part: str
) -> None:
    verdict = judge(stall, batch(**changed)).verdict

    assert not verdict.success
    assert rule in [failure.rule for failure in verdict.failed]
    assert part in str(verdict.sentence)


def test_a_held_batch_is_told_in_one_sentence_with_state_and_next_step(stall: Contract, batch: Batch) -> None:
    verdict = judge(stall, batch({"stall_no": {"duplicates": 17}})).verdict

    assert verdict.sentence == (
        "stall 2026-03-01 is held: duplicateValues(stall_no, season) must be 0, found 17. "
        "Readers keep the version they had. See docs/runbooks/audit-held.md."
    )


@pytest.mark.parametrize("changed", WITHIN.values(), ids=WITHIN)
def test_a_batch_within_its_bounds_passes(stall: Contract, batch: Batch, changed: dict[str, Any]) -> None:
    verdict = judge(stall, batch(**changed)).verdict

    assert (verdict.success, verdict.failed, verdict.sentence) == (True, (), None)


@pytest.mark.parametrize(("missing", "sentence"), [(0, None), (29, None), (30, "missingRecords must be below 30 %, found 30 %"), (100, "found 100 %")])
def test_a_dump_that_lacks_30_percent_of_the_records_or_more_is_held_unless_the_contract_says_otherwise(
    stall: Contract, batch: Batch, missing: int, sentence: str | None
) -> None:
    dump, measured = replace(stall, merge="snapshot"), batch(records=100, records_missing=missing)
    allowed = replace(dump, set_rules=(*dump.set_rules, SetRule("missingRecords", None, None, 100)))

    assert (sentence or "None") in str(judge(dump, measured).verdict.sentence)
    assert judge(allowed, measured).verdict.success and judge(stall, measured).verdict.success


def test_the_first_batch_passes_its_change_rule_with_a_note(stall: Contract, batch: Batch) -> None:
    verdict = judge(stall, batch(history=[])).verdict

    assert verdict.success
    assert verdict.notes == ("rowCountChange: no earlier batch to compare with.",)


def test_a_sentence_names_three_rules_and_counts_the_others(stall: Contract, batch: Batch) -> None:
    worst = batch(
        {"stall_no": {"duplicates": 1, "nulls": 1}, "season": {"nulls": 1}}, rows_quarantined=90, rows_in=1000
    )
    verdict = judge(stall, worst).verdict

    assert len(verdict.failed) == 4
    assert str(verdict.sentence).count("must be") == 3
    assert "; and 1 more. Readers" in str(verdict.sentence)
    assert [reason.split(" must be ")[0] for reason in verdict.reasons] == [failure.rule for failure in verdict.failed]


def test_a_value_of_a_closed_column_is_never_shown(stall: Contract, batch: Batch) -> None:
    judgement = judge(stall, batch({"age": {"minimum": 15}}))

    assert "minimum(age) must be at least 16, found another (sensitive, not shown)" in str(judgement.verdict.sentence)
    assert [failure.found for failure in judgement.verdict.failed] == [None]
    shown = {one.expectation_config.kwargs["column"]: one.result for one in judgement.result.results}  # type: ignore[union-attr]
    assert shown["minimum(age)"] == {"observed_value": "not shown"}


def test_each_result_names_its_line_of_the_contract(stall: Contract, batch: Batch) -> None:
    result = judge(stall, batch()).result

    lines = {one.expectation_config.kwargs["column"]: one.expectation_config.meta for one in result.results}  # type: ignore[union-attr]
    assert lines["minimum(fee_cny)"]["contract"].endswith("stall.odcs.yaml:26")  # type: ignore[index]
    assert lines["nullValues(season)"]["contract"].endswith("stall.odcs.yaml:17")  # type: ignore[index]


def test_a_figure_that_was_not_measured_stops_the_audit(stall: Contract, measured: Callable[..., Path]) -> None:
    path = measured()
    raw = json.loads(path.read_text(encoding="utf-8"))
    del raw["columns"]["stall_no"]["duplicates"]
    path.write_text(json.dumps(raw), encoding="utf-8")

    with pytest.raises(Unmeasured, match="has no 'duplicates' of 'stall_no'"):
        judge(stall, measurement.read(path))


def test_a_batch_without_a_row_is_held_though_its_columns_have_no_figures(stall: Contract, batch: Batch) -> None:
    empty = batch(rows_in=0, rows_silver=0, rows_quarantined=0, rows_duplicate=0, history=[])
    bare = Measurement(**{**vars(empty), "columns": {name: {} for name in stall.names}})

    assert "rowCount must be at least 1, found 0" in str(judge(stall, bare).verdict.sentence)


def test_the_suite_has_every_rule_of_the_contract_and_those_that_follow_from_it(stall: Contract) -> None:
    assert [one.column for one in suite(stall).expectations] == [  # type: ignore[attr-defined]
        "nullValues(fee_cny)",
        "duplicateValues(stall_no, season)",
        "minimum(fee_cny)",
        "minimum(age)",
        "rowCountChange",
        "rowCount",
        "quarantineRate",
        "nullValues(stall_no)",
        "nullValues(season)",
    ]


def test_every_shipped_contract_gives_a_suite(contracts: dict[str, Contract]) -> None:
    assert [table for table, contract in contracts.items() if len(suite(contract).expectations) < 3] == []
