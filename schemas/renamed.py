"""Which column of an older form of a table a column of the contract is."""

import unicodedata
from collections.abc import Iterable, Sequence

from schemas.contract import Column


def known_as(columns: Sequence[Column], names: Iterable[str]) -> dict[str, str]:
    """Return, for each column that was there before, the name it had: its own, or one that is gone and that it still goes by, as alias or title.

    names: of the older form.
    """
    known, now = list(names), {column.name for column in columns}
    gone = {_fold(name): name for name in known if name not in now}
    found = {column.name: column.name for column in columns if column.name in known}
    for column in columns:
        was = next((gone[_fold(header)] for header in (*column.aliases, column.title) if _fold(header) in gone), None)
        if was is not None:
            found.setdefault(column.name, was)
    return found


def _fold(header: str) -> str:
    return unicodedata.normalize("NFKC", header).casefold().strip()
