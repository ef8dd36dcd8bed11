"""The words of an SQL dump, one after the other, in bounded memory. Nothing is ever executed."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from jobs.ingest.inspection import RECORD_LIMIT
from jobs.ingest.refusal import refuse
from jobs.ingest.source import HEAD
from schemas.template import Dialect

AGAIN = "Ask the source to export the dump again."
BLANK, WORD, NUMBER = re.compile(r"\s+"), re.compile(r"[^\W\d][\w$]*"), re.compile(r"\d[\w.]*(?:(?<=[eE])[+-]\d+)?")
DOLLAR = re.compile(r"\$(?:[^\W\d]\w*)?\$")
STOPS = {mark: re.compile(rf"[^{mark}]+") for mark in "'\"`"}
ESCAPED_STOPS = {mark: re.compile(rf"[^{mark}\\]+") for mark in "'\""}
# What a letter means behind a backslash; any other character means itself.
MYSQL = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": "\\%", "_": "\\_"}
POSTGRESQL = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
AHEAD = 64  # characters; the longest word that is told by its beginning is a dollar quote's tag
ODD = "01234567xuU"  # PostgreSQL's characters by number: dumps do not write them


class Token(NamedTuple):
    """One word. kind: word, name (quoted), string, number, mark or end.  line: where it begins.  is_long: cut to its head; is_odd: not readable."""

    kind: str
    text: str
    line: int
    is_long: bool = False
    is_odd: bool = False

    def says(self, *words: str) -> bool:
        """Whether it is one of these words or marks."""
        return self.kind in ("word", "mark") and self.text.upper() in words


class Parts:
    """A text put together, of one over RECORD_LIMIT only its head."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._size = 0

    def add(self, part: str) -> None:
        """Take a piece in."""
        self._size += len(part)
        if self._size <= RECORD_LIMIT:
            self._parts.append(part)

    @property
    def is_long(self) -> bool:
        """Whether it is cut."""
        return self._size > RECORD_LIMIT

    @property
    def text(self) -> str:
        """What is kept of it."""
        whole = "".join(self._parts)
        return whole[:HEAD] if self.is_long else whole


class Lexer:
    """Reads a dump's text word by word. Raises Refused where a quote or comment does not end."""

    def __init__(self, chunks: Iterator[str], dialect: Dialect) -> None:
        self._chunks, self.dialect = chunks, dialect
        self._buffer, self._at, self.line = "", 0, 1

    def token(self) -> Token:
        """Return the next word; blanks and comments are none."""
        self._skip()
        if not self._has(1):
            return Token("end", "", self.line)
        self._has(AHEAD)
        line, first = self.line, self._buffer[self._at]
        if first in STOPS:
            return self._quoted(line)
        tag = DOLLAR.match(self._buffer, self._at) if self.dialect == "postgresql" else None
        if tag is not None:
            self._take(tag.end())
            return Token("string", *self._past(tag[0], "text", line))
        if WORD.match(self._buffer, self._at):
            return self._prefixed(self._take(self._whole(WORD)), line)
        if NUMBER.match(self._buffer, self._at):
            return Token("number", self._take(self._whole(NUMBER)), line)
        return Token("mark", self._take(self._at + 1), line)

    def rest(self) -> Token:
        """Return the rest of this physical line, without its end; `end` where nothing follows."""
        if not self._has(1):
            return Token("end", "", self.line)
        line = self.line
        text, is_long, _ = self._upto("\n")
        return Token("string", text, line, is_long)

    def _has(self, count: int) -> bool:
        """Whether so many characters are there, read on as far as needed."""
        while len(self._buffer) - self._at < count:
            chunk = next(self._chunks, None)
            if chunk is None:
                return False
            self._buffer, self._at = self._buffer[self._at :] + chunk, 0
        return True

    def _take(self, end: int) -> str:
        text, self._at = self._buffer[self._at : end], end
        self.line += text.count("\n")
        return text

    def _whole(self, pattern: re.Pattern[str]) -> int:
        """Where the match of a pattern ends, that may go on beyond what has been read."""
        while (found := pattern.match(self._buffer, self._at)) and found.end() == len(self._buffer):
            size = found.end() - found.start()
            if size > RECORD_LIMIT or not self._has(size + 1):
                return self._at + size
        return found.end() if found else self._at

    def _skip(self) -> None:
        while self._has(1):
            self._has(2)
            head = self._buffer[self._at : self._at + 2]
            if BLANK.match(head):
                self._take(self._whole(BLANK))
            elif head == "--" or (head[0] == "#" and self.dialect == "mysql"):
                self.rest()
            elif head == "/*":
                line = self.line
                self._take(self._at + 2)
                self._past("*/", "comment", line)
            else:
                return

    def _past(self, end: str, what: str, line: int) -> tuple[str, int, bool]:
        """Take all up to the end of something; return its text, where it begins, and whether it is cut."""
        text, is_long, is_found = self._upto(end)
        if not is_found:
            raise refuse(f"is no whole SQL dump: the {what} that begins in line {line} does not end", AGAIN)
        return text, line, is_long

    def _upto(self, end: str) -> tuple[str, bool, bool]:
        """Take all up to and with `end`, or to the end of the file; return the text before it, whether it is cut, and whether it was there."""
        parts = Parts()
        while (found := self._buffer.find(end, self._at)) < 0:
            parts.add(self._take(max(self._at, len(self._buffer) - len(end) + 1)))
            if not self._has(len(end)):
                parts.add(self._take(len(self._buffer)))
                return parts.text, parts.is_long, False
        parts.add(self._take(found))
        self._take(found + len(end))
        return parts.text, parts.is_long, True

    def _prefixed(self, word: str, line: int) -> Token:
        """A word right before a quote says what stands in the quotes: E'…', N'…', X'…', _utf8'…'."""
        if not self._has(1) or self._buffer[self._at] != "'" or not (word.upper() in "BENX" or word.startswith("_")):
            return Token("word", word, line)
        if word.upper() in "BX":
            return Token("string", f"{word}'{self._quoted(line).text}'", line)
        return self._quoted(line, has_escapes=word.upper() == "E")

    def _quoted(self, line: int, *, has_escapes: bool = False) -> Token:
        mark = self._take(self._at + 1)
        is_text = mark == "'" or (mark == '"' and self.dialect == "mysql")
        escapes = MYSQL if is_text and self.dialect == "mysql" else POSTGRESQL if has_escapes else None
        parts, is_odd = Parts(), False
        for part in self._parts(mark, line, escapes):
            is_odd = is_odd or part is None
            parts.add(part or "")
        return Token("string", parts.text, line, parts.is_long, is_odd) if is_text else Token("name", _writable(parts.text), line)

    def _parts(self, mark: str, line: int, escapes: dict[str, str] | None) -> Iterator[str | None]:
        """Yield the pieces of what stands in quotes; None for one that cannot be read."""
        plain = (STOPS if escapes is None else ESCAPED_STOPS)[mark]
        while self._has(1):
            self._has(2)
            sign, following = self._buffer[self._at], self._buffer[self._at + 1 : self._at + 2]
            if found := plain.match(self._buffer, self._at):
                yield self._take(found.end())
            elif sign == "\\" and following:
                self._take(self._at + 2)
                yield None if escapes is POSTGRESQL and following in ODD else (escapes or {}).get(following, following)
            elif sign == mark == following:
                self._take(self._at + 2)
                yield mark
            elif self._take(self._at + 1) == mark:
                return
        raise refuse(f"is no whole SQL dump: the quote that opens in line {line} does not close", AGAIN)


def _writable(name: str) -> str:
    """Return a name as it can stand in a table and a sentence: bytes of another encoding, and NUL, as backslash escapes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\0", "\\x00")
