"""Repairs that never change what an identifier says: width and compatibility forms, dashes, blanks, letter case."""

import unicodedata
from functools import cache

# Blanks and invisible marks met in identifiers: NUL, ASCII and C1 blanks, no-break, zero-width, ideographic, BOM.
ZERO_WIDTH = "".join(map(chr, range(0x2000, 0x2010)))
BLANKS = f"\0\t\n\x0b\x0c\r \x85\xa0\u1680{ZERO_WIDTH}\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
DASHES = "‐‑‒–—―−"  # the compatibility forms of '-' come from NFKC
KEEPS_CASE = frozenset({"website_id", "url", "clean_text"})  # 'bm' of a site code is lower case
PRINTABLE = frozenset(map(chr, range(0x21, 0x7F)))


@cache
def folds() -> dict[str, str]:
    """Every character that NFKC turns into one printable ASCII character, with that character; dashes with '-'.

    One character for one: ½ or ⑩ would become several, which in an identifier is a guess. This is what makes the
    same repair a `translate` in Spark, which has no NFKC.
    """
    scalars = [chr(code) for code in range(0x80, 0x1FC00) if not 0xD800 <= code < 0xE000]
    single = {c: unicodedata.normalize("NFKC", c) for c in scalars}
    return {c: n for c, n in single.items() if n in PRINTABLE} | dict.fromkeys(DASHES, "-")


@cache
def repairs(*, upper: bool) -> tuple[str, str]:
    """The two arguments of a translate that repairs: characters found, and wanted; blanks stand last, to be dropped."""
    table = dict(folds())
    if upper:
        table = {c: n.upper() for c, n in table.items()} | {c: c.upper() for c in "abcdefghijklmnopqrstuvwxyz"}
    return "".join(table) + BLANKS, "".join(table.values())


def normalised(rule: str, text: str) -> str:
    """Return `text` as the rule would have it spelled. A value that is already right comes back unchanged."""
    return text.translate(_table(upper=rule not in KEEPS_CASE))


@cache
def _table(*, upper: bool) -> dict[int, str | None]:
    found, wanted = repairs(upper=upper)
    table: dict[int, str | None] = {ord(blank): None for blank in BLANKS}
    table.update((ord(c), n) for c, n in zip(found, wanted, strict=False))
    return table
