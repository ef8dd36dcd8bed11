"""A landed text file opened for reading: its physical lines, numbered, in bounded memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from jobs.ingest.encoding import codec, unmarked
from jobs.ingest.inspection import RECORD_LIMIT
from jobs.ingest.packing import chunks

RAW_LIMIT = 1_000  # characters of an over-long record that are kept to find it again
HEAD = 4 * RAW_LIMIT  # bytes that surely hold RAW_LIMIT characters


class Line(NamedTuple):
    """One physical line without its line end; of a long one only the beginning."""

    number: int
    data: bytes
    is_long: bool = False


@dataclass(frozen=True)
class Source:
    """One file as its inspection found it: where it is and how its bytes become text."""

    path: Path
    packing: str | None
    encoding: str
    newline: bytes = b"\n"

    @property
    def codec(self) -> str:
        """The codec of the lines: 'utf-8' (also for a UTF-16 file) or 'gb18030'."""
        return codec(self.encoding)

    def chunks(self) -> Iterator[bytes]:
        """Yield the text as bytes in `codec`, without a byte order mark."""
        return unmarked(chunks(self.path, self.packing), self.encoding)

    def lines(self) -> Iterator[Line]:
        """Yield the lines, the first one as number 1. A line over RECORD_LIMIT is cut to its first bytes."""
        number, rest, head = 0, b"", b""
        for chunk in self.chunks():
            parts = (rest + chunk).split(self.newline)
            rest = parts.pop()
            for part in parts:
                number += 1
                yield _line(number, part, head)
                head = b""
            if len(rest) > RECORD_LIMIT:
                head, rest = head or rest[:HEAD], b""
        if rest or head:
            yield _line(number + 1, rest, head)

    def shown(self, data: bytes) -> str:
        """Return bytes as text for people: what does not decode, and NUL, as backslash escapes."""
        return data.decode(self.codec, "backslashreplace").replace("\0", "\\x00")


def _line(number: int, data: bytes, head: bytes) -> Line:
    if head or len(data) > RECORD_LIMIT:
        return Line(number, head or data[:HEAD], True)
    return Line(number, data)
