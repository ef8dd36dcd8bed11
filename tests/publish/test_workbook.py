"""A workbook through the whole walk: every row is in silver, in quarantine, or told as set aside."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from schemas.contract import Contract
from schemas.settings import ROOT, Settings, settings
from tests.ingest.books import book
from tests.publish.notices import silver, stored, unbalanced

pytestmark = pytest.mark.spark
MONTH = "2026-03-05"
REPORT = ROOT / "tests" / "data" / "landing" / "business" / "public_procurement" / MONTH / "made-procurement-2026-02.xlsx"
HEAD = ["采购单位", "项目编号", "采购类别", "采购金额（万元）", None, "供应商信用代码", "签约日期"]


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An installation with the shipped contracts."""
    return settings({"GOVLAKE_HOME": str(tmp_path / "var"), "GOVLAKE_CONTRACTS": str(ROOT / "schemas")})


@pytest.fixture
def report(contracts: dict[str, Contract]) -> Contract:
    """The contract whose files are monthly reports."""
    return contracts["public_procurement"]


def month(*numbers: str) -> list[list[object]]:
    """A sheet of the report's shape with these projects, all alike but for their number."""
    rows: list[list[object]] = [["甲", f"SLCG-2026-{number}", "货物", 1, 1, "91330106QQ700100XE", date(2026, 1, 5)] for number in numbers]
    return [["月报"], [], HEAD, [None, None, None, "预算", "合同"], *rows]


def test_a_monthly_report_lands_with_its_merged_cells_units_and_totals_understood(spark, here, report, land, take_in) -> None:
    land("business", report.table, MONTH, REPORT.name, REPORT.read_bytes())
    said = take_in(report, MONTH)
    rows = silver(spark, here, report)
    assert said[-1].endswith("10 rows in, 7 to silver, 3 quarantined, 0 duplicates.")
    assert {number[-4:]: (row["_row"], row["_path"].rsplit("#")[-1]) for number, row in rows.items()} == {
        "0001": (5, "1月"), "0002": (6, "1月"), "0003": (7, "1月"), "0004": (9, "1月"), "0006": (12, "1月"), "0007": (5, "2月"), "0008": (7, "2月"),
    }  # fmt: skip
    third, fourth = rows["SLCG-2026-0003"], rows["SLCG-2026-0004"]
    assert (third["buyer"], third["budget_wan_cny"], third["signed_on"]) == ("示例市教育局", Decimal("1580.25"), date(2026, 1, 20))
    assert (fourth["contract_wan_cny"], fourth["signed_on"]) == (Decimal("87.999999"), date(2026, 1, 23))


def test_what_is_no_record_of_a_report_is_in_quarantine_or_in_the_ledger(spark, here, report, land, take_in) -> None:
    land("business", report.table, MONTH, REPORT.name, REPORT.read_bytes())
    take_in(report, MONTH)
    found = {row["_path"].rsplit("#")[-1] + str(row["_row"]): row["_violations"][0]["rule"] for row in stored(spark, here, "quarantine", report.table)}
    (file,) = stored(spark, here, "ledger", "file")
    (ingest,) = [hop for hop in stored(spark, here, "ledger", "hop") if hop["hop"] == "ingest"]
    assert found == {"1月10": "form", "2月8": "cell_error", "2月10": "enum"}
    assert (ingest["rows_in"], ingest["rows_out"], ingest["rows_filtered"], unbalanced(spark, here)) == (24, 10, 14, [])
    assert (file["records"], file["encoding"], file["note"].split(",")[0]) == (10, "xlsx", "14 row(s) set aside: 1月 8 total")


def test_a_row_sent_again_in_another_sheet_under_the_same_number_is_the_one_that_stays_out(spark, here, report, land, take_in) -> None:
    land("business", report.table, MONTH, "a.xlsx", book({"1月": month("0001", "0002"), "2月": month("0003", "0001")}))
    said = take_in(report, MONTH)
    assert said[-1].endswith("4 rows in, 3 to silver, 0 quarantined, 1 duplicates.")
    assert sorted(silver(spark, here, report)) == ["SLCG-2026-0001", "SLCG-2026-0002", "SLCG-2026-0003"]
