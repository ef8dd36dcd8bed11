"""What calamine leaves out of a workbook: which cells show a formula error, and merged cells of .xlsb files."""

import posixpath
import re
import struct
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import ZipFile

from jobs.ingest.excel import compound
from jobs.ingest.excel.binary import Marks, new_records, sheet_of_xlsb, sheets_of_xls

PIECE = 1 << 20  # bytes; a tag cut by the end of a piece is found by keeping OVERLAP bytes of it
OVERLAP = 4096
ERROR_CELL = re.compile(rb"""\bt=["']e["']""")
PLACE = re.compile(r"([A-Z]+)([0-9]+)\Z")


def marks(path: Path, kind: str, names: list[str]) -> dict[str, Marks]:
    """Return the marks of each sheet by name. kind: xls, xlsx, xlsb or ods, whose errors are texts and are found as such.

    Raises KeyError, ValueError, struct.error, IndexError or expat.ExpatError for a workbook that is not put together well.
    """
    if kind == "ods":
        return {}
    if kind == "xls":
        data = path.read_bytes()
        name = "Workbook" if "Workbook" in compound.streams(data) else "Book"
        return dict(zip(names, sheets_of_xls(compound.stream(data, name)), strict=False))
    with ZipFile(path) as file:
        parts = _Parts(file)
        return {name: parts.sheet(part, kind) for name, part in parts.sheets(kind)}


class _Parts:
    """The parts of an Office file; writers differ in the case and the slashes of their names."""

    def __init__(self, file: ZipFile) -> None:
        self.file = file
        self.names = {name.replace("\\", "/").lower(): name for name in file.namelist()}

    def read(self, name: str) -> bytes:
        return self.file.read(self.names[name.lstrip("/").lower()])

    def links(self, part: str) -> dict[str, tuple[str, str]]:
        """Kind and target of each link of a part, by its id."""
        folder, name = posixpath.split(part)
        root = ElementTree.fromstring(self.read(f"{folder}/_rels/{name}.rels"))
        found = {}
        for link in root:
            target = str(link.get("Target")).replace("\\", "/")
            whole = target if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[str(link.get("Id"))] = (str(link.get("Type")).rsplit("/", 1)[-1], whole.lstrip("/"))
        return found

    def sheets(self, kind: str) -> list[tuple[str, str]]:
        """Name and part of each worksheet."""
        book = next(target for what, target in self.links("").values() if what == "officeDocument")
        links = self.links(book)
        tabs = _tabs_of_xlsb(self.read(book)) if kind == "xlsb" else _tabs_of_xlsx(self.read(book))
        return [(name, links[link][1]) for name, link in tabs if links.get(link, ("",))[0] == "worksheet"]

    def sheet(self, part: str, kind: str) -> Marks:
        if kind == "xlsb":
            return sheet_of_xlsb(self.read(part))
        if not self.has_errors(part):
            return Marks()
        with self.file.open(self.names[part.lower()]) as stream:
            return _Errors().parsed(stream)

    def has_errors(self, part: str) -> bool:
        """Whether some cell is of the kind 'error': most sheets have none and are spared the slow look."""
        rest = b""
        with self.file.open(self.names[part.lower()]) as stream:
            while piece := stream.read(PIECE):
                if ERROR_CELL.search(rest + piece):
                    return True
                rest = piece[-OVERLAP:]
        return False


def _tabs_of_xlsx(data: bytes) -> list[tuple[str, str]]:
    found = []
    for element in ElementTree.fromstring(data).iter():
        if element.tag.rsplit("}", 1)[-1] == "sheet":
            link = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
            found.append((str(element.get("name")), link))
    return found


def _tabs_of_xlsb(data: bytes) -> list[tuple[str, str]]:
    return [_texts(body) for kind, body in new_records(data) if kind == 156]


def _texts(body: bytes) -> tuple[str, str]:
    """Name and link of a sheet in its record: two numbers, then the link and the name, each with its length before it."""
    size = struct.unpack_from("<I", body, 8)[0]
    link = body[12 : 12 + 2 * size].decode("utf-16-le")
    at = 12 + 2 * size
    length = struct.unpack_from("<I", body, at)[0]
    return body[at + 4 : at + 4 + 2 * length].decode("utf-16-le"), link


class _Errors:
    """Collects the error cells of a sheet part, in bounded memory."""

    def __init__(self) -> None:
        self.found, self.row, self.column, self.inside = Marks(), -1, -1, False
        self.text = ""

    def parsed(self, stream: Any) -> Marks:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.StartElementHandler, parser.EndElementHandler = self.start, self.end
        parser.CharacterDataHandler = self.characters
        parser.ParseFile(stream)
        return self.found

    def start(self, name: str, given: dict[str, str]) -> None:
        kind = name.rsplit("}", 1)[-1]
        if kind == "row":
            self.row, self.column = int(given.get("r", self.row + 2)) - 1, -1
        elif kind == "c":
            place = PLACE.match(given.get("r", ""))
            self.column = _column(place[1]) if place else self.column + 1
            self.inside = given.get("t") == "e"
        elif kind == "v":
            self.text = ""  # what came before is the formula

    def characters(self, text: str) -> None:
        self.text += text if self.inside else ""

    def end(self, name: str) -> None:
        if self.inside and name.rsplit("}", 1)[-1] == "c":
            self.found.faults[self.row, self.column] = self.text.strip() or "#ERROR!"
            self.inside = False


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
