"""Which sheets of a workbook are read: those the contract names, by name or position, or all that a person sees."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from jobs.ingest.refusal import refuse


class Tab(NamedTuple):
    """A worksheet as its tab shows it."""

    name: str
    is_visible: bool


def chosen(tabs: Sequence[Tab], wanted: Sequence[str | int]) -> list[str]:
    """Return the names of the sheets to read, in the order of the tabs. Raises Refused for one that is not there.

    wanted: names, in which * stands for any text, or positions among the visible ones, from 1; empty for all visible ones.
    A hidden sheet is read only when its name is given without a *.
    """
    visible = [tab.name for tab in tabs if tab.is_visible]
    if not wanted:
        return visible
    found: set[str] = set()
    for one in wanted:
        names = _named(tabs, visible, one)
        if not names:
            what = f"no sheet '{one}'" if isinstance(one, str) else f"no visible sheet number {one}"
            has = ", ".join(f"'{tab.name}'" for tab in tabs[:10])
            raise refuse(f"has {what} (it has {has})", "Correct 'sheets' in the contract, or ask the source for the sheet.")
        found.update(names)
    return [tab.name for tab in tabs if tab.name in found]


def _named(tabs: Sequence[Tab], visible: list[str], one: str | int) -> list[str]:
    if isinstance(one, int):
        return visible[one - 1 : one]
    if "*" in one:
        form = re.compile(".*".join(re.escape(part) for part in one.split("*")))
        return [name for name in visible if form.fullmatch(name.strip())]
    return [tab.name for tab in tabs if tab.name.strip() == one.strip()]
