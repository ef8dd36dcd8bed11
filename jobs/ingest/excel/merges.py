"""Merged cells: only the upper left one holds the value, which a contract may say counts for the others too."""

from collections import deque
from collections.abc import Iterable
from typing import Any

Merge = tuple[int, int, int, int]  # first row, first column, last row, last column, from 0


class Merges:
    """Fills the rows of a sheet, given in order, so that only the merges around the row at hand are looked at."""

    def __init__(self, merges: Iterable[Merge]) -> None:
        self.coming = deque(sorted(merges))
        self.open: list[tuple[Merge, Any]] = []

    def filled(self, row: int, cells: list[Any], how: str) -> list[Any]:
        """Return the cells with merged values. row: from 0.  how: none, down, right or both."""
        while self.coming and self.coming[0][0] <= row:
            merge = self.coming.popleft()
            begins = merge[0] == row and merge[1] < len(cells)
            self.open.append((merge, cells[merge[1]] if begins else None))
        self.open = [one for one in self.open if one[0][2] >= row]
        if how == "none" or not self.open:
            return list(cells)
        found = list(cells)
        for (top, left, _, right), value in self.open:
            if row == top or how != "right":
                last = left if how == "down" else right
                found += [None] * (last + 1 - len(found))
                found[left : last + 1] = [value] * (last + 1 - left)
        return found
