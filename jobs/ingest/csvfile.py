"""CSV after RFC 4180, read so that one unbalanced quote costs one line and never the rest of the file."""

import csv
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from jobs.evidence.intake import LandedFile
from jobs.ingest.encoding import decodes
from jobs.ingest.inspection import RECORD_LIMIT, Inspection, inspect
from jobs.ingest.reader import Record, defective
from jobs.ingest.refusal import refuse
from jobs.ingest.source import RAW_LIMIT, Line, Source

SPAN_LIMIT = 200  # lines that one quoted value may run over; the longest seen in real hotline texts is about sixty
# Each alternative begins with another character, so a failed match costs no more than a second pass. No possessive
# quantifiers: before Python 3.11.5 they match wrongly inside a repeated group.
FIELDS = re.compile(rb'(?:,(?:"[^"]*(?:""[^"]*)*"|(?!")[^,]*))*(?P<open>,"[^"]*(?:""[^"]*)*)?\Z')
INSIDE = re.compile(rb'[^"]*(?:""[^"]*)*("?)')
Piece = tuple[int, bytes, str | None]  # line number, bytes, defect


class CsvReader:
    """Comma-separated values with a header; a line end inside quotes belongs to the value."""

    name = "csv"
    has_header = True

    def inspect(self, file: LandedFile, workspace: Path, block: int) -> Inspection:
        """See `inspection.inspect`."""
        return inspect(file, block)

    def headers(self, source: Source) -> tuple[int, tuple[str, ...]]:
        """Return line and names of the header. Raises Refused when it cannot be read."""
        return _headers(next(_pieces(source), None), source)

    def records(self, source: Source) -> Iterator[Record]:
        """Yield the records below the header. Empty values are None: CSV has no other way to write nothing."""
        pieces = _pieces(source)
        _, names = _headers(next(pieces, None), source)
        width = len(names)
        for row, data, defect in pieces:
            values = _values(data, source) if defect is None else None
            if values is not None and len(values) == width:
                yield Record(row, names, [value or None for value in values])
            else:
                yield _defective(row, data, defect, source)


def _headers(first: Piece | None, source: Source) -> tuple[int, tuple[str, ...]]:
    values = _values(first[1], source) if first and first[2] is None else None
    if first is None or values is None:
        raise refuse("has a first line that is no CSV header", "Ask the source to send a table with a header.")
    return first[0], tuple(values)


def _defective(row: int, data: bytes, defect: str | None, source: Source) -> Record:
    raw = source.shown(data)
    if defect is None:
        defect = "shape" if decodes(data, source.codec) else "encoding"
    return defective(row, defect, raw[:RAW_LIMIT] if defect == "too_long" else raw)


def _values(data: bytes, source: Source) -> list[str] | None:
    try:
        text = data.decode(source.codec)
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    if '"' not in text and "\r" not in text:
        return text.split(",")
    try:
        return next(csv.reader([part + "\n" for part in text.split("\n")], strict=True))
    except csv.Error:
        return None


def _pieces(source: Source) -> Iterator[Piece]:
    """Yield (line number, bytes, defect) of each record; lines read ahead in vain are read again as records."""
    lines = source.lines()
    ahead: deque[Line] = deque()
    while line := (ahead.popleft() if ahead else next(lines, None)):
        data = line.data.removesuffix(b"\r")
        if line.is_long:
            yield line.number, data, "too_long"
        elif b'"' not in data:
            if data.strip():
                yield line.number, data, None
        else:
            count = _span(line, ahead, lines)
            taken = [line.data, *(ahead.popleft().data for _ in range(count))]
            yield line.number, b"\n".join(taken).removesuffix(b"\r"), "shape" if count < 0 else None


def _span(line: Line, ahead: deque[Line], lines: Iterator[Line]) -> int:
    """Return how many further lines the record takes: 0 when it ends in its own, -1 when it never ends well."""
    state = FIELDS.match(b"," + line.data.removesuffix(b"\r"))
    if state is None or state["open"] is None:
        return 0 if state else -1
    size = len(line.data)
    for count in range(1, SPAN_LIMIT):
        if count > len(ahead):
            following = next(lines, None)
            if following is None:
                return -1
            ahead.append(following)
        data = ahead[count - 1].data.removesuffix(b"\r")
        size += len(data)
        if ahead[count - 1].is_long or size > RECORD_LIMIT:
            return -1
        inside = INSIDE.match(data)
        if inside and inside[1]:
            state = FIELDS.match(data, inside.end())
            if state is None or state["open"] is None:
                return count if state else -1
    return -1
