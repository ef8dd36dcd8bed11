"""Crawls as the driver reads them: every edge case gives what its expectation says, every record is accounted for."""

import csv
import gzip
from pathlib import Path

import pytest

from jobs.conform.violations import ARCHIVED, DEFECTS
from jobs.ingest.reader import Record
from schemas.errors import Refused
from schemas.settings import ROOT
from tests.ingest.cases import contract, prepared, read

CRAWLS = ROOT / "tests" / "data" / "warc"
EXPECTED = list(csv.DictReader((CRAWLS / "EXPECTED.csv").open(encoding="utf-8")))
FILES = sorted(path for path in CRAWLS.iterdir() if path.suffix not in (".md", ".csv"))
PAGES = contract("url", "title", "charset", source_format="warc")
CRLF = b"\r\n"


def outcome(record: Record) -> dict[str, str]:
    values = dict(zip(record.names, record.values, strict=True))
    what = record.defect or (f"aside: {record.aside}" if record.aside else "page")
    return {"row": str(record.row), "outcome": what, "url": values.get("url") or "", "title": values.get("title") or "",
            "charset": f"{values['charset']} by {values['charset_basis']}" if values else ""}  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_record_of_a_crawl_is_what_the_expectation_says(path: Path, tmp_path: Path) -> None:
    wanted = [{key: row[key] for key in ("row", "outcome", "url", "title", "charset")} for row in EXPECTED if row["file"] == path.name]
    assert [outcome(record) for record in read(tmp_path / path.name, path.read_bytes(), PAGES)] == wanted


def test_every_expectation_is_of_a_file_and_every_defect_one_that_conform_knows() -> None:
    assert {row["file"] for row in EXPECTED} == {path.name for path in FILES}
    assert {row["outcome"] for row in EXPECTED if row["outcome"] != "page" and "aside" not in row["outcome"]} <= {*DEFECTS, *ARCHIVED}


def warc(body: bytes, content_type: str = "text/html", *, length: int | None = None) -> bytes:
    """A WARC file of one answer."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: " + content_type.encode() + CRLF * 2 + body
    head = ["WARC/1.1", "WARC-Type: response", "WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>", "WARC-Date: 2026-03-01T02:00:00Z",
            "WARC-Target-URI: http://www.example.gov.cn/a/1.html", "Content-Type: application/http; msgtype=response", f"Content-Length: {length or len(http)}"]  # fmt: skip
    return "\r\n".join(head).encode() + CRLF * 2 + http + CRLF * 2


def test_a_page_has_its_address_its_time_and_what_it_says(tmp_path: Path) -> None:
    body = '<meta charset="gb2312"><title>朱镕基</title><p>政府网站标识码：1101020002</p><a href="../b.pdf">附件</a>'.encode("gb18030")
    (found,) = read(tmp_path / "a.warc", warc(body, "text/html; charset=GBK"), PAGES)
    values = dict(zip(found.names, found.values, strict=True))
    wanted = {"url": "http://www.example.gov.cn/a/1.html", "fetched_at": "2026-03-01T02:00:00Z", "status": "200", "title": "朱镕基", "site_code": "1101020002",
              "links": '["http://www.example.gov.cn/b.pdf"]', "charset": "gb18030", "charset_basis": "http", "charset_http": "gbk", "charset_meta": "gb2312"}  # fmt: skip
    assert {name: values[name] for name in wanted} == wanted


def test_a_record_shorter_than_it_says_is_a_defect_and_what_came_before_it_is_kept(tmp_path: Path) -> None:
    good = warc(b"<title>a</title>")
    assert [r.defect for r in read(tmp_path / "a", good + warc(b"<title>b</title>", length=9999), PAGES)] == [None, "page_cut"]


@pytest.mark.parametrize(("lost", "left"), [
    pytest.param(b"WARC-Target-URI: http://www.example.gov.cn/a/1.html\r\n", b"", id="its address"),
    pytest.param(b"HTTP/1.1 200 OK", b"<!DOCTYPE html>", id="the head of its answer"),
])  # fmt: skip
def test_a_page_that_has_lost_something_is_a_defect_and_what_comes_behind_it_is_kept(lost: bytes, left: bytes, tmp_path: Path) -> None:
    spoilt = warc(b"<title>a</title>").replace(lost, left)
    assert [r.defect for r in read(tmp_path / "a", spoilt + warc(b"<title>b</title>"), PAGES)] == ["page_cut", None]


def test_a_record_cut_off_behind_its_own_head_is_a_defect_and_not_passed_over(tmp_path: Path) -> None:
    head, _, _ = warc(b"x").partition(b"HTTP/1.1")
    assert [r.defect for r in read(tmp_path / "a", warc(b"<title>a</title>") + head, PAGES)] == [None, "page_cut"]


def test_an_answer_over_a_newer_http_is_a_page(tmp_path: Path) -> None:
    (found,) = read(tmp_path / "a", warc(b"<title>a</title>").replace(b"HTTP/1.1 200 OK", b"HTTP/2 200 xxxx"), PAGES)
    assert dict(zip(found.names, found.values, strict=True))["title"] == "a"


def test_a_record_that_says_to_be_longer_than_anything_can_be_is_a_defect(tmp_path: Path) -> None:
    assert [r.defect for r in read(tmp_path / "a", warc(b"<title>a</title>") + warc(b"x", length=10**20), PAGES)] == [None, "page_cut"]


def test_a_digest_of_no_known_name_is_a_defect_and_what_comes_behind_it_is_kept(tmp_path: Path) -> None:
    spoilt = [warc(b"<title>a</title>").replace(b"WARC-Date", b"WARC-Payload-Digest: " + name + b":AAAA\r\nWARC-Date") for name in (b"sh\0a1", b"sha0")]
    assert [r.defect for r in read(tmp_path / "a", b"".join(spoilt) + warc(b"<title>b</title>"), PAGES)] == ["page_digest", "page_digest", None]


def test_what_behind_a_record_is_none_is_one_defect(tmp_path: Path) -> None:
    found = read(tmp_path / "a", warc(b"<title>a</title>") + b"garbage of some kind\r\n" * 9, PAGES)
    assert ([r.defect for r in found], [r.row for r in found]) == ([None, "page_cut"], [1, 2])


def test_a_page_in_no_charset_is_a_defect(tmp_path: Path) -> None:
    assert [r.defect for r in read(tmp_path / "a", warc(b"<title>\xff\xff\x80</title>"), PAGES)] == ["encoding"]


def test_a_body_packed_in_a_way_that_is_not_undone_is_a_defect_and_not_text(tmp_path: Path) -> None:
    sent = warc(b"abc", "text/html\r\nContent-Encoding: br")
    assert [r.defect for r in read(tmp_path / "a", sent, PAGES)] == ["encoding"]


def test_gzip_by_record_or_over_the_whole_file_gives_the_same(tmp_path: Path) -> None:
    one, two = warc(b"<title>a</title>"), warc(b"<title>b</title>")
    whole, each = read(tmp_path / "a.gz", gzip.compress(one + two), PAGES), read(tmp_path / "b.gz", gzip.compress(one) + gzip.compress(two), PAGES)
    assert whole == each and len(whole) == 2


def test_the_report_counts_pages_and_what_was_set_aside(tmp_path: Path) -> None:
    report = prepared(tmp_path, PAGES, (CRAWLS / "example.warc").read_bytes(), "example.warc").report
    assert (report.records, report.aside, report.aside_at[0]) == (1, 5, "1 warcinfo")


@pytest.mark.parametrize(("name", "content"), [("a.warc", b"<html>"), ("a.warc", b""), ("a.warc.gz", gzip.compress(warc(b"x"))[:-9])])
def test_a_file_that_is_no_crawl_or_damaged_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"neither a WARC nor an ARC|is empty|cut off"):
        prepared(tmp_path, PAGES, content, name)


def test_nothing_of_a_crawl_is_written_to_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in FILES:
        read(tmp_path / path.name, path.read_bytes(), PAGES)
    assert capsys.readouterr() == ("", "")
