"""The rows that a dump's statements would insert: INSERT, REPLACE and COPY, with the columns of CREATE TABLE. Nothing is executed."""

from collections.abc import Iterator
from typing import NamedTuple

from jobs.ingest.inspection import RECORD_LIMIT
from jobs.ingest.refusal import refuse
from jobs.ingest.sql.lexer import AGAIN, POSTGRESQL, Lexer, Token

NO_COLUMN = ("PRIMARY", "KEY", "UNIQUE", "INDEX", "CONSTRAINT", "FULLTEXT", "SPATIAL", "FOREIGN", "CHECK", "EXCLUDE", "LIKE")
CONSTANTS = {"NULL": None, "TRUE": "true", "FALSE": "false"}
COPIED = {**POSTGRESQL, "v": "\v"}


class Row(NamedTuple):
    """One row. names: of its columns, None where the dump does not tell them.  defect: as in a Record."""

    table: str
    line: int
    names: tuple[str, ...] | None
    values: list[str | None]
    defect: str | None = None


class Statements:
    """Walks through a dump. Raises Refused, with the line, where a statement that inserts rows is not what SQL has there, or any does not end."""

    def __init__(self, lexer: Lexer) -> None:
        self.lexer = lexer
        self.columns: dict[str, tuple[str, ...]] = {}
        self.begun = 1

    def rows(self) -> Iterator[Row]:
        """Yield every row of every table, in order."""
        while (token := self.lexer.token()).kind != "end":
            self.begun = token.line
            if token.says("INSERT", "REPLACE"):
                yield from self._insert()
            elif token.says("COPY") and self.lexer.dialect == "postgresql":
                yield from self._copy()
            elif token.says("CREATE"):
                self._create()
            elif token.says("DELIMITER") and self.lexer.dialect == "mysql":
                self._delimited(self.lexer.rest().text.strip())
            elif token.says("\\"):  # a command of psql
                self.lexer.rest()
            elif not token.says(";"):
                self._skip()

    def _insert(self) -> Iterator[Row]:
        while not (token := self._token()).says("INTO"):
            self._expect(token, "INTO", found=token.kind == "word")
        table, token = self._name()
        names = self.columns.get(table)
        if token.says("("):
            names, token = self._names(), self._token()
        self._expect(token, "VALUES", found=token.says("VALUES", "VALUE"))
        while not token.says(";"):
            token = self._token()
            self._expect(token, "(", found=token.says("("))
            yield self._row(table, names, token.line)
            token = self._token()
            if token.says("ON", "AS", "RETURNING"):
                return self._skip()
            self._expect(token, ", or ;", found=token.says(",", ";"))
        return None

    def _row(self, table: str, names: tuple[str, ...] | None, line: int) -> Row:
        values: list[str | None] = []
        defects, size, token = dict[str, None](), 0, Token("mark", ",", line)
        while not token.says(")"):
            words, token = self._value()
            value, defect = _read(words)
            size += len(value or "")
            values += [value] if size <= RECORD_LIMIT else []
            defects |= {defect: None} if defect else {}
        is_long = size > RECORD_LIMIT or "too_long" in defects
        return Row(table, line, names, values, "too_long" if is_long else next(iter(defects), None))

    def _value(self) -> tuple[list[Token], Token]:
        """Return the words of a value, the first three, and the , or ) behind it."""
        words: list[Token] = []
        depth = 0
        while not ((token := self._token()).says(",", ")") and depth == 0):
            depth += token.says("(") - token.says(")")
            words += [token] if len(words) < 3 else []
        return words, token

    def _copy(self) -> Iterator[Row]:
        table, token = self._name()
        names = self.columns.get(table)
        if token.says("("):
            names, token = self._names(), self._token()
        self._expect(token, "FROM", found=token.says("FROM"))
        token = self._token()
        self._expect(token, "stdin", found=token.says("STDIN"))
        self._skip()
        self.lexer.rest()
        while (line := self.lexer.rest()).text != "\\.":
            self._expect(line, "\\.", found=True)
            values = [None if value == "\\N" else _copied(value) for value in line.text.removesuffix("\r").split("\t")]
            yield Row(table, line.line, names, values, "too_long" if line.is_long else None)

    def _create(self) -> None:
        token = self._token()
        while token.says("TEMPORARY", "UNLOGGED", "GLOBAL", "LOCAL", "TEMP"):
            token = self._token()
        if not token.says("TABLE"):
            return None if token.says(";") else self._skip()
        table, token = self._name()
        if token.says("("):
            self.columns[table] = self._defined()
        return None if token.says(";") else self._skip()

    def _defined(self) -> tuple[str, ...]:
        """The names of the columns that a CREATE TABLE defines."""
        names, depth, is_first = [], 1, True
        while depth:
            token = self._token()
            if is_first and depth == 1 and (token.kind == "name" or (token.kind == "word" and not token.says(*NO_COLUMN))):
                names.append(token.text)
            depth += token.says("(") - token.says(")")
            is_first = token.says(",") and depth == 1
        return tuple(names)

    def _name(self) -> tuple[str, Token]:
        """Return a table's name, without its schema, and the word behind it."""
        token = self._token()
        while token.says("IF", "NOT", "EXISTS", "ONLY"):
            token = self._token()
        while True:
            self._expect(token, "the name of a table", found=token.kind in ("word", "name"))
            name, token = token.text, self._token()
            if not token.says("."):
                return name, token
            token = self._token()

    def _names(self) -> tuple[str, ...]:
        names, token = [], Token("mark", ",", self.begun)
        while token.says(","):
            token = self._token()
            self._expect(token, "the name of a column", found=token.kind in ("word", "name"))
            names.append(token.text)
            token = self._token()
        self._expect(token, ", or )", found=token.says(")"))
        return tuple(names)

    def _delimited(self, mark: str) -> None:
        """Pass over what the mysql program is told to end with another mark than ';': bodies of procedures and triggers."""
        while mark != ";":
            line = self.lexer.rest()
            self._expect(line, "DELIMITER ;", found=True)
            words = line.text.split()
            mark = words[1] if len(words) == 2 and words[0].upper() == "DELIMITER" else mark

    def _skip(self) -> None:
        while not self._token().says(";"):
            pass

    def _token(self) -> Token:
        token = self.lexer.token()
        self._expect(token, "", found=True)
        return token

    def _expect(self, token: Token, wanted: str, *, found: bool) -> None:
        if token.kind == "end":
            raise refuse(f"is cut off: the statement that begins in line {self.begun} does not end", AGAIN)
        if not found:
            raise refuse(f"is no SQL dump as mysqldump or pg_dump write it: line {token.line} does not have {wanted} where it belongs", AGAIN)


def _read(words: list[Token]) -> tuple[str | None, str | None]:
    """Return a value and its defect. An expression is a 'shape' defect: nothing is computed."""
    if len(words) == 2 and words[0].says("-", "+") and words[1].kind == "number":
        return words[0].text + words[1].text, None
    if len(words) == 2 and words[0].kind == "word" and words[0].text.startswith("_"):  # _binary '…', the charset of a text
        words = words[1:]
    if len(words) != 1 or not (words[0].kind in ("string", "number") or words[0].says(*CONSTANTS)):
        return " ".join(word.text for word in words), "shape"
    (word,) = words
    if word.kind == "word":
        return CONSTANTS[word.text.upper()], None
    return word.text, "too_long" if word.is_long else "shape" if word.is_odd else None


def _copied(value: str) -> str:
    """Return a value of a COPY block as it was before its escapes."""
    if "\\" not in value:
        return value
    parts = value.split("\\")
    text, rest = parts[0], iter(parts[1:])
    for part in rest:
        text += COPIED.get(part[0], part[0]) + part[1:] if part else "\\" + next(rest, "")
    return text
