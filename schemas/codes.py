"""Code lists: schemas/codes/<name>.csv with the columns code, zh, en, as the standards print them."""

import csv
import difflib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from schemas.errors import Refused

CODES = Path(__file__).resolve().parent / "codes"
HEADER = ["code", "zh", "en"]


@dataclass(frozen=True)
class Code:
    """One code with its meaning in Chinese and in English."""

    code: str
    zh: str
    en: str


@cache
def code_list(name: str, folder: Path = CODES) -> tuple[Code, ...]:
    """Return a code list in file order. Raises Refused for an unknown name, another header or a code given twice."""
    path = folder / f"{name}.csv"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or not path.is_file():
        known = sorted(file.stem for file in folder.glob("*.csv"))
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        raise Refused(f"There is no code list '{name}' in {folder}.{hint} Known: {', '.join(known) or 'none'}.")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return _checked(path, rows)


def _checked(path: Path, rows: list[list[str]]) -> tuple[Code, ...]:
    if not rows or rows[0] != HEADER:
        raise Refused(f"{path}:1: the header must be {','.join(HEADER)}. Nothing was read.")
    codes: dict[str, Code] = {}
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != len(HEADER) or not row[0]:
            raise Refused(f"{path}:{line}: a row has a code and its meaning in zh and en. Give all three.")
        if row[0] in codes:
            raise Refused(f"{path}:{line}: code '{row[0]}' stands twice. Keep one.")
        codes[row[0]] = Code(*row)
    return tuple(codes.values())
