"""A landed file made ready for Spark: checked, its header matched, then linked, recoded or transcribed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

from jobs.evidence.intake import FileReport, Kept, LandedFile
from jobs.ingest import swap
from jobs.ingest.csvfile import CsvReader
from jobs.ingest.excel.reader import ExcelReader
from jobs.ingest.fixed import FixedReader
from jobs.ingest.header import Layout, Slots, clean, missing
from jobs.ingest.hj212 import Hj212Reader
from jobs.ingest.html import HtmlReader
from jobs.ingest.inspection import Inspection
from jobs.ingest.jsonl import JsonLinesReader
from jobs.ingest.media.reader import MediaReader
from jobs.ingest.reader import Reader
from jobs.ingest.refusal import refuse
from jobs.ingest.source import Source
from jobs.ingest.sql.reader import SqlReader
from jobs.ingest.transcript import Transcript, recode, transcribe
from jobs.ingest.warc import WarcReader
from jobs.ingest.xmlfile import XmlReader
from schemas.contract import Column, Contract

READERS: Mapping[str, Callable[[Contract], Reader]] = {
    CsvReader.name: lambda _: CsvReader(),
    JsonLinesReader.name: lambda _: JsonLinesReader(),
    ExcelReader.name: ExcelReader,
    XmlReader.name: XmlReader,
    FixedReader.name: FixedReader,
    SqlReader.name: SqlReader,
    Hj212Reader.name: Hj212Reader,
    WarcReader.name: WarcReader,
    HtmlReader.name: HtmlReader,
    MediaReader.name: MediaReader,
}


@dataclass(frozen=True)
class Desk:
    """What every file of a batch is prepared with. block: bytes of a file that Spark gives to one task."""

    contract: Contract
    known: Slots
    workspace: Path
    checks: swap.Checks
    block: int

    @cached_property
    def reader(self) -> Reader:
        """The reader of the contract's source format."""
        return READERS[self.contract.source_format](self.contract)


@dataclass(frozen=True)
class Prepared:
    """A file for Spark. path: what Spark reads.  layout: None for a transcript, whose values stand by slot already.

    header_row and newlines_before place the lines of a file that Spark reads as it lies.  kept: what its record points to.
    """

    report: FileReport
    path: Path
    layout: Layout | None = None
    header_row: int = 0
    newlines_before: tuple[int, ...] = ()
    kept: tuple[Kept, ...] = ()


def prepare(file: LandedFile, desk: Desk) -> Prepared:
    """Make one file ready. Raises Refused, without the file's name, when nothing of it can be read."""
    found = desk.reader.inspect(file, desk.workspace, desk.block)
    source = Source(found.text or file.path, found.packing, found.encoding, found.newline)
    layout = desk.known.layout(desk.reader.headers(source)[1])
    if desk.reader.has_header:
        _check_frozen(desk, layout.unknown, _given(layout))
        _require_columns(desk, layout.headers, _given(layout))
    if layout.repeated:
        twice = ", ".join(f"'{name[:30]}'" for name in dict.fromkeys(layout.repeated))
        raise refuse(f"names a column twice in its header: {twice}", "Ask the source which one holds.")
    swapped = swap.find(desk.contract, desk.known, islice(desk.reader.records(source), swap.SAMPLE), desk.checks)
    if swapped:
        raise refuse(swapped.fact, "Correct the header, or the contract, and land the file again.")
    if found.line_wise and desk.reader.name == CsvReader.name:
        return _by_lines(file, desk, source, found)
    return _transcribed(file, desk, source, found)


def _given(layout: Layout) -> frozenset[int]:
    return frozenset(slot for slot in layout.slots if slot is not None)


def _check_frozen(desk: Desk, unknown: tuple[str, ...], given: frozenset[int]) -> None:
    """Raise Refused when the contract freezes its columns and the file has more, others or fewer. Without a known one, no name is shown: it may be data."""
    absent = missing(desk.contract, desk.known, given)
    if desk.contract.drift.columns != "freeze" or not (unknown or absent):
        return
    more = ", ".join(f"'{name[:30]}'" for name in unknown[:5]) if given else f"{len(unknown)} names, none of them known"
    lacks = ", ".join(f"'{column.name}'" for column in absent[:5])
    differs = "; ".join(part for part in (f"has {more}" if unknown else "", f"lacks {lacks}" if absent else "") if part)
    raise refuse(f"does not have the columns of the contract, which freezes them: {differs}", "Ask the source for the agreed columns, or change the contract.")


def _require_columns(desk: Desk, headers: tuple[str, ...], given: frozenset[int]) -> tuple[Column, ...]:
    """Return the columns that the file lacks. Raises Refused when a required one is among them."""
    absent = missing(desk.contract, desk.known, given)
    required = [c for c in absent if c.required or c.key_position is not None]
    if not required:
        return absent
    wanted = ", ".join(f"'{column.name}'" for column in required)
    unknown = [f"'{clean(h)[:30]}'" for h in headers if desk.known.layout((h,)).slots == (None,)]
    found = f"found {', '.join(unknown[:5])}" if unknown else "and has no unknown one"
    # A file without a header begins with data: its first line must not get into a message.
    shown = found if given else f"none of its {len(headers)} names is known"
    step = "If it is the same column, add the alias to the contract."
    raise refuse(f"header lacks required {wanted} ({shown})", step)


def _by_lines(file: LandedFile, desk: Desk, source: Source, found: Inspection) -> Prepared:
    """Have Spark read the lines: through a link when it can take the bytes as they lie, else from a copy in UTF-8.

    The link has a name that Spark takes literally: a landed name may hold *, [ or {, which Spark would expand.
    """
    row, names = desk.reader.headers(source)
    layout = desk.known.layout(names)
    path, before = desk.workspace / f"{file.sha256}.csv", found.newlines_before
    if found.as_it_lies:
        path = path.with_suffix(".csv.gz" if found.packing else ".csv")
        path.unlink(missing_ok=True)
        path.symlink_to(file.path.resolve())
    else:
        before = recode(source, path, desk.block)
    transcript = Transcript(found.lines - found.blank - 1, _given(layout), layout.unknown)
    return Prepared(_report(file, desk, found, transcript), path, layout, row, before)


def _transcribed(file: LandedFile, desk: Desk, source: Source, found: Inspection) -> Prepared:
    path = desk.workspace / f"{file.sha256}.jsonl"
    transcript = transcribe(desk.reader.records(source), desk.known, path)
    if desk.reader.has_header:
        layout = desk.known.layout(desk.reader.headers(source)[1])
        transcript = replace(transcript, given=_given(layout), unknown=layout.unknown)
    elif transcript.given or transcript.unknown:
        _check_frozen(desk, transcript.unknown, transcript.given)
        if transcript.given:
            _require_columns(desk, transcript.unknown, transcript.given)
    return Prepared(_report(file, desk, found, transcript), path, kept=found.kept)


def _report(file: LandedFile, desk: Desk, found: Inspection, transcript: Transcript) -> FileReport:
    absent = missing(desk.contract, desk.known, transcript.given)
    return FileReport(
        path=file.relative,
        sha256=file.sha256,
        bytes=file.bytes,
        encoding=found.encoding,
        records=transcript.records,
        blank=found.blank,
        missing=tuple(column.name for column in absent),
        unknown=transcript.unknown,
        aside=transcript.aside,
        aside_at=transcript.aside_at,
    )
