"""XML: one element name is the record, what stands in it are the columns; read as a stream, without DTD or entities."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from jobs.evidence.intake import LandedFile
from jobs.ingest.elements import Walk
from jobs.ingest.encoding import marked
from jobs.ingest.inspection import Inspection, verified
from jobs.ingest.packing import chunks, packing_of
from jobs.ingest.reader import Record
from jobs.ingest.refusal import refuse
from jobs.ingest.source import Source
from schemas.contract import Contract
from schemas.template import XmlTemplate

DECLARED = re.compile(rb"""\A\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "us-ascii": "utf-8", "ascii": "utf-8"}
AGAIN = "Ask the source to send the file again."


class XmlReader:
    """Records are numbered from 1; a value is the text of an element without elements in it, named by its path: a/b.

    Attributes are named @a. Namespaces are left out of names. An element beside the records, of another name and not
    under `ignore` in the contract, is a 'shape' defect, as is a record in a record.
    """

    name = "xml"
    has_header = False

    def __init__(self, contract: Contract) -> None:
        template = contract.template
        self.template = template if isinstance(template, XmlTemplate) else XmlTemplate("record")

    def inspect(self, file: LandedFile, workspace: Path, block: int) -> Inspection:
        """Parse the whole file once. Raises Refused when it is not well-formed, has a DTD, or no record in it."""
        packing = packing_of(file.path)
        head = next(chunks(file.path, packing), b"")
        if not head.strip():
            raise refuse("is empty", "Ask the source for the file.")
        encoding = _encoding(head)
        source = Source(file.path, packing, encoding)
        verified(file, packing)
        records, seen = 0, dict[str, None]()
        for record in self.parsed(source, seen):
            records += record.defect is None
        if not records:
            names = ", ".join(f"'{name[:30]}'" for name in list(seen)[:5])
            raise refuse(f"has no element '{self.template.record}' (found {names})", "Correct 'record' under 'xml' in the contract, or ask the source.")
        return Inspection(packing, encoding, b"\n", 0, 0, False, (0,))

    def headers(self, source: Source) -> tuple[int, tuple[str, ...]]:
        """Return (0, ()): names come with each record."""
        return 0, ()

    def records(self, source: Source) -> Iterator[Record]:
        """Yield one record an element."""
        return self.parsed(source, {})

    def parsed(self, source: Source, seen: dict[str, None]) -> Iterator[Record]:
        """Yield the records; `seen` gets the names of the elements around them. Raises Refused where the text is no XML."""
        walk, decoder = Walk(self.template, seen), codecs.getincrementaldecoder(source.codec)()
        parser = walk.parser()  # given text, it goes by that and not by the encoding declared
        try:
            for chunk in source.chunks():
                parser.Parse(decoder.decode(chunk))
                yield from walk.done()
            parser.Parse(decoder.decode(b"", True), True)
        except expat.ExpatError as error:
            what = f"{expat.ErrorString(error.code)} in line {error.lineno}, column {error.offset + 1}"
            raise refuse(f"is not well-formed XML: {what}", AGAIN) from None
        except UnicodeError:
            raise refuse(f"is not whole {source.encoding.upper()} text, which it declares", "Ask the source to send it as UTF-8.") from None
        yield from walk.done()


def _encoding(head: bytes) -> str:
    """Return the encoding by mark, by declaration, or UTF-8, which XML says is meant by neither."""
    found = marked(head)
    declaration = DECLARED.match(head)
    if found is not None or declaration is None:
        return found or "utf-8"
    name = declaration[1].decode("ascii").lower()
    if name not in ENCODINGS:
        raise refuse(f"declares the encoding '{name[:30]}', which is not read", "Ask the source to send it as UTF-8.")
    return ENCODINGS[name]
