"""`python -m jobs.ingest.excel.cells …`: the cells of a workbook as JSON lines, some rows a line, in a process of its own.

Untrusted bytes are parsed by native code here: memory and time are limited, and a crash ends this process and not the run.
"""

import datetime as dt
import errno
import json
import resource
import struct
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile

import python_calamine as calamine

from jobs.ingest.excel.binary import Marks
from jobs.ingest.excel.choice import Tab, chosen
from jobs.ingest.excel.marks import marks
from jobs.ingest.refusal import refuse
from schemas.errors import Refused, Unavailable

# Bytes of address space: of a small file, for each byte more, and at most; see docs/decisions/0009-workbooks.md for what the largest sheet needs.
LEAST_MEMORY, A_BYTE, MEMORY = 2 << 30, 64, 6 << 30
# Seconds of processor time: of a small file, for each MiB more, and at most. Sound ones take far less (docs/benchmarks.md); a damaged one of some kilobytes was read for ever.
LEAST, A_MIB, MOST = 60, 60, 900
ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!"})
DAMAGED = (calamine.CalamineError, BadZipFile, ParseError, ExpatError, KeyError, ValueError, IndexError, struct.error, StopIteration)
LINE = 2_000  # cells
EXACT = 10**15  # whole numbers up to here are shown whole; a spreadsheet keeps no more than 15 digits


def main(path: str, kind: str, wanted: str, target: str) -> int:
    """Write the cells of the wanted sheets (a JSON list; empty for all visible ones). Returns the exit code."""
    memory, seconds = allowed(Path(path).stat().st_size)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        with open(target, "w", encoding="utf-8") as file:
            _write(Path(path), kind, json.loads(wanted), file)
    except Refused as refused:
        return _say(refused)
    except calamine.PasswordError:
        return _say(refuse("is protected by a password", "Ask the source to send it without one."))
    except DAMAGED as error:
        if "Cell limit" in str(error):  # calamine's own, of 100 million cells
            return _say(refuse("has a sheet that reaches over more cells than can be read", "Delete the empty rows and columns beyond the table."))
        return _say(refuse("is a damaged workbook, or cut off before its end", "Ask the source to send the file again."))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        return Unavailable.exit_code
    return 0


def allowed(size: int) -> tuple[int, int]:
    """Return the bytes of address space and the seconds of processor time that a workbook of so many bytes may take."""
    return min(LEAST_MEMORY + A_BYTE * size, MEMORY), min(LEAST + A_MIB * (size >> 20), MOST)


def _say(refused: Refused) -> int:
    print(refused, file=sys.stderr)
    return Refused.exit_code


def _write(path: Path, kind: str, wanted: list[str | int], file: TextIO) -> None:
    book = calamine.CalamineWorkbook.from_path(path)
    tabs = [tab for tab in book.sheets_metadata if tab.typ == calamine.SheetTypeEnum.WorkSheet]
    picked = chosen([Tab(tab.name, tab.visible == calamine.SheetVisibleEnum.Visible) for tab in tabs], wanted)
    found = marks(path, kind, [tab.name for tab in book.sheets_metadata])
    for name in picked:
        sheet = book.get_sheet_by_name(name)
        extra = found.get(name, Marks())
        merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()] or extra.merges
        head = {"sheet": name, "merges": merged if kind != "ods" else None}
        file.write(json.dumps(head, ensure_ascii=False) + "\n")
        file.writelines(json.dumps(rows, ensure_ascii=False, separators=(",", ":")) + "\n" for rows in _together(_rows(sheet, extra)))


def _together(rows: Iterator[list[Any]]) -> Iterator[list[list[Any]]]:
    """Yield the rows in lists of LINE cells and a row more at most: JSON is dear by the call."""
    found, cells = list[list[Any]](), 0
    for row in rows:
        found.append(row)
        cells += len(row)
        if cells > LINE:
            yield found
            found, cells = [], 0
    if found:
        yield found


def _rows(sheet: Any, extra: Marks) -> Iterator[list[Any]]:
    """Yield number and cells of each row that has any; the first column is A, whatever the table begins with."""
    if not sheet.height:
        return
    left = sheet.start[1]
    faulty: dict[int, dict[int, str]] = {}
    for (row, column), code in extra.faults.items():
        faulty.setdefault(row, {})[column] = code
    for number, row in enumerate(sheet.iter_rows()):
        cells: list[Any] = [None] * left + [(value or None) if value.__class__ is str and value[:1] != "#" else shown(value) for value in row]
        for column, code in faulty.get(number, {}).items():
            cells += [None] * (column + 1 - len(cells))
            cells[column] = ["e", code]
        if any(cell is not None for cell in cells):
            yield [number + 1, *cells]


def shown(value: Any) -> Any:
    """Return a cell as JSON: text as it is, None for nothing, ["n", digits], ["d", date or instant], ["e", error]."""
    if isinstance(value, str):
        return (["e", value] if value in ERRORS else value) if value else None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return ["n", digits(value)]
    if isinstance(value, dt.datetime):
        return ["d", instant(value)]
    if isinstance(value, dt.date):
        return ["d", value.isoformat()]
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return value.isoformat("seconds")


def digits(value: int | float) -> str:
    """Return a number as a spreadsheet shows it: at most 15 digits, no exponent, no '.0'."""
    if value == int(value) and abs(value) < EXACT:
        return str(int(value))
    text = format(Decimal(format(value, ".15g")), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def instant(value: dt.datetime) -> str:
    """Return an instant to the second: the fraction of a day that a spreadsheet keeps is off by microseconds."""
    whole = (value + dt.timedelta(milliseconds=500)).replace(microsecond=0)
    return whole.isoformat(" ")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
