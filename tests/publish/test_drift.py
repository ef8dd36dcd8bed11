"""Whole runs of deliveries that differ from their contract: nothing is lost, and what was set aside is found again."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.commands.layout import BEIJING
from jobs.publish.plan import holding
from jobs.serve.feedback import departments, judged
from jobs.serve.lake import ledger, quarantine
from jobs.serve.letter import write
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.load import load
from schemas.settings import ROOT, Settings, settings
from tests.publish.notices import DAY, silver, unbalanced

pytestmark = pytest.mark.spark
SENT = "notice_no,revised_on,mobile,score,nick\nN1,2026-02-01,13800000000,98.5,\nN2,2026-02-01,13800000000,12345.678,x\nN3,2026-02-01,13800000000,7,小名\n"


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An installation whose contract may be changed."""
    shutil.copytree(ROOT / "tests" / "data" / "contracts", tmp_path / "contracts")
    return settings({"GOVLAKE_HOME": str(tmp_path / "var"), "GOVLAKE_CONTRACTS": str(tmp_path / "contracts")})


@pytest.fixture
def take(here: Settings, land: Callable[..., Path], take_in: Callable[..., list[str]]) -> Callable[[str], Contract]:
    """Take the delivery in under a policy; returns the contract."""

    def start(drift: str) -> Contract:
        path = here.contracts / "notice.odcs.yaml"
        path.write_text(f"{path.read_text(encoding='utf-8').replace('Rate, value: 0.1', 'Rate, value: 0.9')}  - {{property: drift, value: {drift}}}\n", encoding="utf-8")
        contract = load(path)
        land(contract.source_class, contract.table, DAY, "a.csv", SENT.encode())
        take_in(contract)
        return contract

    return start


def test_discarded_values_leave_their_rows_in_silver_and_the_department_is_told_of_them(spark, here, take) -> None:
    contract = take("{columns: discard_value, values: discard_value}")
    found = silver(spark, here, contract)
    assert {number: (row["score"] is None, row["_extra"], sorted(v["rule"] for v in row["_violations"] if v["rule"] != "range")) for number, row in found.items()} == {
        "N1": (False, None, []), "N2": (True, None, ["form", "unknown_column"]), "N3": (False, None, ["unknown_column"]),
    }  # fmt: skip
    assert (unbalanced(spark, here), quarantine(here, "notice").rows_quarantined) == ([], 0)
    (entry,) = ledger(here)
    today = entry.at.astimezone(BEIJING).date()
    letter = write(here, departments(here)[0], today, judged(here, today), holding)
    told = (Path(letter.folder) / "rows.csv").read_text(encoding="utf-8-sig")
    assert (letter.rows_taken, letter.rows_refused, "a.csv,3,score," in told, "a.csv,4,," in told, "小名" in told, "12345.678" in told) == (3, 0, True, True, False, False)


def test_discarded_rows_are_in_quarantine_with_all_that_was_sent(spark, here, take) -> None:
    contract = take("{columns: discard_row}")
    assert set(silver(spark, here, contract)) == {"N1"}
    found = quarantine(here, "notice")
    assert (found.rows_quarantined, dict(found.violations), unbalanced(spark, here)) == (2, {"unknown_column": 2, "form": 1}, [])


def test_a_batch_with_a_value_that_does_not_fit_is_held_where_values_are_frozen(here, take) -> None:
    with pytest.raises(Refused, match=r"is held: misfitValues\(score\) must be 0, found 1\. Readers keep"):
        take("{values: freeze}")
