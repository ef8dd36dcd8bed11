"""What departments hand over in a round: a few rows or files of each kind, other ones in each round, equal for equal rounds."""

import csv
import gzip
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping
from datetime import date
from functools import cache, partial
from pathlib import Path
from random import Random

from PIL import Image

from schemas.settings import ROOT
from tests.bench.kills.contracts import SPANS, WIDTH
from tests.data.made import crawl
from tests.data.made.hotline import tickets
from tests.data.made.stations import hours
from tests.ingest.books import book

SAMPLES = ROOT / "tests" / "data" / "landing"
Files = Mapping[str, bytes]
FEW, PACKETS = 12, 12  # rows of a delivery, packets of a delivery
FED = 48  # of a day's packets, those from this one on come through the broker
RECORDINGS = (("in.mp4", "cover.jpg", "sample.mkv"), ("chinese.flac", "made-recordings.zip"), ("party.mp3", "empty.gif", "mpeg4.mp4"))
DOCUMENTS = (("helloworld.ofd", "made-notice.pdf"), ("AddAttachment.ofd", "path_unstd.ofd"), ("透明度文字.ofd", "namespace_no_std.ofd", "made-locked.pdf"))
HEAD = ["采购单位", "项目编号", "采购类别", "采购金额（万元）", None, "供应商信用代码", "签约日期"]


@cache
def text(path: str) -> str:
    """Return a sample's text."""
    content = (SAMPLES / path).read_bytes()
    return (gzip.decompress(content) if path.endswith(".gz") else content).decode("utf-8-sig")


def whole(path: str, number: int) -> Files:
    """A reference table: all of it, with a row more in each round."""
    lines = text(path).splitlines(keepends=True)
    return {f"round-{number}.csv": "".join(lines[: len(lines) - 10 + number]).encode()}


def rows(path: str, number: int) -> Files:
    """Some rows of a CSV sample, of which the last round's last one again."""
    head, *all_rows = csv.reader(io.StringIO(text(path)))
    written = io.StringIO()
    csv.writer(written).writerows([head, *all_rows[max(0, FEW * (number - 1) - 1) : FEW * number]])
    return {f"round-{number}.csv.gz" if path.endswith(".gz") else f"round-{number}.csv": _packed(path, written.getvalue())}


def lines(path: str, number: int) -> Files:
    """Some lines of a sample of JSON lines."""
    chosen = text(path).splitlines(keepends=True)[FEW * (number - 1) : FEW * number]
    return {f"round-{number}.jsonl.gz" if path.endswith(".gz") else f"round-{number}.jsonl": _packed(path, "".join(chosen))}


def dump(path: str, number: int) -> Files:
    """Some statements of a dump."""
    statements = re.split(r"(?m)^(?=INSERT INTO )", text(path))[1:]
    return {f"round-{number}.sql.gz": _packed(path, "".join(statements[2 * number - 2 : 2 * number]))}


def hotline(number: int) -> Files:
    """Made tickets of the hotline."""
    made = tickets(Random(12345), FEW * number)[FEW * (number - 1) :]
    written = io.StringIO()
    writer = csv.DictWriter(written, list(made[0]))
    writer.writeheader()
    writer.writerows(made)
    return {f"round-{number}.csv": written.getvalue().encode()}


def month(number: int) -> Files:
    """A workbook of made procurements, one of a category that is not known."""
    made = [["甲", f"SLCG-2026-{number}{row:03}", "货物" if row else "别的", 1, row, "91330106QQ700100XE", date(2026, 1, 5)] for row in range(FEW)]
    return {f"round-{number}.xlsx": book({"1月": [["月报"], [], HEAD, [None, None, None, "预算", "合同"], *made]})}


def pages(number: int) -> Files:
    """A crawl of made pages, the first one of which has another digest than it says."""
    records = [crawl.record("warcinfo", 0, "Content-Type: application/warc-fields", b"software: made\r\n")]
    for page in range(5):
        name = 5 * number + page
        body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + _page(name)
        address = f"WARC-Target-URI: http://www.example.gov.cn/zwgk/{name}.html\r\nContent-Type: application/http; msgtype=response"
        records.append(crawl.record("response", name, address if page else f"WARC-Block-Digest: sha1:{'A' * 32}\r\n{address}", body))
    return {f"round-{number}.warc.gz": b"".join(records)}


def saved(number: int) -> Files:
    """Made pages, one a file."""
    return {f"round-{number}-{page}.html": _page(3 * number + page) for page in range(3)}


def _page(name: int) -> bytes:
    return crawl.PAGE.format(n=name, meta='<meta charset="utf-8">').encode()


def packets(number: int, first: int = 0) -> list[bytes]:
    """Some packets of a day, one of them sent twice."""
    sent = hours(Random(212))[first + PACKETS * ((number - 1) % 4) :][:PACKETS] if number <= 4 else hours(Random(212 + number))[first:][:PACKETS]
    return [*sent, sent[3]]


def capture(number: int, first: int = 0) -> Files:
    """The same packets as a file, one of them cut off when they are no feed."""
    return {f"round-{number}.hj212": b"".join(packets(number, first)) + (b"" if first else packets(number)[5][:70])}


def recordings(folder: str, names: tuple[tuple[str, ...], ...], number: int) -> Files:
    """Samples of media; in rounds after the last, made pictures."""
    if number > len(names):
        return {f"round-{number}-{shade}.png": _picture(20 * number + shade) for shade in range(3)}
    return {name: (SAMPLES / folder / "2026-03-02" / name).read_bytes() for name in names[number - 1]}


def _picture(shade: int) -> bytes:
    written = io.BytesIO()
    Image.new("L", (4, 4), shade).save(written, "PNG")
    return written.getvalue()


def notices(number: int) -> list[dict[str, str]]:
    """Made notices: new ones, those of the round before revised, one twice, and one without a number."""
    made = [{"notice_no": f"N{6 * number + row}", "revised_on": f"2026-02-{number:02}", "mobile": "", "score": str((7 * row + number) % 100)} for row in range(FEW)]
    return [*made, made[2], {**made[0], "notice_no": ""}]


def fed(number: int) -> list[bytes]:
    """Notices as records of a topic."""
    return [json.dumps(row).encode() for row in notices(number)]


def as_lines(number: int) -> Files:
    """The same records as a file."""
    return {f"round-{number}.jsonl": b"".join(line + b"\n" for line in fed(number))}


def as_xml(number: int) -> Files:
    """Notices as XML."""
    found = "".join(f"<row>{''.join(f'<{name}>{value}</{name}>' for name, value in row.items())}</row>" for row in notices(number))
    return {f"round-{number}.xml": f'<?xml version="1.0" encoding="UTF-8"?><rows>{found}</rows>'.encode()}


def as_fixed(number: int) -> Files:
    """Notices as lines of fixed width."""
    found = ["".join(row[name].ljust(width) for name, (_, width) in SPANS.items()) for row in notices(number)]
    return {f"round-{number}.txt": "".join(f"{line.ljust(WIDTH)}\n" for line in found).encode()}


def as_zip(number: int) -> Files:
    """Notices as two files in a zip with its manifest."""
    sent, members = notices(number), dict[str, bytes]()
    for name, part in (("a.csv", sent[:6]), ("b.csv", sent[6:])):
        members[name] = "".join(",".join(row) + "\n" for row in (list(sent[0]), *(list(row.values()) for row in part))).encode()
    told = [{"name": name, "sha256": hashlib.sha256(content).hexdigest(), "records": content.count(b"\n") - 1} for name, content in members.items()]
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        for name, content in {**members, "manifest.json": json.dumps({"files": told}).encode()}.items():
            file.writestr(zipfile.ZipInfo(name, (2026, 3, 2, 0, 0, 0)), content)
    return {f"round-{number}.zip": written.getvalue()}


def _packed(path: str, content: str) -> bytes:
    return gzip.compress(content.encode(), mtime=0) if Path(path).suffix == ".gz" else content.encode()


media_files = partial(recordings, "social/media_item", RECORDINGS)
documents = partial(recordings, "internet/public_document", DOCUMENTS)
