"""(i) Readers on the driver, a whole look and a whole reading of a file, against the bare parser they rest on."""

import gzip
import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import python_calamine as calamine
from selectolax.lexbor import LexborHTMLParser
from warcio.archiveiterator import ArchiveIterator

from jobs.ingest import apart, pages
from jobs.ingest.packets import check_sum
from jobs.ingest.prepare import READERS
from jobs.ingest.source import Source
from schemas.contract import Contract
from schemas.load import load_all
from schemas.settings import ROOT
from tests.data.made import crawl, stations
from tests.ingest.books import book
from tests.ingest.cases import contract, landed

CRAWLS, SHEET_ROWS, DAYS, TRIES, AIM = 250, 50_000, 200, 5, 2.0
COLUMNS = ("code", "name", "amount", "day", "place", "note")


def against_parsers() -> Iterator[dict[str, Any]]:
    """Yield records a second of each format."""
    known = load_all(ROOT / "schemas")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        crawled = gzip.compress(gzip.decompress(crawl.made()) * CRAWLS)
        yield _pair(place / "a.warc.gz", crawled, known["crawled_page"], ("WARC", "warcio and selectolax", _bare_pages), AIM)
        rows = [COLUMNS, *([f"C{number}", f"示例{number}", number / 4, "2026-03-02", "示例市", "说明"] for number in range(SHEET_ROWS))]
        yield _pair(place / "a.xlsx", book({"1": rows}), contract(*COLUMNS, source_format="excel"), ("Excel", "calamine", _bare_sheet), AIM)
        packets = b"".join(packet for day in range(DAYS) for packet in stations.hours(Random(day)))
        yield _pair(place / "a.hj212", packets, known["station_value"], ("HJ 212", "its check sums", _bare_packets), None)


def _pair(path: Path, content: bytes, kind: Contract, named: tuple[str, str, Callable[[Path], int]], aim: float | None) -> dict[str, Any]:
    name, against, bare = named
    file, reader, workspace = landed(path, content), READERS[kind.source_format](kind), path.parent / "work"
    workspace.mkdir(exist_ok=True)
    assert file.sha256 == hashlib.sha256(content).hexdigest()

    def ours(_: Path) -> int:
        found = reader.inspect(file, workspace, 1 << 30)
        count = sum(1 for _ in reader.records(Source(found.text or path, found.packing, found.encoding, found.newline)))
        apart.shared(pages.__name__).close()  # so that what it spent is counted
        return count

    pairs = [(_timed(ours, path), _timed(bare, path)) for _ in range(TRIES)]
    (records, _), (things, _) = pairs[0]
    seconds, alone = (median(pair[which][1] for pair in pairs) for which in (0, 1))
    told = f"{against} alone {things / alone:,.0f}/s"
    line = {"name": f"(i) {name}: {records:,} records of {things:,}", "value": round(records / seconds), "unit": "records/s", "against": told, "ratio": round(seconds / alone, 2)}
    return {**line, **({"aim": aim} if aim else {})}


def _timed(read: Callable[[Path], int], path: Path) -> tuple[int, float]:
    begun = _spent()
    count = read(path)
    return count, _spent() - begun


def _spent() -> float:
    """CPU seconds of this process and of those it has waited for: workbooks are read in one of their own."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _bare_pages(path: Path) -> int:
    count = 0
    for record in ArchiveIterator(io.BytesIO(gzip.decompress(path.read_bytes()))):
        body, count = record.content_stream().read(), count + 1
        if record.rec_type == "response":
            LexborHTMLParser(body.decode("utf-8", "replace")).text()
    return count


def _bare_sheet(path: Path) -> int:
    return len(calamine.load_workbook(path).get_sheet_by_index(0).to_python())


def _bare_packets(path: Path) -> int:
    packets = path.read_bytes().split(b"\r\n")[:-1]
    assert all(check_sum(packet[6:-4]).encode() == packet[-4:] for packet in packets)
    return len(packets)
