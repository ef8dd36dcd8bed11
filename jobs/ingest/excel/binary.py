"""Formula errors and merged cells in the binary formats: .xls ([MS-XLS]) and .xlsb ([MS-XLSB]), record by record."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

Merge = tuple[int, int, int, int]  # first row, first column, last row, last column, from 0
CODES = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA"}
UNKNOWN = "#ERROR!"  # an error code that the formats do not define


@dataclass
class Marks:
    """What calamine does not tell of a sheet. faults: the error a cell shows, by row and column from 0."""

    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)

    def add(self, place: tuple[int, ...], code: int) -> None:
        """Take note of a formula error at a row and a column."""
        self.faults[place[0], place[1]] = CODES.get(code, UNKNOWN)


def sheets_of_xls(data: bytes) -> list[Marks]:
    """Return the formula errors of each sheet of the stream 'Workbook', in the order of the tabs."""
    starts = [struct.unpack_from("<I", body)[0] for kind, body in _old_records(data, 0) if kind == 0x85 and len(body) >= 4]
    return [_old_sheet(data, start) for start in starts]


def _old_sheet(data: bytes, start: int) -> Marks:
    found, depth = Marks(), 0
    for kind, body in _old_records(data, start):
        depth += (kind == 0x809) - (kind == 0x0A)  # charts inside a sheet begin and end like one
        if depth <= 0:
            break
        if kind == 0x205 and len(body) >= 8 and body[7]:
            found.add(struct.unpack_from("<HH", body), body[6])
        if kind == 0x06 and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
            found.add(struct.unpack_from("<HH", body), body[8])
    return found


def _old_records(data: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<HH", data, at)
        yield kind, data[at + 4 : at + 4 + size]
        at += 4 + size


def sheet_of_xlsb(data: bytes) -> Marks:
    """Return the formula errors and merged cells of one sheet part."""
    found, row = Marks(), 0
    for kind, body in new_records(data):
        if kind == 0:
            row = struct.unpack_from("<I", body)[0]
        elif kind in (3, 11):
            found.add((row, struct.unpack_from("<I", body)[0]), body[8])
        elif kind == 176:
            first, last, left, right = struct.unpack_from("<IIII", body)
            found.merges.append((first, left, last, right))
    return found


def new_records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of each record of an .xlsb part."""
    at = 0
    while at < len(data):
        kind, at = _packed(data, at, 2)
        size, at = _packed(data, at, 4)
        yield kind, data[at : at + size]
        at += size


def _packed(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number in groups of seven bits, the lowest first; the highest bit of a byte says that another follows."""
    value = 0
    for place in range(most):
        value |= (data[at] & 0x7F) << (7 * place)
        at += 1
        if not data[at - 1] & 0x80 or at >= len(data):
            break
    return value, at
