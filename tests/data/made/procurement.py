"""Makes the sample of public_procurement: a monthly report as offices fill it in, two months on two sheets.

python -m tests.data.made.procurement FILE
"""

import sys
from datetime import UTC, date, datetime

import xlsxwriter

TITLE, FILLED_IN = "示例市政府采购情况月报", "填报单位：示例市财政局　　　　金额单位：万元"
HEADS = ("序号", "采购单位", "项目编号", "采购类别", "采购金额（万元）", "", "供应商\n信用代码", "签约日期", "备注")
# Buyer, category, budget, contract, supplier, day. Credit codes have the organisation code QQ…, which nobody has.
Row = tuple[str, str, float | None, float | str | None, str | None, date | float | str | None]
MONTHS: dict[str, list[Row]] = {
    "1月": [
        ("示例市教育局", "货物", 120.5, 118.36, "91330106QQ700100XE", date(2026, 1, 6)),
        ("示例市教育局", "服务", 36, 35.8, "91330106QQ7001376F", date(2026, 1, 12)),
        ("示例市教育局", "工程", 1580.25, 1496.713, "91330106QQ70017476", date(2026, 1, 20)),
        ("示例市公安局", "货物", 88, 87.999999, "91330106QQ70021178", 46045),  # a day typed as a number: 2026-01-23
        ("示例市公安局", "服务", 15.4, "面议", None, "2026年1月28日"),  # an amount that is none
        ("示例市水务局", "工程", 642, 600, "91330106QQ70024834", date(2026, 1, 29)),
    ],
    "2月": [
        ("示例市教育局", "货物", 9.9, 9.9, "91330106QQ7002854T", date(2026, 2, 3)),
        ("示例市交通运输局", "工程", 3200, 3105.5, "91330106QQ7003224W", date(2026, 2, 10)),
        ("示例市交通运输局", "服务", 48.6, None, None, None),  # the formula in the contract amount is broken
        ("示例市卫生健康委员会", "设备", 300, 298, "91330106QQ7003590Q", date(2026, 2, 25)),  # no category of the law
    ],
}
BROKEN = ("2月", 2)  # sheet and row, counted from 0, whose contract amount shows #REF!


def make(path: str) -> None:
    """Write the workbook. Equal calls give equal bytes."""
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    book.set_properties({"title": TITLE, "created": datetime(2026, 3, 1, tzinfo=UTC)})
    styles = {"day": book.add_format({"num_format": "yyyy-mm-dd"}), "head": book.add_format({"bold": True, "text_wrap": True})}
    number = 1
    for name, rows in MONTHS.items():
        number = _sheet(book.add_worksheet(name), styles, rows, number)
    hidden = book.add_worksheet("字典")
    hidden.write_column(0, 0, ["货物", "工程", "服务"])
    hidden.hide()
    book.close()


def _sheet(sheet, styles, rows: list[Row], number: int) -> int:  # type: ignore[no-untyped-def]
    sheet.merge_range("A1:I1", TITLE)
    sheet.merge_range("A2:I2", FILLED_IN)
    for column, head in enumerate(HEADS):
        if column == 4:
            sheet.merge_range(2, 4, 2, 5, head, styles["head"])
            sheet.write_row(3, 4, ["预算", "合同"], styles["head"])
        elif column != 5:
            sheet.merge_range(2, column, 3, column, head, styles["head"])
    at, first = 4, 4
    for place, (buyer, category, budget, contract, supplier, day) in enumerate(rows):
        sheet.write_row(at, 0, [place + 1, buyer, f"SLCG-2026-{number:04}", category, budget])
        if (sheet.get_name(), place) == BROKEN:
            sheet.write_formula(at, 5, "=合同!F9", None, "#REF!")
        elif contract is not None:
            sheet.write(at, 5, contract)
        sheet.write(at, 6, supplier)
        sheet.write(at, 7, day, styles["day"] if isinstance(day, date) else None)
        at, number = at + 1, number + 1
        if place + 1 == len(rows) or rows[place + 1][0] != buyer:
            if at - first > 1:
                sheet.merge_range(first, 1, at - 1, 1, buyer)
            sheet.write_row(at, 1, ["小　计", None, None, sum(row[2] or 0 for row in rows if row[0] == buyer)])
            at, first = at + 1, at + 1
    sheet.write_row(at, 0, ["合　　计", None, None, None, sum(row[2] or 0 for row in rows)])
    sheet.write(at + 1, 0, "注：本表不含涉密采购项目。")
    sheet.write(at + 2, 1, "（本表由财政局采购监管科汇总）")
    sheet.write_row(at + 3, 0, ["填表人：", "测试甲", "审核人：", "测试乙"])
    return number


if __name__ == "__main__":
    make(*sys.argv[1:])
