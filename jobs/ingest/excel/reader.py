"""Workbooks: .xlsx, .xls, .xlsb and .ods, several sheets of one header read as one file."""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from jobs.evidence.intake import LandedFile
from jobs.ingest.excel.opening import opened
from jobs.ingest.excel.sheet import Sheet
from jobs.ingest.header import fold, slots
from jobs.ingest.inspection import Inspection
from jobs.ingest.reader import Record
from jobs.ingest.refusal import refuse
from jobs.ingest.source import Source
from schemas.contract import Contract
from schemas.template import ExcelTemplate


class ExcelReader:
    """The sheets that the contract names. A record's row is the sheet's own row number, its part the sheet."""

    name = "excel"
    has_header = True

    def __init__(self, contract: Contract) -> None:
        self.contract, self.known = contract, slots(contract)

    def inspect(self, file: LandedFile, workspace: Path, block: int) -> Inspection:
        """Have the cells written out. Raises Refused for what is no readable workbook, or lacks a sheet."""
        template = self.contract.template
        wanted = template.sheets if isinstance(template, ExcelTemplate) else ()
        return opened(file, workspace, wanted)

    def headers(self, source: Source) -> tuple[int, tuple[str, ...]]:
        """Return row and names of the first sheet's header. Raises Refused when no sheet has anything in it."""
        for sheet, records in self.sheets(source):
            next(records, None)
            return sheet.template.header_row, sheet.names
        raise refuse("is empty: no sheet of it has anything in it", "Ask the source for the file; a day without records is a header alone.")

    def records(self, source: Source) -> Iterator[Record]:
        """Yield the rows of all sheets. Raises Refused when a sheet has another header than the first one."""
        first: Sheet | None = None
        for sheet, records in self.sheets(source):
            for record in records:
                if first and first is not sheet and not _same(first, sheet):
                    fact = f"has another header in sheet '{sheet.name}' than in sheet '{first.name}'"
                    raise refuse(fact, "Name the sheets to read under 'sheets' in the contract, or ask the source for equal ones.")
                first = first or sheet
                yield record

    def sheets(self, source: Source) -> Iterator[tuple[Sheet, Iterator[Record]]]:
        """Yield each sheet that has anything in it, with its records, to be read before the next one is asked for."""
        with source.path.open(encoding="utf-8") as file:
            lines = _unlined(map(json.loads, file))
            head = next(lines, None)
            while head is not None:
                rows = _Rows(lines)
                first = next(rows, None)
                if first is not None:
                    merges = None if head["merges"] is None else [tuple(merge) for merge in head["merges"]]
                    sheet = Sheet(head["sheet"], merges, self.contract, self.known)
                    yield sheet, _records(sheet, chain([first], rows))
                for _ in rows:
                    pass
                head = rows.behind


def _unlined(lines: Iterator[Any]) -> Iterator[Any]:
    """Yield the head of each sheet, and its rows one by one."""
    for line in lines:
        if isinstance(line, list):
            yield from line
        else:
            yield line


class _Rows:
    """The rows of one sheet; behind: the head of the next one, None at the end of the file."""

    def __init__(self, lines: Iterator[Any]) -> None:
        self.lines, self.behind, self.ended = lines, None, False

    def __iter__(self) -> "_Rows":
        return self

    def __next__(self) -> list[Any]:
        if self.ended:
            raise StopIteration
        line = next(self.lines, None)
        if isinstance(line, list):
            return line
        self.ended, self.behind = True, line
        raise StopIteration


def _records(sheet: Sheet, rows: Iterator[list[Any]]) -> Iterator[Record]:
    for number, *cells in rows:
        yield from sheet.take(number, cells)
    yield from sheet.finish()


def _same(first: Sheet, other: Sheet) -> bool:
    return sorted(map(fold, first.names)) == sorted(map(fold, other.names))
