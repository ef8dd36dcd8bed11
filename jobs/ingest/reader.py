"""What every source format gives: records with their place and the names of their values."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from jobs.evidence.intake import LandedFile
from jobs.ingest.inspection import Inspection
from jobs.ingest.source import Source


class Record(NamedTuple):
    """One record as it was sent. row: physical line of its beginning (in other formats: its number).

    names and values run in parallel; records of one layout share the names tuple.  defect: None, or one of
    `violations.DEFECTS`: then there are no values and raw is the record's text.  part: the sheet it stands in.
    aside: why it is no record of this table but something else that stands in the file; None for a record.
    """

    row: int
    names: tuple[str, ...]
    values: Sequence[str | None]
    defect: str | None = None
    raw: str | None = None
    part: str | None = None
    aside: str | None = None


class Reader(Protocol):
    """A source format.

    name: as in a contract's sourceFormat.  has_header: the first record's names hold for the whole file.
    """

    name: str
    has_header: bool

    def inspect(self, file: LandedFile, workspace: Path, block: int) -> Inspection:
        """Look at the whole file once. block: bytes that Spark will give to one task. Raises Refused when nobody can read it."""
        ...

    def headers(self, source: Source) -> tuple[int, tuple[str, ...]]:
        """Return the line and the names of the header; (0, ()) in a format without one."""
        ...

    def records(self, source: Source) -> Iterator[Record]:
        """Yield every record in order, defective ones included; blank lines are no records."""
        ...


def defective(row: int, defect: str, raw: str) -> Record:
    """Return the record that stands for text which could not be read as one."""
    return Record(row, (), (), defect, raw)


def as_text(sent: Sequence[tuple[str, str | None]]) -> str:
    """Return names and values as one text, for a record that has no other."""
    return json.dumps(sent, ensure_ascii=False, separators=(",", ":"))
