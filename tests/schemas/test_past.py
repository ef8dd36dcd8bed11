"""The words that keep the past of a table: what they need, and the sentence and line where it is not there."""

from pathlib import Path

import pytest

from schemas.contract import SetRule
from schemas.errors import Refused
from schemas.load import load
from schemas.settings import ROOT

FOLDER = ROOT / "tests" / "data" / "past"
MISSING = "      - {metric: rowCount, mustBeGreaterThan: 0}\n      - {type: custom, engine: govlake, implementation: {metric: missingRecords, max: 10}}"
# story -> (table, what is in the file, what is written instead, the line's text that is told, the sentence)
MISTAKES = {
    "a word that is nearly right": (
        "licence", "value: history", "value: histry", "merge, value: histry",
        "merge is 'histry', must be 'upsert', 'append', 'replace', 'history' or 'snapshot'. Did you mean 'history'?",
    ),
    "two columns of time": (
        "licence", "orderBy, value: [changed_on]", "orderBy, value: [changed_on, seats]", "orderBy, value",
        "orderBy has 2 columns, must have 1 with merge 'history': the time from which a version counts; none when that is the business date it is delivered for.",
    ),
    "a time that is none": (
        "licence", "orderBy, value: [changed_on]", "orderBy, value: [seats]", "orderBy, value",
        "column 'seats' is of type integer; a version counts from a date or a timestamp.",
    ),
    "a time that may be empty": (
        "licence", "logicalType: date\n        required: true", "logicalType: date", "- name: changed_on",
        "column 'changed_on' must have 'required: true': each version of a record counts from some time.",
    ),
    "a time in the key": (
        "licence", "logicalType: date\n        required: true", "logicalType: date\n        required: true\n        primaryKey: true\n        primaryKeyPosition: 2",
        "orderBy, value", "'changed_on' is part of the key, and a key names a record, not one version of it. Take it out of the key.",
    ),
    "a sign of deletion in a column that is not there": (
        "licence", "{change: [D]}", "{chnge: [D]}", "property: deleted", "there is no column 'chnge'. Did you mean 'change'?",
    ),
    "a sign of deletion that no text equals": (
        "licence", "{change: [D]}", "{change: [3]}", "property: deleted", "3 for text column 'change' must be in quotes.",
    ),
    "the key as a sign of deletion": (
        "licence", "{change: [D]}", "{licence_no: [D]}", "property: deleted",
        "'licence_no' tells which record and since when; another column says that it ended.",
    ),
    "a sign of deletion in a whole table": (
        "roll", "  - {property: orderBy, value: []}", "  - {property: orderBy, value: []}\n  - {property: deleted, value: {seats: [0]}}", "property: deleted",
        "'deleted' is for merge 'history'; a snapshot is the whole table, so a record that it lacks has ended. Remove it, or change merge.",
    ),
    "a sign of deletion where only the newest row is kept": (
        "licence", "value: history", "value: upsert", "property: deleted", "'deleted' is for merge 'history'; this one is 'upsert'. Remove it, or change merge.",
    ),
    "a snapshot without a key": (
        "roll", "        primaryKey: true\n", "", "merge, value: snapshot", "merge 'snapshot' needs a key. Mark a column with 'primaryKey: true'.",
    ),
    "missing records where a delivery is not the whole table": (
        "licence", "      - {metric: rowCount, mustBeGreaterThan: 0}", MISSING, "missingRecords",
        "missingRecords is for merge 'snapshot', this one is 'history': only of a whole table can records be missing.",
    ),
}  # fmt: skip


def written(folder: Path, table: str, before: str, after: str) -> Path:
    text = (FOLDER / f"{table}.odcs.yaml").read_text(encoding="utf-8")
    assert before in text
    path = folder / f"{table}.odcs.yaml"
    path.write_text(text.replace(before, after), encoding="utf-8")
    return path


@pytest.mark.parametrize(("table", "before", "after", "line", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_each_mistake_is_told_with_its_line_and_what_to_do(tmp_path: Path, table: str, before: str, after: str, line: str, sentence: str) -> None:
    path = written(tmp_path, table, before, after)
    with pytest.raises(Refused) as refused:
        load(path)
    number = next(place for place, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1) if line in text)
    assert str(refused.value) == f"{path}:{number}: {sentence}"


def test_a_gold_table_keeps_no_past(tmp_path: Path) -> None:
    text = (ROOT / "schemas" / "marts" / "credit_profile.odcs.yaml").read_text(encoding="utf-8")
    (tmp_path / "credit_profile.odcs.yaml").write_text(text.replace("merge, value: replace", "merge, value: snapshot"), encoding="utf-8")
    with pytest.raises(Refused, match="merge 'snapshot' is for tables that files are landed for"):
        load(tmp_path / "credit_profile.odcs.yaml")


def test_in_a_history_the_time_tells_rows_of_one_key_apart_and_in_a_snapshot_the_key_alone() -> None:
    history, snapshot = load(FOLDER / "licence.odcs.yaml"), load(FOLDER / "roll.odcs.yaml")
    assert (history.key, history.identity, snapshot.identity) == (("licence_no",), ("licence_no", "changed_on"), ("licence_no",))
    assert (history.counts_from, history.is_dated_by_delivery, snapshot.counts_from, snapshot.is_dated_by_delivery) == ("changed_on", False, None, True)
    assert (history.deleted, snapshot.deleted, history.keeps_past, snapshot.keeps_past) == ({"change": ("D",)}, {}, True, True)


def test_a_history_whose_rows_tell_no_time_counts_from_the_business_date(tmp_path: Path) -> None:
    undated = load(written(tmp_path, "licence", "orderBy, value: [changed_on]", "orderBy, value: []"))
    assert (undated.identity, undated.counts_from, undated.is_dated_by_delivery) == (("licence_no",), None, True)


def test_the_share_of_missing_records_is_the_contracts_to_set(tmp_path: Path) -> None:
    path = written(tmp_path, "roll", "      - {metric: rowCount, mustBeGreaterThan: 0}", MISSING)
    assert SetRule("missingRecords", None, None, 10, line=load(path).set_rules[1].line) in load(path).set_rules
