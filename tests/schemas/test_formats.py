"""The keys of a source format in a contract: what loads, and every mistake told with file, line and nearest word."""

from pathlib import Path

import pytest

from schemas.contract import Contract
from schemas.errors import Refused
from schemas.load import load
from schemas.page import page
from schemas.settings import ROOT
from schemas.template import ExcelTemplate, FixedTemplate, Span, SqlTemplate, XmlTemplate

NOTICE = (ROOT / "tests" / "data" / "contracts" / "notice.odcs.yaml").read_text(encoding="utf-8")
CSV = "  - {property: sourceFormat, value: csv}\n"
EXCEL = "  - {property: sourceFormat, value: excel}\n  - property: excel\n    value:\n"
FIXED = "  - {property: sourceFormat, value: fixed}\n  - {property: fixed, value: {unit: bytes}}\n"
SPANS = {"notice_no": (1, 4), "revised_on": (5, 10), "mobile": (15, 11), "score": (27, 5)}


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "notice.odcs.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def excel(*lines: str) -> str:
    return NOTICE.replace(CSV, EXCEL + "".join(f"      {line}\n" for line in lines))


def sql(*keys: str) -> str:
    return NOTICE.replace(CSV, f"  - {{property: sourceFormat, value: sql}}\n  - {{property: sql, value: {{{', '.join(keys)}}}}}\n")


def fixed(**spans: tuple[int, int] | None) -> str:
    text = NOTICE.replace(CSV, FIXED)
    for name, place in {**SPANS, **spans}.items():
        if place is not None:
            begin = text.index(f"- name: {name}\n")
            head, tail = text[:begin], text[begin:]
            entry = f"          - {{property: span, value: {{start: {place[0]}, width: {place[1]}}}}}\n"
            at = tail.index("        examples:")
            end = tail.index("\n", at) + 1
            tail = tail[:end] + ("" if "customProperties" in tail[end : end + 30] else "        customProperties:\n") + tail[end:]
            at = tail.index("        customProperties:\n") + len("        customProperties:\n")
            text = head + tail[:at] + entry + tail[at:]
    return text


def loaded(tmp_path: Path, text: str) -> Contract:
    return load(written(tmp_path, text))


def test_a_template_loads_with_what_it_says_and_what_it_leaves_out(tmp_path: Path) -> None:
    found = loaded(tmp_path, excel('sheets: ["*月", 2]', "headerRow: 3", "headerRows: 2", "totals: [合计]", "merged: down", "serialDates: 1904"))
    assert found.template == ExcelTemplate(("*月", 2), 3, 2, 5, ("合计",), (), False, "down", 1904)


def test_a_workbook_needs_no_template(tmp_path: Path) -> None:
    assert loaded(tmp_path, NOTICE.replace("value: csv", "value: excel")).template == ExcelTemplate()


def test_xml_and_fixed_width_load(tmp_path: Path) -> None:
    xml = NOTICE.replace(CSV, "  - {property: sourceFormat, value: xml}\n  - {property: xml, value: {record: row, ignore: [n]}}\n")
    assert loaded(tmp_path, xml).template == XmlTemplate("row", ("n",))
    found = loaded(tmp_path, fixed())
    assert (found.template, found.column("mobile").span) == (FixedTemplate("bytes"), Span(15, 11))


def test_a_dump_names_its_table_and_who_wrote_it(tmp_path: Path) -> None:
    assert loaded(tmp_path, sql("table: notice", "dialect: postgresql")).template == SqlTemplate("notice", "postgresql")


@pytest.mark.parametrize(
    ("text", "at", "sentence"),
    [
        pytest.param(sql("table: notice", "dialect: mysq"), "dialect: mysq", "dialect is 'mysq', must be 'mysql' or 'postgresql'. Did you mean 'mysql'?", id="a dialect misspelt"),
        pytest.param(sql("dialect: mysql"), "property: sql, value", "'sql' needs 'table'. Add it.", id="a dump without its table"),
        pytest.param(excel("headerrow: 3"), "headerrow: 3", "'headerrow' is not a key of 'excel'. Known: 'sheets', 'headerRow', ", id="a key misspelt"),
        pytest.param(excel("headerrow: 3"), "headerrow: 3", "'dataRow', 'totals', 'notes', 'oneCellTail', 'merged' or 'serialDates'. Did you mean 'headerRow'?", id="its nearest word"),
        pytest.param(excel("headerRow: 0"), "headerRow: 0", "headerRow is 0, must be a whole number from 1 on.", id="row nought"),
        pytest.param(excel("headerRows: 3"), "headerRows: 3", "headerRows is '3', must be '1' or '2'.", id="a header of three rows"),
        pytest.param(excel("headerRow: 3", "dataRow: 3"), "dataRow: 3", "dataRow is 3, must be 4 at least: the header ends in row 3.", id="data in the header"),
        pytest.param(excel("merged: dwon"), "merged: dwon", "merged is 'dwon', must be 'none', 'down', 'right' or 'both'. Did you mean 'down'?", id="a word misspelt"),
        pytest.param(excel("serialDates: 1905"), "serialDates: 1905", "serialDates is '1905', must be '1900' or '1904'.", id="another date system"),
        pytest.param(excel("totals: 合计"), "totals: 合计", "totals is '合计', must be a list with something in it.", id="a word that is no list"),
        pytest.param(excel("notes: [1]"), "notes: [1]", "notes holds 1, must be text: put text in quotes.", id="a number among words"),
        pytest.param(excel("sheets: [0]"), "sheets: [0]", "sheets holds 0, must be text or a position from 1 on: put text in quotes.", id="position nought"),
        pytest.param(excel("oneCellTail: 1"), "oneCellTail: 1", "oneCellTail is 1, must be true or false.", id="a number for a truth value"),
        pytest.param(
            NOTICE.replace(CSV, "  - {property: sourceFormat, value: excel}\n  - {property: excel, value: 3}\n"), "property: excel", "excel is 3, must be keys with values.", id="no keys",
        ),
        pytest.param(
            NOTICE.replace(CSV, CSV + "  - {property: xml, value: {record: row}}\n"), "property: xml",
            "'xml' is for sourceFormat 'xml', this one is 'csv'. Remove it, or change sourceFormat.", id="a template of another format",
        ),
        pytest.param(
            NOTICE.replace(CSV, "  - {property: sourceFormat, value: xml}\n  - {property: xml, value: {recrod: row}}\n"), "recrod",
            "'recrod' is not a key of 'xml'. Known: 'record' or 'ignore'. Did you mean 'record'?", id="a record misspelt",
        ),
        pytest.param(NOTICE.replace("value: csv", "value: xml"), "customProperties:\n  - {property: ownerCode", "'xml' needs 'record'. Add it.", id="no record"),
        pytest.param(fixed(mobile=None), "- name: mobile", "column 'mobile' has no place in the line. Add {property: span, value: {start: 1, width: 18}}.", id="a column without a place"),
        pytest.param(fixed(mobile=(14, 11)), "start: 14", "'mobile' begins at 14, but 'revised_on' ends at 14: two columns share a place. Correct one of them.", id="an overlap"),
        pytest.param(fixed(score=(27, 0)), "start: 27", "width is 0, must be a whole number from 1 on.", id="a width of nothing"),
        pytest.param(fixed().replace(FIXED, CSV), "start: 1,", "span is for sourceFormat 'fixed', this one is 'csv'. Remove it.", id="a place without fixed width"),
        pytest.param(
            NOTICE.replace("value: csv", "value: excel").replace("[yyyy-MM-dd, yyyy年M月d日]", "[yyyy年M月d日]"), "[yyyy年M月d日]",
            "column 'revised_on' is a date read from a workbook: formats must hold 'yyyy-MM-dd', which date cells are given on in. Add it.", id="dates of cells not read",
        ),
        pytest.param(
            NOTICE.replace("businessName: 手机\n", "businessName: 评分（万元）\n").replace("- {property: rules, value: [{rule: range, min", "- {property: unit, value: 万元}\n          - {property: rules, value: [{rule: range, min"),
            "property: unit", "header '评分(万元)' would mean 'mobile' and 'score'. Rename one.", id="a header with a unit that another column has",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_line_and_nearest_word(text: str, at: str, sentence: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    with pytest.raises(Refused) as refused:
        load(path)
    line = text[: text.index(at)].count("\n") + 1
    assert str(refused.value).startswith(f"{path}:{line}: ")
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (excel('sheets: ["1月"]', "headerRow: 3"), "工作表 sheets 1月；表头 header 第 3 行 row 3"),
        (NOTICE.replace(CSV, "  - {property: sourceFormat, value: xml}\n  - {property: xml, value: {record: row}}\n"), "记录元素 record element `row`"),
        (fixed(), "定宽 fixed width, 31 bytes"),
        (sql("table: notice", "dialect: mysql"), "SQL 导出 dump of mysql，表 table `notice`"),
    ],
)
def test_the_page_says_how_a_file_of_the_format_looks(text: str, words: str, tmp_path: Path) -> None:
    assert words in page(loaded(tmp_path, text))


@pytest.mark.parametrize(("text", "sentence"), [
    pytest.param(NOTICE.replace("value: csv", "value: html") + "  - {property: drift, value: {columns: freeze}}\n",
                 r"notice\.odcs\.yaml:\d+: drift of columns is 'freeze', but html always gives more names than a contract takes\. Write 'evolve'\.", id="a page"),
    pytest.param(fixed() + "  - {property: drift, value: {columns: freeze}}\n", "a line of fixed width names no columns", id="fixed width"),
])  # fmt: skip
def test_columns_that_cannot_be_frozen_are_refused_where_it_is_said(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=sentence):
        loaded(tmp_path, text)


@pytest.mark.parametrize("key", ["{property: delivery, value: every_day}", "{property: drift, value: {values: freeze}}"])
def test_a_table_that_no_file_is_landed_for_takes_no_word_about_deliveries(key: str, tmp_path: Path) -> None:
    path = tmp_path / "credit_profile.odcs.yaml"
    path.write_text(f"{(ROOT / 'schemas' / 'marts' / path.name).read_text(encoding='utf-8')}  - {key}\n", encoding="utf-8")
    with pytest.raises(Refused, match=r"is for a table that files are landed for\. Remove it"):
        load(path)
