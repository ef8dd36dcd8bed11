"""The header of a sheet: one row, or two of which the upper one groups columns, as names that a contract can have."""

import re
import unicodedata
from collections.abc import Sequence

UNIT = re.compile(r"(?P<base>.+?)(?P<unit>\((?:单位:)?[^()]+\)|\[[^\[\]]+\]|【[^【】]+】)\Z")
BESIDE_WIDE = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")


def names(rows: Sequence[Sequence[str | None]], width: int) -> tuple[str, ...]:
    """Return the name of each of `width` columns: upper and lower text joined by '/', the unit of the upper one at the end.

    A column whose two texts are equal, or of which one is empty, has the one text as its name.
    """
    columns = [[tidy(row[place]) if place < len(row) else "" for row in rows] for place in range(width)]
    return tuple(_joined([text for text in dict.fromkeys(texts) if text]) for texts in columns)


def tidy(text: str | None) -> str:
    """Return a header cell as one line: people break and space out Chinese words to fill a cell."""
    return BESIDE_WIDE.sub("", " ".join((text or "").split()))


def _joined(texts: list[str]) -> str:
    if len(texts) < 2:
        return "".join(texts)
    upper = UNIT.match(unicodedata.normalize("NFKC", texts[0]))
    if upper is None or UNIT.match(unicodedata.normalize("NFKC", texts[1])):
        return "/".join(texts)
    return f"{upper['base']}/{texts[1]}{upper['unit']}"
