"""The house key 'database': what it needs, and the sentence and line where it is not there."""

from pathlib import Path

import pytest

from schemas.errors import Refused
from schemas.load import load
from schemas.settings import ROOT

FOLDER = ROOT / "tests" / "data" / "databases"
# story -> (table, what is in the file, what is written instead, the line's text that is told, the sentence)
MISTAKES = {
    "a mode that is nearly right": ("licence", "mode: changes", "mode: change", "property: database", "mode is 'change', must be 'watermark', 'full' or 'changes'. Did you mean 'changes'?"),
    "a key that is nearly right": (
        "licence", "{connection: registry", "{conection: registry", "property: database",
        "'conection' is not a key of 'database'. Known: 'connection', 'table', 'mode' or 'watermark'. Did you mean 'connection'?",
    ),
    "a key too few": ("licence", "connection: registry, ", "", "property: database", "'database' needs 'connection'. Add it."),
    "an address in the contract": (
        "licence", "connection: registry", "connection: 10.1.2.3", "property: database",
        "connection is '10.1.2.3', must be a short lower-case name. Address and password stand in secrets/databases.conf.",
    ),
    "a table without its schema": ("licence", "table: register.licence", "table: licence", "property: database", "table is 'licence', must be schema.table, as in public.licence."),
    "another format": ("licence", "sourceFormat, value: jsonl", "sourceFormat, value: csv", "sourceFormat", "sourceFormat is 'csv', but rows of a database are landed as 'jsonl'. Write that."),
    "changes of a table that keeps no past": (
        "tally", "mode: watermark, watermark: updated_at", "mode: changes", "property: database", "mode 'changes' is for merge 'history', this one is 'upsert'. Change one of them.",
    ),
    "a whole table that is merged row by row": (
        "roll", "merge, value: snapshot", "merge, value: append", "property: database", "mode 'full' is for merge 'snapshot' or 'replace', this one is 'append'. Change one of them.",
    ),
    "no watermark": (
        "tally", ", watermark: updated_at", "", "property: database", "mode 'watermark' needs 'watermark': the column that grows with every change of a row. Add it.",
    ),
    "a watermark that is nearly right": ("tally", "watermark: updated_at", "watermark: update_at", "property: database", "there is no column 'update_at'. Did you mean 'updated_at'?"),
    "a watermark that does not grow": (
        "tally", "watermark: updated_at", "watermark: licence_no", "property: database", "column 'licence_no' is of type string; a watermark is an integer, a date or a timestamp.",
    ),
    "a watermark that is nobody's business": (
        "tally", "logicalType: timestamp\n        required: true\n        classification: public", "logicalType: timestamp\n        required: true\n        classification: personal",
        "property: database", "column 'updated_at' is personal, and a watermark stands in file names. Take another column.",
    ),
    "a watermark where all is taken": ("roll", "mode: full", "mode: full, watermark: seats", "property: database", "watermark is for mode 'watermark', this one is 'full'. Remove it."),
    "an instant without the spelling of databases": (
        "tally", '"yyyy-MM-dd HH:mm:ss.SSSSSS"', '"yyyy-MM-dd HH:mm:ss"', "property: formats",
        "column 'updated_at' is a timestamp of a database: formats must hold 'yyyy-MM-dd HH:mm:ss.SSSSSS'. Add it.",
    ),
    "columns that take no alias": (
        "licence", "  - {property: quarantineRate", "  - {property: drift, value: {columns: freeze}}\n  - {property: quarantineRate", "property: drift",
        "drift of columns is 'freeze', which takes no alias, and a change comes with the headers _operation and _changed_at. Write another policy.",
    ),
    "no sign of deletion": (
        "licence", "  - {property: deleted, value: {operation: [D]}}\n", "", "customProperties:",
        "a change says under the header _operation that its record ended. Give a column that alias, and write {property: deleted, value: {column: [D]}}.",
    ),
    "an order that the log does not know": (
        "licence", "value: [_changed_at]", "value: [noted_at]", "property: orderBy",
        "'changed_at' is not when the database was changed: that comes under the header _changed_at. Order by a timestamp with that alias.",
    ),
    "a column that a deletion lacks": (
        "licence", "        logicalType: integer\n", "        logicalType: integer\n        required: true\n", "required: true",
        "column 'seats' is required, but a deletion holds nothing but the key. Ask for it with required_if.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("table", "before", "after", "line", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_each_mistake_is_told_with_its_line_and_what_to_do(tmp_path: Path, table: str, before: str, after: str, line: str, sentence: str) -> None:
    text = (FOLDER / f"{table}.odcs.yaml").read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / f"{table}.odcs.yaml"
    path.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        load(path)
    told = str(refused.value)
    number = int(told.removeprefix(f"{path}:").split(":")[0])
    assert told == f"{path}:{number}: {sentence}"
    assert line in path.read_text(encoding="utf-8").splitlines()[number - 1]
