"""Which charset a page is really in: what its header, its meta element and its bytes say, each kept, none believed against the bytes."""

import codecs
import re
from dataclasses import dataclass

# What the labels mean in practice (WHATWG): gb2312 and gbk are read as GB 18030, which holds all of both.
CODECS = {
    "utf-8": "utf-8", "utf8": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "x-x-big5": "big5hkscs", "us-ascii": "utf-8", "ascii": "utf-8",
    "utf-16": "utf-16-le", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
}  # fmt: skip
# Any bytes are text in these, so that they prove nothing: servers send them for whatever they have.
ANY_BYTES = {"iso-8859-1": "cp1252", "latin1": "cp1252", "windows-1252": "cp1252"}
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
HEAD = 4096  # bytes in which a meta element is looked for; browsers look at 1024, old pages have it later
META = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)""", re.IGNORECASE)
HEADER = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.IGNORECASE)
WIDE = "\u0800"  # from here on a character has three bytes in UTF-8: other encodings do not make such runs by accident


@dataclass(frozen=True)
class Decoded:
    """A page as text. charset: what it was read in.  basis: what decided: bom, bytes, http, meta or nothing else.

    http, meta: what was declared there, in lower case, None where nothing was.
    """

    text: str
    charset: str
    basis: str
    http: str | None
    meta: str | None

    @property
    def is_as_declared(self) -> bool:
        """Whether no declaration says otherwise than the charset the page was read in."""
        return all(_codec(label) == self.charset for label in (self.http, self.meta) if label)


def decoded(body: bytes, content_type: str | None) -> Decoded | None:
    """Return the text of a page, or None when it is whole in no charset that it may be in.

    In order: byte order mark; bytes that are UTF-8 and could hardly be anything else; the HTTP header; the meta element; UTF-8;
    and, where nothing else is left, GB 18030. Latin-1 is taken only where it is declared and nothing else fits.
    """
    http, meta = _label(HEADER.search(content_type or "")), _label(META.search(body[:HEAD]))
    for basis, charset in _candidates(body, http, meta):
        try:
            text = body.decode(charset)
        except UnicodeDecodeError:
            continue
        if basis != "bytes" or any(character >= WIDE for character in text):
            return Decoded(text.removeprefix("\ufeff"), charset, basis, http, meta)
    return None


def _candidates(body: bytes, http: str | None, meta: str | None) -> list[tuple[str, str]]:
    marks = [("bom", charset) for mark, charset in MARKS if body.startswith(mark)]
    declared = [("http", CODECS.get(http or "")), ("meta", CODECS.get(meta or ""))]
    any_bytes = [("http", ANY_BYTES.get(http or "")), ("meta", ANY_BYTES.get(meta or ""))]
    named = [(basis, charset) for basis, charset in declared if charset]
    last = [(basis, charset) for basis, charset in any_bytes if charset]
    return [*marks, ("bytes", "utf-8"), *named, ("nothing else", "utf-8"), ("nothing else", "gb18030"), *last]


def _codec(label: str) -> str:
    return CODECS.get(label) or ANY_BYTES.get(label) or label


def _label(found: "re.Match[str] | re.Match[bytes] | None") -> str | None:
    if found is None:
        return None
    label = found[1]
    return (label.decode("ascii") if isinstance(label, bytes) else label).lower()
