"""The footprints a wrong decoding leaves in text, found without knowing which decoding it was."""

import re
from functools import cache

from jobs.conform.plain.reading import Reading, faulty

# Marks that stand for the two kinds of characters below; noncharacters, which no text may hold.
FIRST, FIRST_RARE, SECOND, SECOND_RARE = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3"
CP1252 = (  # what bytes 80 to 9F are there
    "\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026"
    "\u2030\u2039\u203a\u20ac\u2122"
)
END = r"(?![\s\S])"  # end of text in Java's and Python's spelling alike

# Bytes without a character; replacement characters read as GBK; C1 controls, i.e. UTF-8 or GBK read as Latin-1;
# the same read as cp1252; four or more letters of Latin-1 in a row, i.e. GBK read as Latin-1.
PLAIN_FOOTPRINTS = rf"\ufffd|锟斤拷|[\u0080-\u009f]|[\u00e4-\u00e9][\u0080-\u00bf{CP1252}]{{2}}|[\u00a1-\u00ff]{{4}}"
# UTF-8 read as GBK: two Chinese characters become three, E4-E9|80-BF, 80-BF|E4-E9, 80-BF|80-BF. Two such triples in a
# row, a first followed by a euro sign (byte 80), or a text that is one triple with a rare character in it.
_A, _B = f"[{FIRST}{FIRST_RARE}]", f"[{SECOND}{SECOND_RARE}]"
_TRIPLE = f"(?:{FIRST_RARE}{_B}|{_A}{SECOND_RARE})"
MARKED_FOOTPRINTS = rf"(?s)(?:{_A}{_B}.){{2}}|{_A}\u20ac|\A[\u0000-\u007f]*{_TRIPLE}.{{1,3}}[\u0000-\u007f]*{END}"


@cache
def marks() -> tuple[str, str]:
    """The two arguments of a translate that puts a mark in place of each character UTF-8 read as GBK starts with."""
    table = {}
    for lead, trails, marked, rare in (
        (range(0xE4, 0xEA), range(0x80, 0xC0), FIRST, FIRST_RARE),
        (range(0x81, 0xC0), range(0xE4, 0xEA), SECOND, SECOND_RARE),
    ):
        for high in lead:
            for low in trails:
                common = high >= 0xA1 and low >= 0xA1  # GB 2312; the rest of GBK is rare in today's texts
                table[bytes((high, low)).decode("gb18030")] = marked if common else rare
    return "".join(table), "".join(table.values())


def read_clean_text(text: str) -> Reading:
    """Look for the footprints of a wrong decoding. Source: the byte layouts of GB 18030 and UTF-8, see above."""
    marked = text.translate(_table())
    if re.search(PLAIN_FOOTPRINTS, text) or re.search(MARKED_FOOTPRINTS, marked):
        zh, en = "含有错误解码留下的乱码，请来源部门重新导出", "was decoded wrongly before it was sent; ask the source"
        return faulty(zh, en)
    return Reading()


@cache
def _table() -> dict[int, int]:
    return str.maketrans(*marks())
