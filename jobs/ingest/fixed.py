"""Fixed width: each column at its place in the line, counted in bytes or in characters as the contract says."""

from collections.abc import Iterator
from pathlib import Path

from jobs.evidence.intake import LandedFile
from jobs.ingest.encoding import decodes
from jobs.ingest.inspection import Inspection, inspect
from jobs.ingest.reader import Record, defective
from jobs.ingest.refusal import refuse
from jobs.ingest.source import RAW_LIMIT, Line, Source
from schemas.contract import Contract
from schemas.template import FixedTemplate, Span


class FixedReader:
    """One record a line, without a header. A line of another width than the columns make is a 'shape' defect.

    What stands between the columns is kept under a name made of its place, as '#7-9'.
    """

    name = "fixed"
    has_header = False

    def __init__(self, contract: Contract) -> None:
        template = contract.template
        self.template = template if isinstance(template, FixedTemplate) else FixedTemplate("bytes")
        placed = {column.name: column.span for column in contract.columns if column.span}
        self.width = max((span.end for span in placed.values()), default=0)
        spans = {**placed, **{f"#{gap.start}-{gap.end}": gap for gap in _gaps(sorted(placed.values(), key=lambda span: span.start))}}
        self.names, self.spans = tuple(spans), tuple(spans.values())

    def inspect(self, file: LandedFile, workspace: Path, block: int) -> Inspection:
        """See `inspection.inspect`. Raises Refused for UTF-16 and UTF-32 where bytes are counted: they are read as UTF-8."""
        found = inspect(file, block)
        if self.template.unit == "bytes" and found.encoding.startswith(("utf-16", "utf-32")):
            raise refuse(f"is {found.encoding.upper()} text, in which the contract counts bytes", "Ask for GB 18030 or UTF-8, or count characters.")
        return found

    def headers(self, source: Source) -> tuple[int, tuple[str, ...]]:
        """Return (0, ()): the columns have places instead of a header."""
        return 0, ()

    def records(self, source: Source) -> Iterator[Record]:
        """Yield one record a line; blank lines are none, and a line that begins with a word of `notes` is set aside."""
        for line in source.lines():
            if line.is_long or line.data.strip():
                yield self.record(line, source)

    def record(self, line: Line, source: Source) -> Record:
        """Return a line as a record."""
        data = line.data.removesuffix(b"\r")
        if line.is_long:
            return defective(line.number, "too_long", source.shown(line.data)[:RAW_LIMIT])
        if not decodes(data, source.codec):
            return defective(line.number, "encoding", source.shown(data))
        text = data.decode(source.codec)
        if text.lstrip().startswith(self.template.notes):
            return Record(line.number, (), (), aside="note")
        values = self.bytewise(data, source.codec) if self.template.unit == "bytes" else self.characterwise(text)
        if values is None or "\0" in text:
            return defective(line.number, "shape", source.shown(data))
        return Record(line.number, self.names, [value.strip() or None for value in values])

    def characterwise(self, text: str) -> list[str] | None:
        """Return the values; None for a line that is shorter or longer than the columns."""
        return [text[span.start - 1 : span.end] for span in self.spans] if len(text) == self.width else None

    def bytewise(self, data: bytes, codec: str) -> list[str] | None:
        """Return the values; None also where a column's edge cuts a character in two."""
        try:
            return [data[span.start - 1 : span.end].decode(codec) for span in self.spans] if len(data) == self.width else None
        except UnicodeDecodeError:
            return None


def _gaps(placed: list[Span]) -> Iterator[Span]:
    end = 0
    for span in placed:
        if span.start > end + 1:
            yield Span(end + 1, span.start - end - 1)
        end = span.end
