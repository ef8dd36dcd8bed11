"""The elements of an XML text as they pass: records collected, and what stands beside them noticed."""

from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from jobs.ingest.inspection import RECORD_LIMIT
from jobs.ingest.reader import Record, as_text, defective
from jobs.ingest.refusal import refuse
from jobs.ingest.source import RAW_LIMIT
from schemas.template import XmlTemplate

TEXT = "#text"  # the column of what stands in a record beside its elements
DEEPEST = 100  # elements in one another; real files have fewer than ten
BEFORE = 1_000  # elements before the first record; a head of a file has a dozen
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance}"  # attributes about the schema, which are no data


@dataclass
class _Open:
    """An element that is not closed yet."""

    name: str
    text: str = ""
    is_leaf: bool = True


class Walk:
    """Follows the parser from tag to tag. Memory: one record, and the head of the file."""

    def __init__(self, template: XmlTemplate, seen: dict[str, None]) -> None:
        self.template, self.seen = template, seen
        self.home: tuple[str, ...] | None = None  # where the first record stands; elements beside it are noticed
        self.stack: list[_Open] = []
        self.depth = 0  # open elements of the record at hand, itself included; 0 outside of records
        self.members: list[tuple[str, str | None]] = []
        self.size = self.count = 0
        self.before: list[tuple[tuple[str, ...], str, str]] = []
        self.ready: list[Record] = []

    def parser(self) -> Any:
        """Return the parser to feed. Expat itself loads nothing from outside; a DTD, where entities are made, is refused."""
        made = expat.ParserCreate(namespace_separator="}")
        made.buffer_text = True
        made.StartElementHandler, made.EndElementHandler = self.start, self.end
        made.CharacterDataHandler, made.StartDoctypeDeclHandler = self.characters, self.doctype
        return made

    def done(self) -> list[Record]:
        """Return the records finished since the last call."""
        found, self.ready = self.ready, []
        return found

    def doctype(self, *_: Any) -> None:
        """Refuse the file."""
        raise refuse("has a document type declaration (DTD), which is not read", "Ask the source to send it without one.")

    def start(self, name: str, given: dict[str, str]) -> None:
        """Open an element."""
        local = name.rsplit("}", 1)[-1]
        if len(self.stack) >= DEEPEST:
            raise refuse(f"has more than {DEEPEST} elements in one another", "Ask the source for a flat file.")
        if self.depth:
            self.depth += 1
        elif local == self.template.record:
            self.depth, self.members, self.size = 1, [], 0
            self.settle()
        else:
            self.seen.setdefault(local)
        if self.stack:
            self.stack[-1].is_leaf = False
        self.stack.append(_Open(local))
        if self.depth:
            for key, value in given.items():
                if not key.startswith(INSTANCE):
                    self.add("/".join([*self.path(), f"@{key.rsplit('}', 1)[-1]}"]), value)

    def settle(self) -> None:
        """Take the place of the first record for the place of all, and look back at what stood beside it."""
        if self.home is None:
            self.home = self.place()
            for place, name, text in self.before:
                self.notice(place, name, text)
            self.before = []

    def path(self) -> list[str]:
        """The names from below the record to the element at hand."""
        return [one.name for one in self.stack[len(self.stack) - self.depth + 1 :]]

    def place(self) -> tuple[str, ...]:
        """The names of all open elements."""
        return tuple(one.name for one in self.stack)

    def characters(self, text: str) -> None:
        """Take text of the element at hand; outside of records only its beginning."""
        if self.stack and len(self.stack[-1].text) < (RECORD_LIMIT if self.depth else RAW_LIMIT):
            self.stack[-1].text += text

    def end(self, _: str) -> None:
        """Close an element."""
        path = self.path() if self.depth else []
        closed = self.stack.pop()
        if self.depth:
            if path and closed.is_leaf:
                self.add("/".join(path), closed.text)
            elif closed.text.strip():
                self.add("/".join([*path, TEXT]), closed.text)
            self.depth -= 1
            if not self.depth:
                self.finish()
        elif self.home is not None:
            self.notice(self.place(), closed.name, closed.text)
        elif len(self.before) == BEFORE:
            fact = f"has more than {BEFORE} elements before its first '{self.template.record}'"
            raise refuse(fact, "Correct 'record' under 'xml' in the contract, or ask the source.")
        else:
            self.before.append((self.place(), closed.name, closed.text))

    def add(self, name: str, value: str) -> None:
        """Take a value of the record at hand: of the first beyond the limit the beginning, of those behind it nothing."""
        if self.size <= RECORD_LIMIT:
            self.size += len(name) + len(value)
            shown = value if self.size <= RECORD_LIMIT else value[:RAW_LIMIT]
            self.members.append((name, shown if value.strip() else None))

    def finish(self) -> None:
        """Make a record of what was collected."""
        self.count += 1
        if self.size > RECORD_LIMIT:
            self.ready.append(defective(self.count, "too_long", as_text(self.members)[:RAW_LIMIT]))
        else:
            self.ready.append(Record(self.count, tuple(name for name, _ in self.members), [value for _, value in self.members]))

    def notice(self, place: tuple[str, ...], name: str, text: str) -> None:
        """Make a defect of an element beside the records that the contract does not tell to ignore."""
        if place == self.home and name not in self.template.ignore:
            self.count += 1
            self.ready.append(defective(self.count, "shape", as_text([(name, text.strip()[:RAW_LIMIT])])))
