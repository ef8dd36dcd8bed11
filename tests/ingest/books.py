"""Workbooks made for a test: rows of plain values, some of them merged, hidden or wrong."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import xlsxwriter


@dataclass(frozen=True)
class Fault:
    """A formula that shows an error."""

    shown: str


@dataclass(frozen=True)
class Sheet:
    """Rows from row 1 on. merges: 'A3:A5', the value standing in the upper left one."""

    rows: Sequence[Sequence[Any]]
    merges: Sequence[str] = field(default_factory=tuple)
    is_hidden: bool = False


def book(sheets: Mapping[str, Sheet | Sequence[Sequence[Any]]], system: int = 1900) -> bytes:
    """The bytes of an .xlsx file. system: of its dates, 1900 or 1904."""
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target, {"in_memory": True, "date_1904": system == 1904, "strings_to_formulas": False})
    kinds = {date: made.add_format({"num_format": "yyyy/m/d"}), datetime: made.add_format({"num_format": "yyyy/m/d h:mm:ss"}),
             time: made.add_format({"num_format": "h:mm"})}  # fmt: skip
    for name, given in sheets.items():
        sheet, written = given if isinstance(given, Sheet) else Sheet(given), made.add_worksheet(name)
        for merge in sheet.merges:
            written.merge_range(merge, "")
        for row, cells in enumerate(sheet.rows):
            for column, value in enumerate(cells):
                _write(written, (row, column), value, kinds.get(type(value)))
        if sheet.is_hidden:
            written.hide()
    made.close()
    return target.getvalue()


def _write(sheet: Any, place: tuple[int, int], value: Any, kind: Any) -> None:
    if isinstance(value, Fault):
        sheet.write_formula(*place, "=1/0", None, value.shown)
    elif kind is not None:
        sheet.write_datetime(*place, value, kind)
    elif isinstance(value, str):
        sheet.write_string(*place, value)
    elif value is not None:
        sheet.write(*place, value)
