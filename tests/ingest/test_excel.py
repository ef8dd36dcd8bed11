"""Workbooks as the driver reads them: which rows are records, with which texts, and what is set aside."""

import gzip
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from jobs.ingest.excel.serial import day
from jobs.ingest.reader import Record
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.template import ExcelTemplate
from tests.ingest.books import Fault, Sheet, book
from tests.ingest.cases import column, contract, desk, landed, prepared, read

HEAD = ["单位", "金额（万元）"]
BOOK = "a.xlsx"


def kind(**template: Any) -> Contract:
    """A report of an office's amount and day; the keys are those of the template."""
    fields = {"header_row": 1, "header_rows": 1, **template}
    fields.setdefault("data_row", fields["header_row"] + fields["header_rows"])
    columns = (
        column("office", title="单位", required=True),
        column("amount", title="金额", unit="万元"),
        column("paid_on", title="支付日期", logical_type="date", formats=("yyyy-MM-dd", "yyyyMMdd")),
        column("seen_at", title="登记时间", logical_type="timestamp", formats=("yyyy-MM-dd HH:mm:ss",)),
    )
    return contract(*columns, source_format="excel", template=ExcelTemplate(**fields))


def found(tmp_path: Path, rows: Sequence[Sequence[Any]] | Sheet, **template: Any) -> list[Record]:
    """The records of a workbook of one sheet."""
    return read(tmp_path / BOOK, book({"1月": rows}), kind(**template))


def kept(records: list[Record]) -> list[tuple[Any, ...]]:
    """Row and values of the records, those set aside left out."""
    return [(record.row, *record.values) for record in records if record.aside is None]


def aside(records: list[Record]) -> list[tuple[int, str]]:
    return [(record.row, record.aside) for record in records if record.aside]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        pytest.param("007", "007", id="digits that are text"),
        pytest.param("1.0", "1.0", id="a number that is text"),
        pytest.param(7.0, "7", id="a whole number"),
        pytest.param(0.1 + 0.2, "0.3", id="a sum of fractions, as shown"),
        pytest.param(1234567890123.5, "1234567890123.5", id="a long number"),
        pytest.param(1e15, "1000000000000000", id="a number that repr would give an exponent"),
        pytest.param(1e21, "1000000000000000000000", id="a number beyond its digits"),
        pytest.param(1.5e-7, "0.00000015", id="a small number"),
        pytest.param(-0.0, "0", id="minus nought"),
        pytest.param(True, "TRUE", id="a truth value"),
        pytest.param(time(9, 30), "09:30:00", id="a time of day"),
        pytest.param(date(2026, 3, 1), "2026-03-01", id="a date"),
        pytest.param(datetime(2026, 3, 1, 9, 30, 59), "2026-03-01 09:30:59", id="an instant"),
        pytest.param(" 两\n行 ", " 两\n行 ", id="text over two lines"),
    ],
)  # fmt: skip
def test_a_cell_is_the_text_that_a_person_sees(cell: Any, text: str, tmp_path: Path) -> None:
    assert kept(found(tmp_path, [HEAD, [cell, None]])) == [(2, text, None)]


@pytest.mark.parametrize("system", [1900, 1904])
def test_dates_of_both_systems_are_the_same_text(system: int, tmp_path: Path) -> None:
    rows = [["单位", "支付日期", "登记时间"], ["甲", date(2026, 3, 1), datetime(2026, 3, 1, 8, 5)], ["乙", None, date(2026, 3, 2)]]
    records = read(tmp_path / BOOK, book({"1月": rows}, system), kind())
    assert kept(records) == [(2, "甲", "2026-03-01", "2026-03-01 08:05:00"), (3, "乙", None, "2026-03-02 00:00:00")]


@pytest.mark.parametrize(
    ("system", "number", "text"),
    [
        (1900, 46082, "2026-03-01"), (1904, 44620, "2026-03-01"), (1900, 46082.395833333336, "2026-03-01 09:30:00"), (1900, 59, "1900-02-28"),
        (1900, 61, "1900-03-01"), (1900, 60, "60"), (1900, 20260301, "20260301"), (None, 46082, "46082"), (1900, -5, "-5"), (1904, 0, "1904-01-01"),
    ],
)  # fmt: skip
def test_a_plain_number_in_a_date_column_is_a_day_only_when_the_contract_says_so(system: Any, number: float, text: str, tmp_path: Path) -> None:
    assert kept(found(tmp_path, [["单位", "支付日期"], ["甲", number]], serial_dates=system)) == [(2, "甲", text)]


def test_the_day_that_never_was_is_no_date() -> None:
    assert (day("60", 1900), day("60.5", 1900), day("1", 1900), day("2958466", 1900)) == (None, None, "1900-01-01", None)


def test_the_unit_in_a_header_is_that_of_the_column(tmp_path: Path) -> None:
    report = prepared(tmp_path, kind(), book({"1月": [["单 位", "金额\n（单位：万元）"], ["甲", 1]]}), BOOK).report
    assert (report.missing, report.unknown, report.encoding) == (("paid_on", "seen_at"), (), "xlsx")


def test_another_unit_is_another_column(tmp_path: Path) -> None:
    report = prepared(tmp_path, kind(), book({"1月": [["单位", "金额（元）"], ["甲", 1]]}), BOOK).report
    assert (report.missing, report.unknown) == (("amount", "paid_on", "seen_at"), ("金额（元）",))


def test_a_header_of_two_rows_joins_upper_and_lower_and_moves_the_unit_behind(tmp_path: Path) -> None:
    rows = [["某市采购月报"], [], ["单位", "采购金额（万元）", None, "备注"], [None, "预算", "合同", None], ["甲", 3, 2, "x"]]
    sheet = Sheet(rows, ("A1:D1", "A3:A4", "B3:C3", "D3:D4"))
    (record,) = found(tmp_path, sheet, header_row=3, header_rows=2)
    assert (record.row, record.names, record.values) == (5, ("单位", "采购金额/预算(万元)", "采购金额/合同(万元)", "备注"), ["甲", "3", "2", "x"])


@pytest.mark.parametrize(
    ("merged", "values"),
    [
        ("none", [("甲", "1"), (None, "2"), ("乙", None)]), ("down", [("甲", "1"), ("甲", "2"), ("乙", None)]),
        ("right", [("甲", "1"), (None, "2"), ("乙", "乙")]), ("both", [("甲", "1"), ("甲", "2"), ("乙", "乙")]),
    ],
)  # fmt: skip
def test_a_merged_value_counts_where_the_contract_says(merged: str, values: list[tuple[Any, ...]], tmp_path: Path) -> None:
    sheet = Sheet([HEAD, ["甲", 1], [None, 2], ["乙", None]], ("A2:A3", "A4:B4"))
    assert [row[1:] for row in kept(found(tmp_path, sheet, merged=merged))] == values


def test_totals_notes_and_repeated_headers_are_set_aside_with_their_row(tmp_path: Path) -> None:
    rows = [HEAD, ["小计量器具厂", 1], ["小  计", 1], HEAD, ["合计银行", 2], ["合　计：", 3], ["注：单位为万元", None], ["甲", 4]]
    records = found(tmp_path, rows, totals=("小计", "合计"), notes=("注:",))
    assert (aside(records), [row[1] for row in kept(records)]) == (
        [(3, "total"), (4, "header"), (6, "total"), (7, "note")], ["小计量器具厂", "合计银行", "甲"],
    )  # fmt: skip


def test_rows_with_one_cell_are_notes_only_below_the_last_record(tmp_path: Path) -> None:
    rows = [HEAD, ["甲", 1], ["乙", None], ["丙", 2], [None, "填表人"], [], ["审核人", None]]
    records = found(tmp_path, rows, one_cell_tail=True)
    assert (aside(records), kept(records)) == ([(5, "note"), (7, "note")], [(2, "甲", "1"), (3, "乙", None), (4, "丙", "2")])


def test_a_report_says_which_rows_were_set_aside(tmp_path: Path) -> None:
    report = prepared(tmp_path, kind(totals=("合计",)), book({"1月": [HEAD, ["甲", 1], ["合计", 1]]}), BOOK).report
    assert (report.records, report.aside, report.aside_at) == (1, 1, ("1月 3 total",))


def test_sheets_of_one_header_are_read_together_and_hidden_ones_are_left_out(tmp_path: Path) -> None:
    sheets = {"1月": [HEAD, ["甲", 1]], "空": [[]], "旧": Sheet([HEAD, ["旧", 0]], is_hidden=True), "2月": [[HEAD[1], HEAD[0]], [2, "乙"]]}
    records = read(tmp_path / BOOK, book(sheets), kind())
    assert [(r.part, r.row, dict(zip(r.names, r.values, strict=True))[HEAD[0]]) for r in records] == [("1月", 2, "甲"), ("2月", 2, "乙")]


@pytest.mark.parametrize(
    ("wanted", "parts"),
    [(("旧",), {"旧"}), ((2,), {"2月"}), (("*月",), {"1月", "2月"}), (("1月", 2), {"1月", "2月"})],
)
def test_a_sheet_is_named_by_its_name_or_its_position(wanted: tuple[Any, ...], parts: set[str], tmp_path: Path) -> None:
    sheets = {"1月": [HEAD, ["甲", 1]], "旧": Sheet([HEAD, ["旧", 0]], is_hidden=True), "2月": [HEAD, ["乙", 2]]}
    assert {record.part for record in read(tmp_path / BOOK, book(sheets), kind(sheets=wanted))} == parts


def test_a_formula_error_in_a_known_column_is_a_defect_and_elsewhere_a_text(tmp_path: Path) -> None:
    rows = [[*HEAD, "核对"], ["甲", Fault("#REF!"), None], ["乙", 1, Fault("#N/A")], ["丙", "#DIV/0!", 2]]
    records = found(tmp_path, rows)
    assert [(r.row, r.defect, r.raw) for r in records if r.defect] == [
        (2, "cell_error", '[["单位","甲"],["金额（万元）","#REF!"]]'), (4, "cell_error", '[["单位","丙"],["金额（万元）","#DIV/0!"],["核对","2"]]'),
    ]  # fmt: skip
    assert records[1].values == ["乙", "1", "#N/A"]


def test_a_value_beside_the_header_is_kept_under_its_position(tmp_path: Path) -> None:
    (record,) = found(tmp_path, [HEAD, ["甲", 1, None, "x"]])
    assert (record.names, record.values) == ((*HEAD, "", ""), ["甲", "1", None, "x"])


def test_a_table_that_begins_in_another_column_keeps_its_places(tmp_path: Path) -> None:
    (record,) = found(tmp_path, [[None, None, *HEAD], [None, None, "甲", 1]])
    assert (record.names, record.values) == (("", "", *HEAD), [None, None, "甲", "1"])


@pytest.mark.parametrize(
    ("sheets", "template", "sentence"),
    [
        ({"1月": [[]]}, {}, "is empty: no sheet of it has anything in it"),
        ({"1月": [HEAD]}, {"sheets": ("2月",)}, "has no sheet '2月' (it has '1月')"),
        ({"1月": [HEAD]}, {"sheets": (3,)}, "has no visible sheet number 3"),
        ({"1月": [HEAD, ["甲", 1]]}, {"header_row": 5}, "has nothing in row 5 of sheet '1月'"),
        ({"1月": [HEAD, ["甲", 1]], "说明": [["本表说明"], ["x"]]}, {}, "has another header in sheet '说明' than in sheet '1月'"),
        ({"1月": [["单位", "单位", "金额"], ["甲", "乙", 1]]}, {}, "names a column twice in its header: '单位'"),
        ({"1月": [["金额"], [1]]}, {}, "header lacks required 'office'"),
    ],
)  # fmt: skip
def test_a_workbook_that_does_not_fit_its_template_is_refused(sheets: Any, template: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"Nothing was read; the file stays in landing\. ") as refused:
        prepared(tmp_path, kind(**template), book(sheets), BOOK)
    assert str(refused.value).startswith(sentence)


GOOD = book({"1月": [HEAD, ["甲", 1]]})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"", "is empty", id="no byte"),
        pytest.param(GOOD[:-40], "is a damaged workbook", id="cut off"),
        pytest.param(GOOD[:200], "is a damaged workbook", id="nearly nothing left"),
        pytest.param(GOOD.replace(b"xl/worksheets/sheet1.xml", b"xl/worksheets/sheet9.xml"), "is a damaged workbook", id="a part that is not there"),
        pytest.param(b"<html><body><table><tr><td>1</td></tr></table></body></html>", "is an HTML page", id="HTML"),
        pytest.param(b'<?xml version="1.0"?><Workbook/>', "is an XML text", id="an XML spreadsheet of 2003"),
        pytest.param("单位,金额\n甲,1\n".encode("gbk"), "is a text such as CSV", id="CSV"),
        pytest.param("单位\t金额\n甲\t1\n".encode(), "is a text such as CSV", id="values between tabs"),
        pytest.param(b"%PDF-1.4\x00", "is not a workbook", id="PDF"),
    ],
)
def test_what_is_no_sound_workbook_is_refused_by_what_it_is(content: bytes, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=f"^{sentence}.*Nothing was read; the file stays in landing. ."):
        read(tmp_path / "a.xls", content, kind())


def test_a_workbook_is_read_by_its_bytes_whatever_its_name_and_packing(tmp_path: Path) -> None:
    assert kept(read(tmp_path / "a.xls", gzip.compress(GOOD), kind())) == [(2, "甲", "1")]


def test_a_file_that_changed_after_it_was_planned_is_refused(tmp_path: Path) -> None:
    file = replace(landed(tmp_path / BOOK, GOOD), sha256="0" * 64)
    with pytest.raises(Refused, match="has changed since it was planned"):
        desk(kind(), tmp_path / "work").reader.inspect(file, tmp_path / "work", 1)
