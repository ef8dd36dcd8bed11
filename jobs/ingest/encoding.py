"""Which encoding a text file is in, found by strict decoding and recorded. Order of FACTS section 5; nothing is guessed.

A byte order mark decides; then the pattern of NULs of a UTF-16 file without one; else each line that is not ASCII votes:
strict UTF-8, or GB 18030 (which the labels gb2312 and gbk mean in practice).
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from jobs.ingest.refusal import refuse

MARKS = (  # the longer marks first: that of UTF-16 little endian begins like that of UTF-32
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
UTF_16 = ("utf-16-le", "utf-16-be")


def marked(head: bytes) -> str | None:
    """Return the encoding that the first bytes prove by a mark or by their NULs, or None."""
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    structure = head.count(b"\n") + head.count(b",")
    counts = {name: _structure(head.decode(name, "replace")) for name in UTF_16} if b"\0" in head else {}
    likely = max(counts, key=lambda name: counts[name], default=None)
    # In UTF-16 nearly every byte 0A or 2C has a NUL beside it; in a file with stray NULs nearly none has.
    return likely if likely and counts[likely] * 2 > structure else None


def _structure(text: str) -> int:
    return text.count("\n") + text.count(",")


def unmarked(chunks: Iterator[bytes], encoding: str | None) -> Iterator[bytes]:
    """Yield the text as UTF-8 or GB 18030 bytes without a byte order mark; UTF-16 and UTF-32 become UTF-8.

    Raises Refused where UTF-16 or UTF-32 cannot be decoded: a lost byte shifts everything after it.
    """
    if encoding is None or not encoding.startswith(("utf-16", "utf-32")):
        head = next(chunks, b"")
        yield head.removeprefix(codecs.BOM_UTF8) if encoding == "utf-8-sig" else head
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        first = decoder.decode(next(chunks, b"")).removeprefix("\ufeff")
        yield first.encode("utf-8")
        for chunk in chunks:
            yield decoder.decode(chunk).encode("utf-8")
        decoder.decode(b"", True)
    except UnicodeError:
        raise refuse(f"is not whole {encoding.upper()} text", "Ask the source to send it again as UTF-8.") from None


def codec(encoding: str) -> str:
    """Return the codec for what `unmarked` yields: 'gb18030' or 'utf-8'."""
    return "gb18030" if encoding == "gb18030" else "utf-8"


@dataclass
class Vote:
    """The lines that are not ASCII, counted by what they decode as."""

    utf8: int = 0
    other: int = 0
    gb18030: int = 0

    def add(self, block: bytes, lines: list[bytes]) -> None:
        """Let each line vote that is not ASCII. block: the same lines in one piece, which is quicker to decode."""
        if block.isascii():
            return
        if decodes(block, "utf-8"):
            self.utf8 += len(lines) - sum(map(bytes.isascii, lines))
            return
        others = []
        for line in lines:
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                others.append(line)
        self.utf8 += len(lines) - sum(map(bytes.isascii, lines)) - len(others)
        self.other += len(others)
        other = b"\n".join(others)
        self.gb18030 += len(others) if decodes(other, "gb18030") else sum(decodes(line, "gb18030") for line in others)

    def is_unanimous(self, encoding: str) -> bool:
        """Whether every line is valid in `encoding`, the result or that of a mark."""
        if encoding == "gb18030":
            return self.utf8 == 0 and self.gb18030 == self.other
        return self.other == 0

    def result(self) -> str:
        """Return 'utf-8' unless most lines speak against it, else 'gb18030'. Raises Refused when that fits no better."""
        if self.utf8 >= self.other:
            return "utf-8"
        if self.gb18030 * 2 < self.other:
            found = f"is neither UTF-8 nor GB 18030 ({self.other} lines fail the first, {self.gb18030} pass the second)"
            raise refuse(found, "Ask the source to send it as UTF-8.")
        return "gb18030"


def decodes(data: bytes, name: str) -> bool:
    """Tell whether `data` is strictly valid in the codec `name`."""
    try:
        data.decode(name)
    except UnicodeDecodeError:
        return False
    return True
