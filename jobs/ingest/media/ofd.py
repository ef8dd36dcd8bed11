"""OFD documents (GB/T 33190-2016), a zip of XML: pages, title and text. Nothing is unpacked to a disk, no entity is resolved."""

import posixpath
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from jobs.ingest.media.told import TEXT, Fault, Told

ENTRY = "OFD.xml"
LARGEST, MOST = 32 << 20, 256 << 20  # bytes unpacked: of one part that is read, and of all parts together; the samples have 60 KB
RATIO, FROM = 300, 16 << 20  # as for zip deliveries, from a smaller size on
PARTS, PAGES = 10_000, 5_000
DEEPEST = 200
ENCRYPTED = 0x1


class Element(NamedTuple):
    """An element of a part: its name without a prefix, its own text, its attributes."""

    name: str
    text: str
    given: dict[str, str]


def look(path: Path, told: Told) -> None:
    """Tell everything about an OFD. Raises Fault for one that is locked, cut off, a bomb, or no OFD."""
    try:
        with ZipFile(path) as file:
            _check(file)
            told.say(kind="document", container="ofd")
            _document(file, told)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise Fault("media_cut", "is a zip file that is damaged, or cut off before its end") from None


def _check(file: ZipFile) -> None:
    parts = file.infolist()
    size, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if len(parts) > PARTS or size > MOST or (size > FROM and size > RATIO * packed):
        raise Fault("media_bomb", "unpacks to more than a document does")
    if ENTRY not in file.namelist():
        raise Fault("media_unreadable", f"is a zip file without an {ENTRY}")
    if any(part.flag_bits & ENCRYPTED for part in parts):
        raise Fault("media_locked", "is an OFD whose parts are encrypted")


def _document(file: ZipFile, told: Told) -> None:
    names = set(file.namelist())
    entry = list(_elements(file, ENTRY))
    root = next((text for name, text, _ in entry if name == "DocRoot" and text), None)
    told.say(title=next((text for name, text, _ in entry if name == "Title" and text), None))
    place = _inside(names, "", root or "")
    if place is None:
        raise Fault("media_unreadable", "is an OFD without its document")
    pages = [given["BaseLoc"] for name, _, given in _elements(file, place) if name == "Page" and "BaseLoc" in given]
    told.say(pages=len(pages))
    held = [_inside(names, posixpath.dirname(place), page) for page in pages[:PAGES]]
    told.say(content="\n".join(filter(None, _texts(file, [one for one in held if one]))) or None)
    if None in held:
        raise Fault("media_cut", f"lacks {held.count(None)} of its pages")


def _texts(file: ZipFile, pages: list[str]) -> Iterator[str]:
    """The text of each page, a line a piece, until there is enough of it."""
    left = TEXT
    for page in pages:
        text = "\n".join(text for name, text, _ in _elements(file, page) if name == "TextCode" and text)[:left]
        yield text
        left -= len(text)
        if left <= 0:
            return


def _inside(names: set[str], folder: str, said: str) -> str | None:
    """The part that a path means: from its folder, or from the root, since writers mix both; None when neither is there."""
    plain = said.replace("\\", "/").strip()
    tried = (posixpath.normpath(posixpath.join(folder, plain)).lstrip("/"), posixpath.normpath(plain.lstrip("/")))
    return next((one for one in tried if one in names), None)


def _elements(file: ZipFile, part: str) -> list[Element]:
    """Every element of a part as it closes. Raises Fault for a DTD, and for XML that is none."""
    if file.getinfo(part).file_size > LARGEST:
        raise Fault("media_bomb", "holds a part that is larger than a page is")
    walk = _Walk()
    try:
        walk.parser().Parse(file.read(part), True)
    except expat.ExpatError:
        raise Fault("media_unreadable", "holds XML that cannot be read") from None
    return walk.closed


class _Walk:
    """Follows the parser from tag to tag. Expat itself loads nothing from outside."""

    def __init__(self) -> None:
        self.open: list[tuple[str, list[str], dict[str, str]]] = []
        self.closed: list[Element] = []

    def parser(self) -> Any:
        made = expat.ParserCreate(namespace_separator="}")
        made.buffer_text = True
        made.StartElementHandler, made.EndElementHandler = self.start, self.end
        made.CharacterDataHandler, made.StartDoctypeDeclHandler = self.characters, self.doctype
        return made

    def start(self, name: str, given: dict[str, str]) -> None:
        if len(self.open) >= DEEPEST:
            raise Fault("media_bomb", f"has more than {DEEPEST} elements in one another")
        self.open.append((name.rsplit("}", 1)[-1], [], given))

    def characters(self, text: str) -> None:
        self.open[-1][1].append(text)

    def end(self, _: str) -> None:
        name, text, given = self.open.pop()
        self.closed.append(Element(name, "".join(text).strip(), given))

    def doctype(self, *_: Any) -> None:
        """A DTD is where entities are made: billions of them, or such as read other files."""
        raise Fault("media_bomb", "holds XML with a document type declaration (DTD), which is not read")
