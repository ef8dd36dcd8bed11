"""SQL dumps as mysqldump and pg_dump write them: the rows of one table, read and never executed."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from jobs.evidence.intake import LandedFile
from jobs.ingest.inspection import Inspection, inspect
from jobs.ingest.reader import Record, as_text, defective
from jobs.ingest.refusal import refuse
from jobs.ingest.source import RAW_LIMIT, Source
from jobs.ingest.sql.lexer import Lexer
from jobs.ingest.sql.statements import Row, Statements
from schemas.contract import Contract
from schemas.template import SqlTemplate


class SqlReader:
    """A row of the contract's table in an INSERT, REPLACE or COPY is a record; rows of other tables are set aside.

    A value is the text between its quotes, without escapes; a number as written, true and false as words, NULL none.
    A row with an expression, another number of values than columns, NUL, or bytes of another encoding is a defect.
    """

    name = "sql"
    has_header = False

    def __init__(self, contract: Contract) -> None:
        template = contract.template
        self.template = template if isinstance(template, SqlTemplate) else SqlTemplate(contract.table, "mysql")

    def inspect(self, file: LandedFile, workspace: Path, block: int) -> Inspection:
        """Read the whole dump once. Raises Refused when it is cut off, is no SQL, or has no row of the table."""
        found = inspect(file, block)
        seen: dict[str, None] = {}
        for row in self.rows(Source(file.path, found.packing, found.encoding, found.newline)):
            if row.table == self.template.table and row.names is None:
                fact = f"inserts into '{row.table}' in line {row.line} without saying its columns, and no CREATE TABLE stands before it"
                raise refuse(fact, "Ask the source for a dump with the table's definition, or with column names.")
            if len(seen) < 6 or row.table == self.template.table:
                seen[row.table] = None
        if self.template.table not in seen:
            names = ", ".join(f"'{name[:30]}'" for name in list(seen)[:5]) or "no row at all"
            raise refuse(f"has no row of the table '{self.template.table}' (found {names})", "Correct 'table' under 'sql' in the contract, or ask the source.")
        return Inspection(found.packing, found.encoding, found.newline, found.lines, found.blank, False, (0,))

    def headers(self, source: Source) -> tuple[int, tuple[str, ...]]:
        """Return (0, ()): names come with each row."""
        return 0, ()

    def records(self, source: Source) -> Iterator[Record]:
        """Yield one record a row. Rows are numbered through the dump, all tables together: many may stand in one line."""
        for number, row in enumerate(self.rows(source), start=1):
            yield self.record(row, number)

    def record(self, row: Row, number: int) -> Record:
        """Return a row as a record."""
        if row.table != self.template.table:
            return Record(number, (), (), aside=f"row of table {row.table[:60]}")
        names = row.names or ()
        defect = row.defect or _defect(names, row.values)
        if defect is None:
            return Record(number, names, row.values)
        named = [*names[: len(row.values)], *("",) * (len(row.values) - len(names))]
        raw = as_text([(name, value and value[:RAW_LIMIT]) for name, value in zip(named, row.values, strict=True)])
        shown = raw.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        return defective(number, defect, shown[:RAW_LIMIT] if defect == "too_long" else shown)

    def rows(self, source: Source) -> Iterator[Row]:
        """Yield every row of every table. A byte of another encoding becomes half a surrogate pair, which no text can hold."""
        return Statements(Lexer(_decoded(source), self.template.dialect)).rows()


def _decoded(source: Source) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(source.codec)("surrogateescape")
    for chunk in source.chunks():
        yield decoder.decode(chunk)
    yield decoder.decode(b"", True)


def _defect(names: tuple[str, ...], values: list[str | None]) -> str | None:
    texts = [value for value in values if value]
    if any("\udc80" <= sign <= "\udcff" for text in texts if not text.isascii() for sign in text):
        return "encoding"
    return "shape" if len(names) != len(values) or any("\0" in text for text in texts) else None
