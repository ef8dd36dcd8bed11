"""One streaming look at a landed text file: whole or damaged, its encoding, and whether each line is one record."""

import csv
import hashlib
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from jobs.evidence.intake import Kept, LandedFile
from jobs.ingest.blocks import Blocks
from jobs.ingest.encoding import Vote, marked, unmarked
from jobs.ingest.packing import chunks, packing_of
from jobs.ingest.refusal import refuse

RECORD_LIMIT = 1 << 20  # bytes; the longest real record seen (a web page as text) is a few hundred kilobytes
SPARK_COLUMNS = 20_000  # Spark's CSV parser stops the whole job above 20,480 fields in a line
# What Spark reads otherwise than this reader: NUL, and the mark of a file that another one was put behind, which Spark takes off a line (in both encodings).
UNLIKE = (b"\0", "\ufeff".encode(), "\ufeff".encode("gb18030"))
csv.field_size_limit(2 * RECORD_LIMIT)  # Python's own limit of 128 KiB is below ours; it is a setting of the process


@dataclass(frozen=True)
class Inspection:
    """What one pass found. newlines_before: line ends before each multiple of the block size, for plain files.

    line_wise: every line that is not blank is one well-formed CSV record in the file's encoding.
    text: where the reader finds the content when it does not read the landed bytes themselves.
    kept: what the record points to, to be kept beside the lake.
    """

    packing: str | None
    encoding: str
    newline: bytes
    lines: int
    blank: int
    line_wise: bool
    newlines_before: tuple[int, ...]
    text: Path | None = None
    kept: tuple[Kept, ...] = ()

    @property
    def as_it_lies(self) -> bool:
        """Whether Spark can take the bytes without another writing of them."""
        return self.packing in (None, "gzip") and self.encoding in ("utf-8", "utf-8-sig")


def inspect(file: LandedFile, block: int) -> Inspection:
    """Read the whole file once, in bounded memory. block: bytes that Spark will give to one task.

    Raises Refused when it is empty, damaged, in no known encoding, or not the content it was planned with.
    """
    digest = hashlib.sha256()
    packing = packing_of(file.path)
    unpacked = chunks(file.path, packing, digest)
    head = next(unpacked, b"")
    encoding = marked(head)
    text = unmarked(chain([head], unpacked), encoding)
    first = next(text, b"")
    newline = b"\r" if b"\r" in first and b"\n" not in first else b"\n"
    tally = _Tally(newline, Blocks(block, 3 if encoding == "utf-8-sig" else 0))
    for chunk in chain([first], text):
        tally.add(chunk)
    tally.finish()
    same(file, digest.hexdigest())
    if tally.lines == tally.blank:
        raise refuse("is empty", "Ask the source for the file; a day without records is a header alone.")
    return tally.result(packing, encoding)


def verified(file: LandedFile, packing: str | None) -> None:
    """Read the whole file. Raises Refused when it is damaged, or not the content it was planned with."""
    digest = hashlib.sha256()
    for _ in chunks(file.path, packing, digest):
        pass
    same(file, digest.hexdigest())


def same(file: LandedFile, digest: str) -> None:
    """Raise Refused when a file is not the content it was planned with."""
    if digest != file.sha256:
        raise refuse("has changed since it was planned", "Run the batch again: it will be planned as it is now.")


class _Tally:
    """Running counts over the lines of one file."""

    def __init__(self, newline: bytes, blocks: Blocks) -> None:
        self.newline, self.blocks, self.vote = newline, blocks, Vote()
        self.lines = self.blank = 0
        self.regular = newline == b"\n"
        self.rest, self.in_long_line = b"", False

    def add(self, chunk: bytes) -> None:
        self.blocks.add(chunk)
        data = self.rest + chunk
        cut = data.rfind(self.newline) + 1
        if cut:
            self.take(data[:cut])
        self.rest = data[cut:]
        if len(self.rest) > RECORD_LIMIT:
            self.in_long_line, self.regular, self.rest = True, False, b""

    def finish(self) -> None:
        if self.rest or self.in_long_line:
            self.take(self.rest + self.newline)

    def take(self, segment: bytes) -> None:
        lines = segment[:-1].split(self.newline)
        self.lines += len(lines)
        if self.in_long_line:
            lines[0], self.in_long_line = b"-", False  # its beginning is gone; it neither votes nor is blank
        self.blank += len(lines) - sum(map(bool, map(bytes.strip, lines)))
        if max(map(len, lines)) > SPARK_COLUMNS:
            usual = [line for line in lines if len(line) <= RECORD_LIMIT and line.count(b",") < SPARK_COLUMNS]
            self.regular = self.regular and len(usual) == len(lines)
            lines, segment = usual, b"\n".join(usual)
        self.vote.add(segment, lines)
        if self.regular:
            self.regular = _is_clean(segment) and _is_record_each([line for line in lines if b'"' in line])

    def result(self, packing: str | None, mark: str | None) -> Inspection:
        encoding = mark or self.vote.result()
        line_wise = self.regular and self.vote.is_unanimous(encoding)
        before = (0,) if packing else tuple(self.blocks.before)
        return Inspection(packing, encoding, self.newline, self.lines, self.blank, line_wise, before)


def _is_clean(segment: bytes) -> bool:
    returns = segment.count(b"\r")
    return not any(mark in segment for mark in UNLIKE) and (not returns or returns == segment.count(b"\r\n"))


def _is_record_each(lines: list[bytes]) -> bool:
    """Tell whether each of these lines is, alone, a well-formed record. Quotes are ASCII: Latin-1 keeps their places."""
    if not lines:
        return True
    try:
        return len(list(csv.reader(b"\n".join(lines).decode("latin-1").split("\n"), strict=True))) == len(lines)
    except csv.Error:
        return False
