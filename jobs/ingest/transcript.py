"""Files that Spark cannot read as they lie in landing: lines recoded to UTF-8, or records written as JSON lines."""

import codecs
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from jobs.ingest.blocks import Blocks
from jobs.ingest.header import Slots
from jobs.ingest.reader import Record, as_text
from jobs.ingest.source import Source
from jobs.ingest.workspace import written

# r row, p part, d defect, t text of a defective record, v values by slot, e values of unknown headers, n file where several were put together
SCHEMA = "r bigint, p string, d string, t string, v array<string>, e map<string,string>, n string"
NAMED = 20  # places of set-aside rows that a report names


@dataclass(frozen=True)
class Transcript:
    """What was written. given: slots that some record had; unknown: headers the contract does not know.

    aside: rows that are no records; aside_at: where the first of them stand, and why.
    """

    records: int
    given: frozenset[int]
    unknown: tuple[str, ...]
    aside: int = 0
    aside_at: tuple[str, ...] = ()


def transcribe(records: Iterable[Record], known: Slots, target: Path) -> Transcript:
    """Write one JSON line a record, replacing `target`; memory does not grow with the file.

    Not compressed: Spark reads an uncompressed file with several tasks.  Raises Unavailable when the disk is full.
    """
    pen = _Pen(known)
    with written(target) as file:
        file.writelines(line.encode("utf-8") for line in pen.lines(records))
    return Transcript(pen.count, frozenset(pen.given), tuple(pen.unknown), pen.aside, tuple(pen.aside_at))


def recode(source: Source, target: Path, block: int) -> tuple[int, ...]:
    """Write the same lines as plain UTF-8; return the line ends before each block. Raises Unavailable on a full disk."""
    blocks = Blocks(block)
    decoder = codecs.getincrementaldecoder(source.codec)()
    with written(target) as file:
        for chunk in source.chunks():
            text = chunk if source.codec == "utf-8" else decoder.decode(chunk).encode("utf-8")
            blocks.add(text)
            file.write(text)
    return tuple(blocks.before)


class _Plan(NamedTuple):
    """Where a layout's values go. picks: by slot, the position in the record, -1 for none.  extra: unknown headers."""

    picks: list[int]
    extra: list[tuple[str, int]]
    is_repeated: bool


class _Pen:
    """Turns records to lines, working each layout out once."""

    def __init__(self, known: Slots) -> None:
        self.known, self.count, self.aside = known, 0, 0
        self.aside_at: list[str] = []
        self.given: set[int] = set()
        self.unknown: dict[str, None] = {}
        self.plans: dict[tuple[str, ...], _Plan] = {}
        self.encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

    def lines(self, records: Iterable[Record]) -> Iterator[str]:
        for record in records:
            if record.aside:
                self.set_aside(record)
                continue
            self.count += 1
            entry = self.entry(record)
            yield self.encode({**entry, "p": record.part} if record.part else entry) + "\n"

    def set_aside(self, record: Record) -> None:
        self.aside += 1
        if self.aside <= NAMED:
            sheet = f"{record.part} " if record.part else ""
            self.aside_at.append(f"{sheet}{record.row} {record.aside}")

    def entry(self, record: Record) -> dict[str, Any]:
        if record.defect is not None:
            return {"r": record.row, "d": record.defect, "t": record.raw}
        plan = self.plans.get(record.names) or self.plan(record.names)
        if plan.is_repeated:
            text = as_text(list(zip(record.names, record.values, strict=True)))
            return {"r": record.row, "d": "shape", "t": text}
        sent = [*record.values, None]
        values = [sent[position] for position in plan.picks]
        extra = {header: sent[position] for header, position in plan.extra if sent[position] is not None}
        return {"r": record.row, "v": values, "e": extra} if extra else {"r": record.row, "v": values}

    def plan(self, names: tuple[str, ...]) -> _Plan:
        layout = self.known.layout(names)
        places = {slot: position for position, slot in enumerate(layout.slots) if slot is not None}
        extra = [(header, n) for n, header in enumerate(layout.headers) if layout.slots[n] is None]
        picks = [places.get(slot, -1) for slot in range(len(self.known.names))]
        plan = _Plan(picks, extra, bool(layout.repeated))
        if len(self.plans) < 10_000:  # sources with ever new keys must not fill the memory
            self.plans[names] = plan
        if not plan.is_repeated:
            self.given.update(places)
            self.unknown.update(dict.fromkeys(layout.unknown))
        return plan
