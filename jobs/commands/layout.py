"""Text laid out for a terminal: columns that stay aligned when Chinese stands in them."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
WIDEST = 60  # cells of one value in a table; longer ones end in …


def width(text: str) -> int:
    """Return how many terminal cells a text takes: wide characters two, combining ones none."""
    return sum(_cells(character) for character in text)


def grid(headers: Sequence[str], rows: Sequence[Sequence[Any]], fits: int | None = None) -> str:
    """Return rows as aligned columns, numbers to the right; as one block a row where columns are wider than `fits`."""
    cells = [[cell(value) for value in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(headers, *cells, strict=True)]
    if fits is not None and sum(widths) + 2 * len(widths) - 2 > fits:
        return _blocks(headers, cells)
    figures = [all(isinstance(row[i], int | float | None) for row in rows) and bool(rows) for i in range(len(headers))]
    right = ["right" if figure else "left" for figure in figures]
    lines = [headers, ["-" * wide for wide in widths], *cells]
    return "\n".join("  ".join(_padded(*one) for one in zip(line, widths, right, strict=True)).rstrip() for line in lines)


def cell(value: Any) -> str:
    """Return a value as it stands in a table: one line, not too long, instants in Beijing time."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, int):
        return f"{value:,}"
    return _shortened(line(", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)))


def line(text: str) -> str:
    """Return a text that can't steer the terminal: control characters, line breaks too, are written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _blocks(headers: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    wide = max(map(width, headers))
    blocks = ("\n".join(f"{_padded(h, wide)}  {text}" for h, text in zip(headers, row, strict=True)) for row in cells)
    return "\n\n".join(blocks)


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _padded(text: str, wide: int, side: str = "left") -> str:
    blank = " " * (wide - width(text))
    return blank + text if side == "right" else text + blank


def _shortened(text: str) -> str:
    if width(text) <= WIDEST:
        return text
    kept, used = "", 0
    for character in text:
        used += _cells(character)
        if used >= WIDEST:
            break
        kept += character
    return kept + "…"
