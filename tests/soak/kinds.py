"""The kinds of inputs: how one is made from its samples, who reads it, how many of a million are of it, and how long one may take."""

import gzip
import hashlib
import json
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import SimpleNamespace
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
import zstandard

from jobs.ingest import packets
from jobs.ingest.excel import cells
from jobs.ingest.excel.opening import kind_of
from jobs.ingest.excel.reader import ExcelReader
from jobs.ingest.hj212 import Hj212Reader
from jobs.ingest.source import Source
from jobs.serve import answered
from jobs.serve.gateway import body
from jobs.serve.gateway.problem import Declined
from jobs.serve.gateway.tokens import Office
from schemas.errors import Refused
from schemas.load import load_streams
from schemas.settings import ROOT
from tests.soak import account, samples
from tests.soak.account import REFUSED, Account
from tests.soak.misses import missed
from tests.soak.mutations import mutated, odd_json
from tests.soak.samples import Variant, rezipped, zipped

OFFICE = Office("tax-03", ("licensing",))
ALARM = 600  # seconds of the clock that a process made for one workbook may take; its own limit is a minute of processor time
Made = tuple[Variant, bytes]


@dataclass(frozen=True)
class Kind:
    """share: of a million.  take: reads an input, says what became of it, and raises for anything but rows or a refusal.  limit: seconds for one."""

    share: int
    make: Callable[[Random], Made]
    take: Callable[[Variant, bytes, Path], Account]
    limit: float = 20.0


def _spoilt(variants: Callable[[], Sequence[Variant]]) -> Callable[[Random], Made]:
    def make(rng: Random) -> Made:
        variant = rng.choice(variants())
        return variant, mutated(rng, variant.samples)

    return make


def _xml(rng: Random) -> Made:
    """A text whose bytes are spoilt, which is hardly ever XML any more; or whole XML of odd elements in odd places."""
    (variant,) = samples.xml()
    return variant, mutated(rng, variant.samples) if rng.random() < 0.5 else f"<data>{''.join(_element(rng, 0) for _ in range(rng.randint(1, 6)))}</data>".encode()


def _element(rng: Random, depth: int) -> str:
    name = rng.choice(("row", "row", "row", "count", "other") if not depth else ("code", "code", "名称", "a", "b", "row", "count", "x:code"))
    inside = [_element(rng, depth + 1) for _ in range(rng.choice((0, 1, 2, 3)) if depth < 5 else 0)]
    texts = [escape(_allowed(missed(rng, rng.choice(("1", "甲", "330106"))))) for _ in range(rng.choice((0, 1, 1, 2)))]
    given = rng.choice(("", "", " id='7'", f" id={quoteattr(_allowed(missed(rng, '1')))}"))
    parts = [*inside, *texts]
    rng.shuffle(parts)
    return f"<{name}{given} xmlns:x='urn:x'>{''.join(parts)}</{name}>"


def _allowed(text: str) -> str:
    """What of a text may stand in XML 1.0."""
    return "".join(sign for sign in text if sign in "\t\n\r" or " " <= sign < "\ud800" or "\ue000" <= sign <= "\ufffd" or sign >= "\U00010000")


def _packed(rng: Random) -> Made:
    """A packed text: spoilt before it was packed, or after."""
    variant = rng.choice(rng.choice((samples.csv, samples.jsonl, samples.fixed, samples.xml))())
    pack = rng.choice((lambda data: gzip.compress(data, mtime=0), zstandard.compress))
    if rng.random() < 0.5:
        return variant, pack(mutated(rng, variant.samples))
    return variant, mutated(rng, [pack(rng.choice(variant.samples))])


def _zipped(variants: Callable[[], Sequence[Variant]]) -> Callable[[Random], Made]:
    """Documents that are zip files: the zip spoilt, or one of the files in it."""

    def make(rng: Random) -> Made:
        variant = rng.choice(variants())
        content = rng.choice(variant.samples)
        if rng.random() < 0.6 and (again := rezipped(rng, content)):
            return variant, again
        return variant, mutated(rng, [content])

    return make


def lines(rng: Random) -> Made:
    """A CSV of a contract, spoilt below its header: another header would be another plan of Spark's."""
    variant = rng.choice([one for one in samples.csv() if one.contract.table in samples.KNOWN])
    head, _, rest = rng.choice(variant.samples).partition(b"\n")
    return variant, head + b"\n" + mutated(rng, [rest])


def _delivery(rng: Random) -> Made:
    """A zip with a manifest: a member spoilt and the manifest right, the manifest spoilt, or the zip."""
    variant = rng.choice(samples.csv()[:3])
    pick = rng.random()
    members = {name: mutated(rng, variant.samples) if pick < 0.4 else rng.choice(variant.samples) for name in ("a.csv", "b/c.csv")}
    listed = [{"name": name, "sha256": hashlib.sha256(data).hexdigest(), "records": max(0, data.count(b"\n") - 1)} for name, data in members.items()]
    manifest = json.dumps({"files": listed}).encode()
    content = zipped({**members, "manifest.json": mutated(rng, [manifest]) if 0.4 <= pick < 0.6 else manifest})
    return Variant(variant.contract, "a.zip", ()), mutated(rng, [content]) if pick >= 0.6 else content


def _file(variant: Variant, content: bytes, folder: Path) -> Account:
    return account.of_file(folder / variant.name, content, variant.contract)


def _capture(variant: Variant, content: bytes, folder: Path) -> Account:
    """Packets of a stream: no byte but blank ones may be lost, wherever it is cut."""
    at, found = 0, Account()
    number = iter(range(1 << 30))
    for piece in packets.pieces([content[:700], content[700:]]):
        start = content.find(piece, at)
        assert start >= 0 and not content[at:start].strip(), f"bytes {at} to {start} are in no piece"
        at = start + len(piece)
        judged = packets.judged(piece)
        told = [] if isinstance(judged, str) else list(Hj212Reader(variant.contract).told(judged, number))
        assert isinstance(judged, str) or told, "a sound packet gives no record"
        found += Account(1, 1) if isinstance(judged, str) else Account(sum(not one.aside for one in told), 0, sum(bool(one.aside) for one in told))
    assert not content[at:].strip(), f"bytes from {at} on are in no piece"
    return found


def _request(variant: Variant, content: bytes, folder: Path) -> Account:
    """A body that somebody posts: a message for the stream, or declined."""
    try:
        asked = (body.instant if variant.name == "instant" else body.credit)(content, OFFICE)
    except Declined:
        return REFUSED
    assert body.is_request_id(json.loads(asked.value.decode("utf-8"))["request_id"])
    return Account(1)


def _answer(variant: Variant, content: bytes, folder: Path) -> Account:
    """A record of an answer topic: a row of the ledger, or one that is told to be unreadable."""
    record = SimpleNamespace(value=content, key=content[:5], topic="instant.verdict", partition=0, offset=7, timestamp=1_772_400_000_000, headers=[("engine", content[:9]), ("request", content)])
    found = answered.compared([answered.read(record)], {})
    fresh, odd = answered.fresh(found, 1), answered.disagreeing([one for one in found if one.reason], 1)
    assert isinstance(fresh, pa.Table) and fresh.num_rows + odd.num_rows == 1, f"one answer became {fresh.num_rows} rows and {odd.num_rows} remarks"
    return Account(fresh.num_rows, 0, 0, odd.num_rows)


def _cells(variant: Variant, content: bytes, folder: Path) -> Account:
    """A workbook as its reader's own process reads it, in a fork of this one: starting Python for each would take all the time."""
    path = folder / variant.name
    path.write_bytes(content)
    try:
        kind = kind_of(path)
        book = path.rename(folder / f"book.{kind}")
        wanted = variant.contract.template.sheets if variant.contract.template else ()  # type: ignore[union-attr]
        code = _forked(lambda: cells.main(str(book), kind, json.dumps(list(wanted)), str(folder / "cells")))
        if code != 0:  # whatever ends that process is a refusal of the workbook
            return REFUSED
        reader, source = ExcelReader(variant.contract), Source(folder / "cells", None, kind)
        reader.headers(source)
        found = list(reader.records(source))
    except Refused:
        return REFUSED
    defects = sum(one.defect is not None for one in found)
    return Account(sum(not one.aside for one in found), defects, sum(bool(one.aside) for one in found))


def _forked(work: Callable[[], int]) -> int:
    """Run in a child; return its exit code, or 70 for an end that is neither a refusal nor a reading: a panic, a signal, no memory."""
    child = os.fork()
    if not child:
        signal.alarm(ALARM)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        code = 70
        try:
            code = work()
        finally:
            os._exit(code)
    ended = os.waitpid(child, 0)[1]
    assert not (os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGALRM), f"the workbook kept its process for {ALARM} s"
    return os.WEXITSTATUS(ended) if os.WIFEXITED(ended) else 70


def _messages(name: str, content: bytes) -> Callable[[Random], Made]:
    """Messages of a kind: their bytes spoilt, or what they say, or both."""

    def make(rng: Random) -> Made:
        pick = rng.random()
        said = odd_json(rng, content) if pick < 0.6 else content
        return Variant(samples.KNOWN["enterprise"], name, ()), mutated(rng, [said]) if pick > 0.5 else said

    return make


def _example(table: str, **more: object) -> bytes:
    """The example of a contract as a message."""
    given = {column.name: column.examples[0] for column in (samples.KNOWN | load_streams(ROOT / "schemas"))[table].columns}
    return json.dumps({**given, **more}, ensure_ascii=False).encode()


INSTANT = _messages("instant", _example("case_accept", request_id="a-1", materials=["申请表", "营业执照"]))
CREDIT = _messages("credit", b'{"request_id":"b-2","subject":"91330602QQ00011B3K","purpose":"licensing"}')
CHANGE = _messages("change", _example("credit_change"))
VERDICT = (
    b'{"request_id":"a-1","verdict":"accepted","rules":["uscc"],"violations":[{"rule":"uscc","column":"org_code"}],"rule_set":"1","contract_version":"1.0.0","credit":{"version":3,"change":9},'
    b'"received_at":"2026-03-02T01:02:03.004Z","request":{"topic":"instant.request","partition":0,"offset":5,"sha256":"00ff"}}'
)
KINDS: Mapping[str, Kind] = {
    "packet": Kind(290_000, _spoilt(samples.packet), _capture),
    "instant": Kind(80_000, INSTANT, _request),
    "credit": Kind(40_000, CREDIT, _request),
    "answer": Kind(80_000, _messages("answer", VERDICT), _answer),
    "csv": Kind(110_000, _spoilt(samples.csv), _file),
    "jsonl": Kind(60_000, _spoilt(samples.jsonl), _file),
    "fixed": Kind(50_000, _spoilt(samples.fixed), _file),
    "packed": Kind(25_000, _packed, _file),
    "xml": Kind(50_000, _xml, _file),
    "sql": Kind(40_000, _spoilt(samples.sql), _file),
    "html": Kind(30_000, _spoilt(samples.html), _file),
    "warc": Kind(15_000, _spoilt(samples.warc), _file),
    "hj212": Kind(25_000, _spoilt(samples.hj212), _file),
    "zip": Kind(10_000, _delivery, _file),
    "cells": Kind(12_000, _zipped(samples.workbook), _cells, 700.0),
    "excel": Kind(1_000, _zipped(samples.workbook), _file, 700.0),
    "media": Kind(1_000, _spoilt(samples.film), _file, 90.0),
    "document": Kind(1_000, _zipped(samples.document), _file, 90.0),
    "change": Kind(0, CHANGE, _answer),  # read by Spark alone, as are these lines
    "lines": Kind(0, lines, _file),
}
# Those that Spark reads, see tests/soak/stream.py: so many of a million.
STREAM = {"verdict": 38_000, "change": 38_000, "lines": 4_000}
