"""Plain HTML files: one page a file, read like a page of a crawl but for its address and the time it was fetched."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from jobs.evidence.intake import LandedFile
from jobs.ingest import charset
from jobs.ingest.inspection import Inspection, same
from jobs.ingest.packing import chunks, packing_of
from jobs.ingest.pages import read as read_page
from jobs.ingest.reader import Record, defective
from jobs.ingest.refusal import refuse
from jobs.ingest.source import RAW_LIMIT, Source
from schemas.contract import Contract

PAGE_LIMIT = 16 << 20  # bytes; far above the longest page of a government site, far below what hurts


class HtmlReader:
    """One record a file. A file that is whole in no charset is an 'encoding' defect, one above PAGE_LIMIT is 'too_long', one too costly to read 'page_tangled'."""

    name = "html"
    has_header = False

    def __init__(self, contract: Contract) -> None:
        pass

    def inspect(self, file: LandedFile, workspace: Path, block: int) -> Inspection:
        """Read the file to its end. Raises Refused for an empty one. The charset is told in the record."""
        return looked(file, "html")

    def headers(self, source: Source) -> tuple[int, tuple[str, ...]]:
        """Return (0, ()): names come with the record."""
        return 0, ()

    def records(self, source: Source) -> Iterator[Record]:
        """Yield the one record."""
        body = bytearray()
        for chunk in chunks(source.path, source.packing):
            body += chunk[: PAGE_LIMIT + 1 - len(body)]
        yield page(1, bytes(body), {}, None)


def looked(file: LandedFile, encoding: str) -> Inspection:
    """Read a file of bytes to its end. Raises Refused when it is empty, damaged, or not the content it was planned with."""
    packing, digest = packing_of(file.path), hashlib.sha256()
    if not sum(map(len, chunks(file.path, packing, digest))):
        raise refuse("is empty", "Ask the source for the file.")
    same(file, digest.hexdigest())
    return Inspection(packing, encoding, b"\n", 0, 0, False, (0,))


def page(number: int, body: bytes, fetched: dict[str, str | None], content_type: str | None) -> Record:
    """Return the record of a page. fetched: what is known of it beside its bytes, by name; `url` makes its links whole."""
    if len(body) > PAGE_LIMIT:
        return _unread(number, "too_long", body)
    read = charset.decoded(body, content_type)
    if read is None or "\0" in read.text:
        return _unread(number, "encoding", body)
    said = read_page(read.text, fetched.get("url"))
    if said is None:
        return _unread(number, "page_tangled", body)
    told = {
        **fetched, **said, "sha256": hashlib.sha256(body).hexdigest(), "charset": read.charset,
        "charset_basis": read.basis, "charset_http": read.http, "charset_meta": read.meta, "charset_as_declared": str(read.is_as_declared).lower(),
    }  # fmt: skip
    return Record(number, tuple(told), list(told.values()))


def _unread(number: int, defect: str, body: bytes) -> Record:
    return defective(number, defect, body[:RAW_LIMIT].decode("ascii", "backslashreplace").replace("\0", "\\x00"))
