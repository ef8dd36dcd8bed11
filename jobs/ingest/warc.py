"""WARC and ARC files of a crawl: one record an HTML page, everything else in them set aside or quarantined with its reason."""

import io
from collections.abc import Iterator
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeadersParserException

from jobs.evidence.intake import LandedFile
from jobs.ingest.html import PAGE_LIMIT, looked, page
from jobs.ingest.inspection import Inspection
from jobs.ingest.packing import chunks
from jobs.ingest.reader import Record, defective
from jobs.ingest.refusal import refuse
from jobs.ingest.source import RAW_LIMIT, Source
from schemas.contract import Contract

HTML = ("text/html", "application/xhtml+xml")
BEGINNINGS = (b"WARC/", b"filedesc:")  # of the first record of a WARC and of an ARC file
UNPACKED = ("identity", "gzip", "x-gzip", "deflate")  # br would need another library, and came in no sample
PAGES = ("response", "resource")  # kinds of records that can hold a page


class WarcReader:
    """One record an HTML page that was answered with 200. Records are numbered from 1, as they stand in the file.

    Set aside, with the reason: records of other kinds, other content types, other answers.  Quarantined: a record shorter than
    it says or with a digest that does not agree ('page_cut', 'page_digest'), a page in no charset, and what behind a record can no
    longer be read as one ('page_cut').
    """

    name = "warc"
    has_header = False

    def __init__(self, contract: Contract) -> None:
        pass

    def inspect(self, file: LandedFile, workspace: Path, block: int) -> Inspection:
        """Read the file to its end. Raises Refused when it begins with neither a WARC nor an ARC record."""
        found = looked(file, "warc")
        if not next(chunks(file.path, found.packing)).lstrip().startswith(BEGINNINGS):
            raise refuse("begins with neither a WARC nor an ARC record", "Ask the source for the crawl as it was written.")
        return found

    def headers(self, source: Source) -> tuple[int, tuple[str, ...]]:
        """Return (0, ()): names come with each record."""
        return 0, ()

    def records(self, source: Source) -> Iterator[Record]:
        """Yield a record for each one in the file."""
        number = 0
        # Unpacked here: warcio reads gzip only where each record is a member of its own.
        stream = io.BufferedReader(_Unpacked(chunks(source.path, source.packing)))
        try:
            archive = ArchiveIterator(stream, check_digests=True, arc2warc=True)
            archive.loader = _Loader(arc2warc=True)
            while found := _next(archive):
                number += 1
                yield _record(number, found)
        except (ArchiveLoadFailed, ValueError, OverflowError, EOFError) as error:  # OverflowError: a length of more bytes than there can be
            fact = " ".join(str(error).split())[:200]
            yield defective(number + 1, "page_cut", f"what stands behind record {number} cannot be read as a record: {fact}"[:RAW_LIMIT])


class _Loader(ArcWarcRecordLoader):
    """Goes on behind a record that has lost its address or the head of its answer, or whose digest is spoilt: warcio stops there, and what follows would be lost with it."""

    HTTP_TYPES = (*ArcWarcRecordLoader.HTTP_TYPES, "HTTP/2", "HTTP/3")

    def load_http_headers(self, rec_type: str, uri: str | None, stream: Any, length: int | None) -> Any:
        try:
            return super().load_http_headers(rec_type, uri or "", stream, length)
        except (StatusAndHeadersParserException, EOFError):
            return None

    def wrap_digest_verifying_stream(self, stream: Any, *told: Any, **named: Any) -> Any:
        try:
            return super().wrap_digest_verifying_stream(stream, *told, **named)
        except TypeError:  # what hashlib says to a name with a NUL in it; to other names that are none, ValueError, of which warcio knows
            told[2].problem("the digest names no way of making one")
            return stream, False


class _Unpacked(io.RawIOBase):
    """Chunks of bytes as a file to be read once."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self.parts, self.rest = parts, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self.rest:
            part = next(self.parts, None)
            if part is None:
                return 0
            self.rest = part
        size = min(len(buffer), len(self.rest))
        buffer[:size], self.rest = self.rest[:size], self.rest[size:]
        return size


def _next(archive: Any) -> Any:
    with redirect_stderr(io.StringIO()):  # warcio writes addresses and bytes of what it mends to the terminal
        return next(archive, None)


def _record(number: int, found: Any) -> Record:
    http = found.http_headers
    content_type = http.get_header("Content-Type") if http else found.content_type
    aside = _aside(found, (content_type or "").split(";")[0].strip().lower())
    body = b"" if aside else found.content_stream().read(PAGE_LIMIT + 1)
    while found.raw_stream.read(1 << 16):  # to its end, for the digest and the length
        pass
    wrong = _wrong(found)
    if wrong:
        return defective(number, wrong, f"{found.rec_type} {found.rec_headers.get_header('WARC-Target-URI')}"[:RAW_LIMIT])
    if aside:
        return Record(number, (), (), aside=aside)
    packing = (http.get_header("Content-Encoding") or "identity").strip().lower() if http else "identity"
    if packing not in UNPACKED:
        return defective(number, "encoding", f"a body packed by {packing}, which is not unpacked here"[:RAW_LIMIT])
    return page(number, body, _fetched(found, content_type), content_type)


def _fetched(found: Any, content_type: str | None) -> dict[str, str | None]:
    headers, http = found.rec_headers, found.http_headers
    return {
        "url": headers.get_header("WARC-Target-URI"), "fetched_at": headers.get_header("WARC-Date"), "record_id": headers.get_header("WARC-Record-ID"),
        "status": http.get_statuscode() if http else None, "content_type": content_type,
    }  # fmt: skip


def _aside(found: Any, kind: str) -> str | None:
    """Why a record is no page; None for a page."""
    if found.rec_type not in PAGES:
        return str(found.rec_type)
    status = found.http_headers.get_statuscode() if found.http_headers else "200"
    if status != "200":
        return f"{found.rec_type} with status {status}"
    return None if kind in HTML else f"{found.rec_type} of type {kind or 'unknown'}"


def _wrong(found: Any) -> str | None:
    """The defect of a record that was read to its end, or None. A digest that is not there proves nothing."""
    if found.rec_type in PAGES and _is_beheaded(found):
        return "page_cut"
    if not (found.rec_headers.get_header("Content-Length") or "").isdecimal() or found.raw_stream.limit > 0:
        return "page_cut"
    return "page_digest" if found.digest_checker.passed is False else None


def _is_beheaded(found: Any) -> bool:
    """Whether a page has no address (ISO 28500, 5.12 wants one), or an answer over HTTP no head."""
    address = found.rec_headers.get_header("WARC-Target-URI") or ""
    is_answer = found.rec_type == "response" and found.length != 0 and address.startswith(ArcWarcRecordLoader.HTTP_SCHEMES)
    return not address or (is_answer and not found.http_headers)
