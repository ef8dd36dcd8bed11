"""HJ 212-2017: the packets of a file, one record a pollutant factor; the password (PW) is never handed on."""

import hashlib
import re
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path

from jobs.evidence.intake import LandedFile
from jobs.ingest import clock, packets
from jobs.ingest.header import fold, slots
from jobs.ingest.inspection import Inspection, same
from jobs.ingest.packing import chunks, packing_of
from jobs.ingest.reader import Record, defective
from jobs.ingest.refusal import refuse
from jobs.ingest.source import RAW_LIMIT, Source
from schemas.contract import Contract
from schemas.template import Hj212Template

FACTOR = "PolId"  # the standard's own name for the code of a factor
UNIT = "Unit"  # ours: the unit that the contract declares for the factor, or for it at this station
NAMES = {"Flag": "PacketFlag"}  # of the packet: the factors have a Flag of their own


class Hj212Reader:
    """Packets in a file, or in the bytes of a capture: they may follow one another without an end, and be cut.

    A contract with a column PolId gets one record a factor: the packet's fields, PolId, and Rtd, Avg, Min, Max, Cou, Flag.
    Without it a packet is one record, its values named as sent: a34004-Avg.  A piece that is no sound packet is one
    defective record with its reason, and so is one of a clock that is off (jobs/ingest/clock.py); a packet without any factor
    (a command, an answer) is set aside where factors are read.
    """

    name = "hj212"
    has_header = False

    def __init__(self, contract: Contract) -> None:
        self.by_factor = fold(FACTOR) in slots(contract).by_header
        self.template = contract.template if isinstance(contract.template, Hj212Template) else Hj212Template()
        self.units = {"": dict(self.template.units), **{mn: dict(units) for mn, units in self.template.stations}}
        self.feed = contract.feed

    def inspect(self, file: LandedFile, workspace: Path, block: int) -> Inspection:
        """Read the file to its end. Raises Refused when no packet begins in it."""
        packing, digest = packing_of(file.path), hashlib.sha256()
        before, begun = b"", False
        for chunk in chunks(file.path, packing, digest):
            begun = begun or bool(packets.START.search(before + chunk))
            before = chunk[-packets.OVERLAP:]
        same(file, digest.hexdigest())
        if not begun:
            raise refuse("holds no beginning of an HJ 212 packet (## and four digits)", "Ask the source for the packets as they were sent.")
        return Inspection(packing, "ascii", b"\n", 0, 0, False, (0,))

    def headers(self, source: Source) -> tuple[int, tuple[str, ...]]:
        """Return (0, ()): names come with each record."""
        return 0, ()

    def records(self, source: Source) -> Iterator[Record]:
        """Yield the records, numbered from 1 in the order of the file."""
        number, came = count(1), None
        is_fed = self.feed is not None and re.match(rf"{re.escape(self.feed)}-[0-9]+-[0-9]+-[0-9]+\.", source.path.name)
        for piece in packets.pieces(chunks(source.path, source.packing)):
            if is_fed and (mark := packets.MARK.match(piece)):
                came = clock.instant(mark[1])
                continue
            found = packets.judged(piece)
            if isinstance(found, packets.Packet) and clock.is_off(dict(found.fields), came, self.template):
                found = clock.REASON
            if isinstance(found, str):
                yield defective(next(number), found, packets.masked(source.shown(piece))[:RAW_LIMIT])
            else:
                yield from self.told(found, number)

    def told(self, packet: packets.Packet, number: Iterator[int]) -> Iterator[Record]:
        """Yield the records of one packet."""
        fields = [(NAMES.get(name, name), value) for name, value in packet.fields]
        if not self.by_factor:
            values = [(f"{factor}-{part}", value) for factor, parts in packet.factors for part, value in parts]
            yield _record(next(number), [*fields, *values])
        elif not packet.factors:
            yield Record(next(number), (), (), aside=f"packet of CN {dict(fields)['CN']} without a factor")
        of_station = self.units.get(dict(fields)["MN"], {})
        for factor, parts in packet.factors if self.by_factor else ():
            unit = of_station.get(factor) or self.units[""].get(factor)
            declared = [(UNIT, unit)] if unit else []
            yield _record(next(number), list(chain(fields, [(FACTOR, factor)], declared, parts)))


def _record(number: int, pairs: list[tuple[str, str]]) -> Record:
    return Record(number, tuple(name for name, _ in pairs), [value or None for _, value in pairs])
