"""Records of any format written down as JSON lines that Spark reads back: what cannot be read as it lies in landing."""

import errno
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.ingest.header import Layout, Slots
from jobs.ingest.reader import Record, defective
from schemas.errors import Unavailable

# r row, d defect, t text of a defective record, v values by slot, e values of unknown headers
SCHEMA = "r bigint, d string, t string, v array<string>, e map<string,string>"


@dataclass(frozen=True)
class Transcript:
    """What was written. given: slots that some record had; unknown: headers the contract does not know."""

    records: int
    given: frozenset[int]
    unknown: tuple[str, ...]


def transcribe(records: Iterable[Record], known: Slots, target: Path) -> Transcript:
    """Write one JSON line a record, replacing `target`; memory does not grow with the file.

    Not compressed: Spark reads an uncompressed file with several tasks.  Raises Unavailable when the disk is full.
    """
    pen = _Pen(known)
    try:
        with target.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pen.lines(records))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        where = f"No space is left on the disk of {target.parent}."
        raise Unavailable(f"{where} Nothing was committed; the next try starts the batch again. Free space.") from None
    return Transcript(pen.count, frozenset(pen.given), tuple(pen.unknown))


class _Pen:
    """Turns records to lines, working each layout out once."""

    def __init__(self, known: Slots) -> None:
        self.known, self.count = known, 0
        self.given: set[int] = set()
        self.unknown: dict[str, None] = {}
        self.plans: dict[tuple[str, ...], Layout] = {}
        self.encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

    def lines(self, records: Iterable[Record]) -> Iterator[str]:
        for record in records:
            self.count += 1
            yield self.encode(self.entry(record)) + "\n"

    def entry(self, record: Record) -> dict[str, Any]:
        if record.defect is None:
            layout = self.plans.get(record.names) or self.plan(record.names)
            if layout.repeated:
                text = self.encode(list(zip(record.names, record.values, strict=True)))
                record = defective(record.row, "shape", text)
            else:
                return {"r": record.row, **self.values(layout, record)}
        return {"r": record.row, "d": record.defect, "t": record.raw}

    def plan(self, names: tuple[str, ...]) -> Layout:
        layout = self.known.layout(names)
        if len(self.plans) < 10_000:  # sources with ever new keys must not fill the memory
            self.plans[names] = layout
        if not layout.repeated:
            self.given.update(slot for slot in layout.slots if slot is not None)
            self.unknown.update(dict.fromkeys(layout.unknown))
        return layout

    def values(self, layout: Layout, record: Record) -> dict[str, Any]:
        values: list[str | None] = [None] * len(self.known.names)
        extra: dict[str, str] = {}
        for header, slot, value in zip(layout.headers, layout.slots, record.values, strict=True):
            if slot is not None:
                values[slot] = value
            elif value is not None:
                extra[header] = value
        return {"v": values, "e": extra} if extra else {"v": values}
