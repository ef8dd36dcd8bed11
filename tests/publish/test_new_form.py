"""A table whose contract gets, loses, renames or retypes a column: what it held is in the new form with the next batch, and stays proved."""

import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from jobs.ingest.landing import survey
from jobs.ingest.places import places
from jobs.publish.plan import holding, unfinished
from jobs.serve.proof.landed import Looks
from jobs.serve.proof.proof import prove
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.load import load
from schemas.settings import ROOT, Settings, settings
from tests.publish.notices import DAY, as_csv, notice, stored

pytestmark = pytest.mark.spark
TODAY = date(2026, 3, 3)
ADDED = """      - name: subtitle
        businessName: 副标题
        logicalType: string
        classification: public
        description: "Second title. 副标题。"
        examples: ["about"]
"""
CHANGES: dict[str, list[tuple[str, str]]] = {
    "one column more": [("    quality:", f"{ADDED}    quality:")],
    "one in front": [("      - name: revised_on", f"{ADDED}      - name: revised_on")],
    "one renamed": [
        ("- name: score", "- name: points"),
        ("          - {property: rules, value: [{rule: range, min: 0, max: 100}", "          - {property: aliases, value: [score]}\n          - {property: rules, value: [{rule: range, min: 0, max: 100}"),
    ],
    "one wider": [("decimal(5,2)", "decimal(12,4)")],
    "one that is text now": [("logicalType: number\n        physicalType: decimal(5,2)", "logicalType: string"), (", {rule: range, max: 90, severity: warn}", ""), ("{rule: range, min: 0, max: 100}", "{rule: length, max: 9}")],
    "one less and another": [("- name: mobile\n        businessName: 手机\n", "- name: phone_text\n        businessName: 电话\n")],
}  # fmt: skip
MERGES = {
    "upsert": [],
    "append": [("merge, value: upsert", "merge, value: append")],
    "history": [("merge, value: upsert", "merge, value: history"), ("[revised_on]", "[]")],
    "snapshot": [("merge, value: upsert", "merge, value: snapshot"), ("[revised_on]", "[]")],
}

# Each change of the form by the commonest merge, and by every other one what it does otherwise.
CASES = [
    *[(change, "upsert") for change in CHANGES], ("one renamed", "append"), ("one in front", "history"), ("one renamed", "history"),
    ("one that is text now", "history"), ("one wider", "snapshot"), ("one less and another", "snapshot"),
]  # fmt: skip


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An installation whose contracts may be changed."""
    shutil.copytree(ROOT / "tests" / "data" / "contracts", tmp_path / "contracts")
    return settings({"GOVLAKE_HOME": str(tmp_path / "var"), "GOVLAKE_CONTRACTS": str(tmp_path / "contracts")})


def edition(here: Settings, version: str, *changes: tuple[str, str]) -> Contract:
    path = here.contracts / "notice.odcs.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text.replace("version: 1.0.0", f"version: {version}"), encoding="utf-8")
    return load(path)


def told(spark: Any, here: Settings, score: str) -> dict[str, str]:
    """What the newest row of each notice says, by number."""
    rows = [row.asDict() for row in stored(spark, here, "silver", "notice")]
    return {row["notice_no"]: f"{row[score]}" for row in sorted(rows, key=lambda row: row["_ingested_at"])}


@pytest.mark.parametrize(("change", "merge"), CASES)
def test_what_a_table_held_is_there_in_the_form_of_a_changed_contract_and_proved(
    spark: Any, here: Settings, land: Callable[..., Path], take_in: Callable[..., list[str]], tmp_path: Path, change: str, merge: str
) -> None:
    before = edition(here, "1.0.0", *MERGES[merge])
    land("social", "notice", DAY, "a.csv", as_csv(before, [notice(before, f"N{number}", score=f"1{number}.5") for number in range(4)]))
    take_in(before)
    after = edition(here, "2.0.0", *CHANGES[change])
    score = "points" if change == "one renamed" else "score"
    sent = [notice(after, f"N{number}", **{score: f"2{number}.5", "revised_on": "2026-02-09"}) for number in range(2)]
    if merge in ("append", "snapshot"):
        sent += [notice(after, f"N{number}", **{score: f"1{number}.5"}) for number in range(2, 4)]
    land("social", "notice", "2026-03-03", "b.csv", as_csv(after, sent))
    take_in(after, "2026-03-03")
    found = told(spark, here, score)
    plain = {number: Decimal(value) for number, value in found.items()}
    assert plain == {"N0": Decimal("20.5"), "N1": Decimal("21.5"), "N2": Decimal("12.5"), "N3": Decimal("13.5")}
    proof = prove(here, after, Looks(survey, places, holding, unfinished), tmp_path, TODAY)
    assert (proof.findings, proof.unproved, proof.file_rows) == ((), 0, 4 + len(sent))


def test_values_that_the_new_type_cannot_hold_refuse_the_batch_and_stay(spark: Any, here: Settings, land: Callable[..., Path], take_in: Callable[..., list[str]]) -> None:
    before = edition(here, "1.0.0")
    land("social", "notice", DAY, "a.csv", as_csv(before, [notice(before, "N1", score="1.25"), notice(before, "N2", score="2")]))
    take_in(before)
    after = edition(here, "2.0.0", ("logicalType: number\n        physicalType: decimal(5,2)", "logicalType: integer"))
    land("social", "notice", DAY, "b.csv", as_csv(after, [notice(after, "N3", score="3")]))
    with pytest.raises(Refused, match=r"the types of version 2\.0\.0 cannot: 1 of 'score' \(decimal\(5,2\)\) that are no bigint\. Nothing was written\."):
        take_in(after)
    assert told(spark, here, "score") == {"N1": "1.25", "N2": "2.00"}
