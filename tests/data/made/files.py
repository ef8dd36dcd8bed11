"""Rows -> files as offices send them: encodings, headers, packing, one dirty file among the clean ones."""

import csv
import gzip
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

from tests.data.made.parties import Row

CONTRACTS = Path(__file__).resolve().parents[3] / "schemas"
COLUMN = re.compile(r"^ {6}- name: (\w+)\n {8}businessName: (.+)$", re.MULTILINE)
EXAMPLES = re.compile(r"^ {6}- name: (\w+)\n(?: {8,}.*\n)*? {8}examples: (.+)$", re.MULTILINE)
NOTE = "填表说明：1.本表由各单位填报；2.金额单位为万元。"


@dataclass(frozen=True)
class Part:
    """One file of a table. share: of the rows.  titles: Chinese headers.  extra: a column no contract knows.

    second: a second header row.  mixed: every nth row in GB18030 inside a UTF-8 file.  note: a line of instructions.
    """

    name: str
    share: float
    encoding: str = "utf-8"
    titles: bool = False
    extra: bool = False
    second: bool = False
    mixed: int = 0
    note: bool = False


def write(part: Part, path: Path, rows: list[Row], titles: dict[str, str]) -> None:
    """Write one file; `.gz` is packed without a time stamp, so that equal rows give equal bytes."""
    lines = _jsonl(rows) if ".jsonl" in path.name else _csv(part, rows, titles)
    text = lines.encode(part.encoding) if not part.mixed else _mixed(lines, part.mixed)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text, compresslevel=4, mtime=0) if path.suffix == ".gz" else text)


def titles(source_class: str, table: str) -> dict[str, str]:
    """Return the Chinese title of each column, read from the table's contract."""
    text = (CONTRACTS / source_class / f"{table}.odcs.yaml").read_text(encoding="utf-8")
    return {name: title.strip('"') for name, title in COLUMN.findall(text)}


def example(table: str) -> Row:
    """Return the example row of a business table: the first example of each column of its contract."""
    text = (CONTRACTS / "business" / f"{table}.odcs.yaml").read_text(encoding="utf-8")
    return {name: json.loads(examples)[0] for name, examples in EXAMPLES.findall(text)}


def _csv(part: Part, rows: list[Row], titled: dict[str, str]) -> str:
    out, names = io.StringIO(), list(rows[0])
    writer = csv.writer(out, lineterminator="\r\n" if part.encoding == "gb18030" else "\n")
    header = [titled[name] for name in names] if part.titles else names
    writer.writerow([*header, "录入科室"] if part.extra else header)
    if part.second:
        writer.writerow([titled[name] for name in names])
    tail = ("综合科",) if part.extra else ()
    writer.writerows((*row.values(), *tail) for row in rows)
    if part.note:
        writer.writerow([NOTE, *[""] * (len(names) - 1)])
    return out.getvalue()


def _jsonl(rows: list[Row]) -> str:
    dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    return "".join(dump({name: value or None for name, value in row.items()}) + "\n" for row in rows)


def _mixed(text: str, every: int) -> bytes:
    lines = text.split("\n")
    return b"\n".join(
        line.encode("gb18030" if number % every == every - 1 else "utf-8") for number, line in enumerate(lines)
    )
