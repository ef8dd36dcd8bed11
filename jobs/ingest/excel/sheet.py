"""One sheet read by its template: where the header stands, what is a record, and what is set aside as no record."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from jobs.ingest.excel import titles
from jobs.ingest.excel.merges import Merge, Merges
from jobs.ingest.excel.serial import moment
from jobs.ingest.header import Slots
from jobs.ingest.reader import Record, as_text
from jobs.ingest.refusal import refuse
from schemas.contract import Column, Contract
from schemas.template import ExcelTemplate

TAIL = 1_000  # rows with one filled cell that are held back, to see whether a record follows; notes are a handful
BEHIND_TOTAL = ":(/、,"  # what may follow the word of a total, as in 合计（万元）, after folding to half width
PERHAPS = "note?"
FAULT = "e"  # what the reading process calls a cell in which Excel shows an error
Cells = list[Any]


class Sheet:
    """Takes the rows of one sheet in order and gives its records."""

    def __init__(self, name: str, merges: list[Merge] | None, contract: Contract, known: Slots) -> None:
        self.name, self.contract, self.known = name, contract, known
        given = contract.template
        self.template = given if isinstance(given, ExcelTemplate) else ExcelTemplate()
        self.totals, self.notes = ([_folded(word) for word in words] for words in (self.template.totals, self.template.notes))
        self.names: tuple[str, ...] = ()
        self.columns: tuple[Column | None, ...] = ()
        self.head: dict[int, Cells] = {}
        self.held: list[Record] = []
        self.merges = Merges(merges or ())
        if merges is None and (self.template.merged != "none" or self.template.header_rows == 2):
            raise refuse(f"is an .ods workbook, whose merged cells cannot be seen, and the contract goes by them (sheet '{name}')", "Ask for .xlsx.")

    def take(self, number: int, cells: Cells) -> Iterator[Record]:
        """Give the records that a row completes. number: the row as the program numbers it."""
        first = self.template.header_row
        if first <= number < first + self.template.header_rows:
            self.head[number] = cells
        if number >= self.template.data_row:
            self.begin()
            record = self.record(number, cells)
            if record.aside is None and not self.held:
                yield record
            else:
                yield from self.ordered(record)

    def finish(self) -> Iterator[Record]:
        """Give what was held back. Raises Refused for a sheet that has rows, but none where its header should be."""
        self.begin()
        yield from self.held
        self.held = []

    def begin(self) -> None:
        """Read the header, once. Raises Refused when there is none."""
        if self.names:
            return
        first, count = self.template.header_row, self.template.header_rows
        rows = [self.merges.filled(n - 1, self.head.get(n, []), "both") for n in range(first, first + count)]
        texts = [[_plain(cell) for cell in row] for row in rows]
        width = max((place + 1 for row in texts for place, cell in enumerate(row) if cell), default=0)
        if not width:
            step = "Correct 'headerRow' or 'sheets' in the contract, or ask the source for the agreed layout."
            raise refuse(f"has nothing in row {first} of sheet '{self.name}', where its header should be", step)
        self.names = titles.names(texts, width)
        if any("\0" in name for name in self.names):
            raise refuse(f"has a header in sheet '{self.name}' that is no text", "Ask the source to save it as .xlsx in the program it was made with.")
        slots, columns = self.known.layout(self.names).slots, self.contract.columns
        self.columns = tuple(columns[slot] if slot is not None and slot < len(columns) else None for slot in slots)

    def ordered(self, record: Record) -> Iterator[Record]:
        """Hold rows with one filled cell back until a record follows: below the last one they are notes."""
        if record.aside == PERHAPS and len(self.held) < TAIL:
            self.held.append(record._replace(aside="note"))
            return
        if record.aside in (None, PERHAPS):
            yield from (one._replace(aside=None) for one in self.held)
            self.held = []
        yield record._replace(aside=None) if record.aside == PERHAPS else record

    def record(self, number: int, cells: Cells) -> Record:
        """Return a row as a record; its aside says why it is none."""
        aside = self.aside(cells)
        whole = self.merges.filled(number - 1, cells, self.template.merged)
        names = self.names + ("",) * (len(whole) - len(self.names))
        whole += [None] * (len(names) - len(whole))
        odd = [place for place, cell in enumerate(whole) if isinstance(cell, list)]  # texts are most of it, and stay as they are
        if aside in (None, PERHAPS) and any(whole[place][0] == FAULT and self.column(place) for place in odd):
            sent = [(name, _plain(cell)) for name, cell in zip(names, whole, strict=True) if cell is not None]
            return Record(number, (), (), "cell_error", as_text(sent), self.name)
        for place in odd:
            whole[place] = self.value(place, whole[place])
        if any("\0" in value for value in whole if value):
            return Record(number, (), (), "shape", as_text(list(zip(names, whole, strict=True))), self.name)
        return Record(number, names, whole, part=self.name, aside=aside)

    def aside(self, cells: Cells) -> str | None:
        """Return total, note or header for a row that is no record, and PERHAPS for one that is a note if no record follows."""
        filled = next((place for place, cell in enumerate(cells) if cell is not None), len(cells))
        first = _folded(_plain(cells[filled]) or "") if filled < len(cells) else ""
        if any(first == word or (first.startswith(word) and first[len(word)] in BEHIND_TOTAL) for word in self.totals):
            return "total"
        if any(first.startswith(word) for word in self.notes):
            return "note"
        if self.template.header_rows == 1 and self.is_header(cells):
            return "header"
        is_alone = filled < len(cells) and all(cell is None for cell in cells[filled + 1 :])
        return PERHAPS if self.template.one_cell_tail and is_alone and len(self.names) > 1 else None

    def is_header(self, cells: Cells) -> bool:
        """Whether a row repeats the header, as on each page of a long table. Nearly all rows differ from it in their first cell."""
        if (titles.tidy(_plain(cells[0])) if cells else "") != self.names[0]:
            return False
        return titles.names([[_plain(cell) for cell in cells]], len(self.names)) == self.names

    def column(self, place: int) -> Column | None:
        """Return the contract's column at a place; None for one it does not know."""
        return self.columns[place] if place < len(self.columns) else None

    def value(self, place: int, cell: Any) -> str | None:
        """Return a cell that is no text as one; a date, or the number of a day, in the spelling of its column."""
        column = self.column(place)
        return moment(cell, column, self.template.serial_dates) if column else _plain(cell)


def _folded(text: str) -> str:
    return "".join((text if text.isascii() else unicodedata.normalize("NFKC", text)).split())


def _plain(cell: Any) -> str | None:
    return cell if cell is None or isinstance(cell, str) else str(cell[1])
