"""Numbers that lead to a person, found in free text: the patterns, one text for Java and Python, and the plain twin of the mask.

Found by form alone, a check digit is not asked for: a number taken down with one wrong digit still leads to somebody.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from jobs.conform.plain.reading import Reading, faulty
from jobs.conform.plain.tables import PROVINCES, TAIWAN_PERMIT

RULE = "personal_number"  # what the record of masked numbers is called among the violations of a row
WIDE = 0xFEE0  # from a plain character to its full-width form (Unicode, Halfwidth and Fullwidth Forms)
BETWEEN = "[ \u00a0\u2009\u200b\u3000‐‑‒–—―－-]{0,2}"  # blanks and dashes that people put between the groups of a number
AT, DOT, PLUS = "[@＠]", "[.．]", "[+＋]"
MAIL_PART = "[0-9A-Za-z_%+-]"
PLATE_LETTER, PLATE_SIGN = "[A-HJ-NP-Za-hj-np-z]", "[0-9A-HJ-NP-Za-hj-np-z]"  # I and O are not used on plates
PLATE_PLACES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
ALONE, END = "(?<![0-9])", "(?![0-9])"
YEAR_8, MONTH, DAY = "(?:18|19|20)[0-9]{2}", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
DIVISION = f"(?:(?:{'|'.join(PROVINCES)})[0-9]{{4}}|{TAIWAN_PERMIT})"

PATTERNS = (
    ("[邮箱]", f"(?<!{MAIL_PART}){MAIL_PART}{{1,64}}(?:{DOT}{MAIL_PART}{{1,64}}){{0,4}}{AT}[0-9A-Za-z-]{{1,63}}(?:{DOT}[0-9A-Za-z-]{{1,63}}){{1,4}}"),
    ("[证件号]", f"{ALONE}{DIVISION}{BETWEEN}{YEAR_8}{BETWEEN}{MONTH}{BETWEEN}{DAY}{BETWEEN}[0-9]{{3}}{BETWEEN}[0-9Xx]{END}"),
    ("[证件号]", f"{ALONE}{DIVISION}{BETWEEN}[0-9]{{2}}{MONTH}{DAY}{BETWEEN}[0-9]{{3}}{END}"),  # 15 digits, before 1999
    ("[卡号]", f"{ALONE}(?:6[02]|4[0-9]|5[1-5]|3[57])[0-9]{{2}}(?:{BETWEEN}[0-9]{{4}}){{3}}(?:{BETWEEN}[0-9]{{1,3}})?{END}"),
    ("[手机号]", f"{ALONE}(?:(?:{PLUS}|00)?86{BETWEEN}|0)?1[3-9](?:{BETWEEN}[0-9]){{9}}{END}"),
    ("[电话]", f"{ALONE}(?:(?:{PLUS}|00)?86{BETWEEN})?[(（]?0(?:10|2[0-9]|[3-9][0-9]{{2}})[)）]?{BETWEEN}[2-8][0-9]{{2,3}}{BETWEEN}[0-9]{{4}}{END}"),
    ("[车牌号]", f"[{PLATE_PLACES}]{BETWEEN}{PLATE_LETTER}[·•・]?{BETWEEN}{PLATE_SIGN}{{4,5}}[0-9A-HJ-NP-Za-hj-np-z挂学警港澳领](?![0-9A-Za-z])"),
)  # fmt: skip


def _wide(pattern: str) -> str:
    """Let every digit and letter of a pattern match its full-width form too."""
    return re.sub(r"\{[0-9,]+\}|\[[^\]]*\]|[0-9]", _widened, pattern)


def _widened(found: re.Match[str]) -> str:
    part = found[0]
    if part.startswith("{"):
        return part
    runs = re.findall(r"[0-9A-Za-z]-[0-9A-Za-z]|[0-9A-Za-z]", part)
    wide = "".join(re.sub("[0-9A-Za-z]", lambda one: chr(ord(one[0]) + WIDE), run) for run in runs)
    opened = "[^" if part.startswith("[^") else "["
    return f"{opened}{wide}{part.removeprefix(opened)}" if part.startswith("[") else f"[{part}{wide}]"


MASKS: tuple[tuple[str, str], ...] = tuple((mark, _wide(pattern)) for mark, pattern in PATTERNS)
# What a text must hold at least for a mark to apply; far cheaper to look for, and nearly all texts hold none of it. Digits: ten, close together.
NEEDS: Mapping[str, str] = MappingProxyType({
    "[邮箱]": "[@＠]", "[车牌号]": _wide("[A-Za-z][^0-9A-Za-z]{0,3}[0-9A-Za-z]{4}"),
    **dict.fromkeys(("[证件号]", "[卡号]", "[手机号]", "[电话]"), _wide("[0-9](?:[^0-9]{0,3}[0-9]){9}")),
})  # fmt: skip
MARKS = "|".join(re.escape(mark) for mark in dict(MASKS))
KINDS: Mapping[str, str] = MappingProxyType({
    "[邮箱]": "邮箱 e-mail", "[证件号]": "证件号 citizen number", "[卡号]": "卡号 card number", "[手机号]": "手机号 mobile",
    "[电话]": "电话 landline", "[车牌号]": "车牌号 licence plate",
})


def masked(text: str) -> tuple[str, int]:
    """Return a text with a mark in place of each number that leads to a person, and how many those were."""
    found = text
    for mark, pattern in MASKS:
        found = re.sub(pattern, mark, found)
    return found, len(re.findall(MARKS, found)) - len(re.findall(MARKS, text))


def read_personal_number(text: str) -> Reading:
    """Look for numbers that lead to a person; the parts say how many of each kind, and what is left of the text."""
    left, count = masked(text)
    if not count:
        return Reading()
    kinds = [(KINDS[mark], str(left.count(mark) - text.count(mark))) for mark in KINDS if left.count(mark) > text.count(mark)]
    return faulty(f"含有{count}个个人号码，入库前遮盖", f"holds {count} personal number(s), masked before the text is stored", *kinds, ("遮盖后 masked", left))
