"""What is read beside calamine: formula errors and merges of the binary formats, and limits that a workbook meets."""

import io
import struct
from pathlib import Path

import pytest
import xlsxwriter

from jobs.ingest.excel import compound
from jobs.ingest.excel.binary import sheet_of_xlsb, sheets_of_xls
from jobs.ingest.excel.cells import allowed
from schemas.errors import Refused
from tests.ingest.books import Fault, book
from tests.ingest.cases import QUALITY, contract, read

OLD = sorted((QUALITY / "spreadsheet-edge-cases").glob("*.xls"))
BEGIN, END = (0x809, b"\0" * 16), (0x0A, b"")


def old(*records: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in records)


def new(*records: tuple[int, bytes]) -> bytes:
    return b"".join(bytes([kind] if kind < 128 else [kind & 0x7F | 0x80, kind >> 7]) + bytes([len(body)]) + body for kind, body in records)


def test_error_cells_and_formulas_of_an_old_sheet_are_found_and_charts_in_it_are_passed_over() -> None:
    error = (0x205, struct.pack("<HHHBB", 2, 1, 0, 0x2A, 1))
    truth = (0x205, struct.pack("<HHHBB", 3, 1, 0, 1, 0))
    formula = (0x06, struct.pack("<HHH", 4, 0, 0) + b"\x02\0\x17\0\0\0\xff\xff" + b"\0" * 8)
    number = (0x06, struct.pack("<HHHd", 5, 0, 0, 1.5) + b"\0" * 8)
    globals_ = old(BEGIN, (0x85, struct.pack("<I", 46) + b"\0\0\1\0A"), END)
    sheet = old(BEGIN, error, BEGIN, END, truth, formula, number, END, (0x205, struct.pack("<HHHBB", 9, 9, 0, 7, 1)))
    (found,) = sheets_of_xls(globals_[:46].ljust(46, b"\0") + sheet)
    assert found.faults == {(2, 1): "#N/A", (4, 0): "#REF!"}


def test_error_cells_and_merges_of_a_binary_sheet_are_found() -> None:
    row, cell = (0, struct.pack("<I", 7) + b"\0" * 8), (3, struct.pack("<II", 2, 0) + b"\x07")
    formula, merge = (11, struct.pack("<II", 3, 0) + b"\x63\0\0"), (176, struct.pack("<IIII", 1, 2, 0, 3))
    found = sheet_of_xlsb(new(row, cell, formula, merge))
    assert (found.faults, found.merges) == ({(7, 2): "#DIV/0!", (7, 3): "#ERROR!"}, [(1, 0, 2, 3)])


@pytest.mark.parametrize("path", [path for path in OLD if path.name not in ("too_small.xls", "issue_385.xls")], ids=lambda path: path.name)
def test_the_stream_of_every_old_sample_is_found_and_begins_as_one_does(path: Path) -> None:
    data = path.read_bytes()
    name = "Workbook" if "Workbook" in compound.streams(data) else "Book"
    assert compound.stream(data, name)[:2] == b"\x09\x08"


def test_a_chain_of_sectors_that_bites_its_tail_ends() -> None:
    data = bytearray((QUALITY / "spreadsheet-edge-cases" / "any_sheets.xls").read_bytes())
    first = struct.unpack_from("<I", data, 0x4C)[0]
    table = (first + 1) * 512
    struct.pack_into("<I", data, table + 4 * 2, 1)
    struct.pack_into("<I", data, table + 4 * 1, 2)
    assert len(compound.stream(bytes(data), "Workbook")) <= len(data)


def test_a_list_of_tables_that_bites_its_tail_ends() -> None:
    sound = (QUALITY / "spreadsheet-edge-cases" / "any_sheets.xls").read_bytes()
    data = bytearray(sound)
    struct.pack_into("<II", data, 0x44, 1, 0xFFFFFFFF)  # the list goes on in sector 1, and has four billion of them
    struct.pack_into("<I", data, 2 * 512 + 508, 1)
    assert set(compound.streams(bytes(data))) == set(compound.streams(sound))


def test_a_small_workbook_may_not_take_as_long_as_a_large_one() -> None:
    assert [allowed(size) for size in (0, 5 << 20, 1 << 30)] == [(2 << 30, 60), ((2 << 30) + (320 << 20), 360), (6 << 30, 900)]


def test_every_error_of_a_new_workbook_is_found(tmp_path: Path) -> None:
    kind = contract("a", "b", source_format="excel")
    shown = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"]
    rows = [["a", "b"], *([str(n), Fault(error)] for n, error in enumerate(shown))]
    found = read(tmp_path / "a.xlsx", book({"1月": rows}), kind)
    assert [(one.defect, one.raw) for one in found] == [("cell_error", f'[["a","{n}"],["b","{error}"]]') for n, error in enumerate(shown)]


def test_a_cell_at_the_far_end_of_a_sheet_is_refused_and_the_run_goes_on(tmp_path: Path) -> None:
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target)
    sheet = made.add_worksheet("1月")
    sheet.write(0, 0, "a")
    sheet.write(1_048_575, 16_383, 1)
    made.close()
    with pytest.raises(Refused, match=r"^(has a sheet that reaches over more cells|is a workbook that takes more memory).*Delete .*empty rows and columns"):
        read(tmp_path / "a.xlsx", target.getvalue(), contract("a", source_format="excel"))
