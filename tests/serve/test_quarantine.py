"""`quarantine`: rows with their place and their reasons in words, values masked."""

import pytest

from jobs.publish.plan import holding
from jobs.serve.lake import HeldBatch, Reason, held, quarantine, top_reasons
from jobs.serve.quarantine import by_rule
from schemas.settings import Settings
from tests.serve.made_lake import HELD, HELD_PATH, PATH, SECRET_NUMBER, SENTENCE, make_held


def test_every_row_is_counted_and_every_rule_that_set_one_aside(lake: Settings) -> None:
    found = quarantine(lake, "applicant")
    assert (found.rows_quarantined, dict(found.violations)) == (2, {"citizen_id": 2, "required": 1})


def test_the_limit_shortens_the_rows_and_not_the_counts(lake: Settings) -> None:
    found = quarantine(lake, "applicant", limit=1)
    assert (len(found.rows), found.rows_quarantined) == (1, 2)


def test_a_row_names_its_file_and_its_place_in_it(lake: Settings) -> None:
    assert [(row.path, row.row) for row in quarantine(lake, "applicant").rows] == [(PATH, 5), (PATH, 6)]


def test_a_reason_is_said_in_chinese_and_in_english(lake: Settings) -> None:
    first = quarantine(lake, "applicant").rows[0].violations[0]
    assert first.zh == "公民身份号码（citizen_no）不是有效的18位公民身份号码"
    assert first.en == "citizen_no is not a valid 18-digit citizen number"


def test_values_are_masked_by_the_highest_class_of_the_contract(lake: Settings) -> None:
    sent = quarantine(lake, "applicant").rows[0].sent
    assert dict(sent) == {"case_no": "A****4", "citizen_no": "1****************9"}


def test_a_secret_that_slipped_into_a_public_column_stays_hidden(lake: Settings) -> None:
    second = quarantine(lake, "applicant").rows[1]
    assert SECRET_NUMBER not in str(second)
    assert "13800000000" not in str(second)


def test_a_table_without_quarantine_has_none(empty: Settings) -> None:
    assert quarantine(empty, "applicant").rows_quarantined == 0


def test_the_heaviest_reason_stands_first_and_warnings_are_none(lake: Settings) -> None:
    zh, en = "公民身份号码（citizen_no）不是有效的18位公民身份号码", "citizen_no is not a valid 18-digit citizen number"
    found = top_reasons(lake)
    assert found[0] == Reason("applicant", "citizen_id", "citizen_no", 2, zh, en)
    assert [reason.rule for reason in found] == ["citizen_id", "required"]


@pytest.fixture
def waiting(lake: Settings) -> HeldBatch:
    """The one batch of the lake that is held."""
    make_held(lake)
    (one,) = held(lake, "applicant", 20, holding)
    return one


def test_a_held_batch_says_why_and_counts_what_it_would_set_aside(waiting: HeldBatch) -> None:
    assert (waiting.batch, waiting.date, waiting.sentence, waiting.rows_quarantined) == (HELD, "2026-03-02", SENTENCE, 3)
    assert dict(waiting.violations) == {"key_conflict": 2, "citizen_id": 1}


def test_rows_of_a_held_batch_have_their_place_their_reasons_and_the_mask_of_quarantine(waiting: HeldBatch) -> None:
    found = {row.row: row for row in waiting.rows}
    assert [(row.path, row.row, row.violations[0].rule) for row in waiting.rows] == [
        (HELD_PATH, 2, "citizen_id"), (HELD_PATH, 3, "key_conflict"), (HELD_PATH, 4, "key_conflict"),
    ]  # fmt: skip
    assert dict(found[2].sent) == {"case_no": "B****2", "citizen_no": "1****************9"}
    assert found[3].sent["fee_cny"] == "****"
    assert SECRET_NUMBER not in str(waiting)


def test_the_limit_is_for_all_held_batches_together(lake: Settings) -> None:
    make_held(lake)
    assert [len(one.rows) for one in held(lake, "applicant", 1, holding)] == [1]


def test_a_table_that_holds_nothing_has_no_held_batch(lake: Settings) -> None:
    assert held(lake, "applicant", 20, holding) == ()


def test_rules_are_listed_by_all_their_columns_together() -> None:
    counted = [{"rule": "uscc", "column": "a", "rows": 42}, {"rule": "required", "column": "a", "rows": 30}, {"rule": "required", "column": "b", "rows": 20}]
    assert list(by_rule(counted).items()) == [("required", 50), ("uscc", 42)]
