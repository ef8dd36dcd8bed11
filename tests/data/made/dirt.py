"""The ways a value gets dirty on its way from a counter to an exchange file: one function a way."""

from random import Random

WIDE = str.maketrans({chr(code): chr(0xFEE0 + code) for code in range(0x21, 0x7F)})
PLACEHOLDERS = ("无", "/", "—", "暂无", "null", "NULL", "\\N")
DOTS = "•・．‧."


def full_width(value: str, rng: Random) -> str:
    """Type with a Chinese input method."""
    return value.translate(WIDE)


def padded(value: str, rng: Random) -> str:
    """Leave an ideographic, a no-break and a zero-width blank around."""
    return f"\u3000{value}\u00a0\u200b"


def split_by_blanks(value: str, rng: Random) -> str:
    """Group an identifier by blanks, as on the card."""
    return f"{value[:6]} {value[6:14]} {value[14:]}".strip()


def lower(value: str, rng: Random) -> str:
    """Write in lower case."""
    return value.lower()


def lower_x(value: str, rng: Random) -> str:
    """A citizen number whose check X was typed small."""
    return "31010119900101999x"


def times_sign(value: str, rng: Random) -> str:
    """A multiplication sign for the check X."""
    return value[:-1] + "×"


def old_15(value: str, rng: Random) -> str:
    """The citizen number as it was before 1999: no century, no check."""
    return value[:6] + value[8:17]


def old_13(value: str, rng: Random) -> str:
    """A registration number of 13 digits, as before 2007."""
    return "3301062000123"


def wrong_check(value: str, rng: Random) -> str:
    """Another last character."""
    return value[:-1] + ("3" if value[-1] != "3" else "7")


def letter_o(value: str, rng: Random) -> str:
    """The letter O for a zero."""
    return value.replace("0", "O", 1)


def apostrophe(value: str, rng: Random) -> str:
    """What a spreadsheet puts in front of a text of digits."""
    return "'" + value


def scientific(value: str, rng: Random) -> str:
    """What a spreadsheet makes of a long number."""
    return f"{value[:1]}.{value[1:6]}E+{len(value) - 1}"


def float_text(value: str, rng: Random) -> str:
    """An integer that went through a float."""
    return value + ".0"


def zeros_lost(value: str, rng: Random) -> str:
    """Leading zeros lost, or the first digit where there are none."""
    return value.lstrip("0") if value.startswith("0") else value[1:]


def placeholder(value: str, rng: Random) -> str:
    """A word that stands for nothing."""
    return rng.choice(PLACEHOLDERS)


def nothing(value: str, rng: Random) -> str:
    """Leave it empty."""
    return ""


def null_code(value: str, rng: Random) -> str:
    """The placeholder that counters use for a missing credit code."""
    return "00000000000000000X"


def read_as_gbk(value: str, rng: Random) -> str:
    """UTF-8 read as GBK: 浣犲ソ."""
    return value.encode("utf-8").decode("gb18030", "ignore")


def read_as_latin(value: str, rng: Random) -> str:
    """GBK read as Latin-1: Í³Ò»."""
    return value.encode("gb18030").decode("latin-1")


def replaced_twice(value: str, rng: Random) -> str:
    """Replacement characters read as GBK: 锟斤拷."""
    return value[:2] + "锟斤拷锟斤拷" + value[2:]


def rare(value: str, rng: Random) -> str:
    """A character outside GBK or outside the basic plane."""
    return value[:2] + rng.choice(("䶮", "㛃", "\U0002c356", "𠮷", "喆"))


def glyph_missing(value: str, rng: Random) -> str:
    """A rare character that the source could not store."""
    return value[:2] + rng.choice(("?", "■", "\ue863", "(上龙下天)"))


def compatibility(value: str, rng: Random) -> str:
    """A compatibility ideograph, U+F90A for U+91D1."""
    return value[:2] + "\uf90a"


def dotted(value: str, rng: Random) -> str:
    """A minority name with one of the many middle dots."""
    return f"测试尔{rng.choice(DOTS)}示例提"


def blank_inside(value: str, rng: Random) -> str:
    """A name of two signs stretched by an ideographic blank."""
    return value[:2] + "\u3000" + value[2:]


def plain_brackets(value: str, rng: Random) -> str:
    """A group's name with ASCII brackets; the official form has full-width ones."""
    return value.replace("有限公司", "(集团)有限公司")


def lines_and_tabs(value: str, rng: Random) -> str:
    """Line breaks and a tab inside a text."""
    return f"{value}\r\n\t另附材料一份\n完"


def nul(value: str, rng: Random) -> str:
    """A NUL in a text."""
    return value[:1] + "\0" + value[1:]


def several(value: str, rng: Random) -> str:
    """Two values in a field for one."""
    return f"{value}、{value}"


def in_yuan(value: str, rng: Random) -> str:
    """An amount in yuan where 万元 is asked."""
    return str(round(float(value) * 10_000))


def negative(value: str, rng: Random) -> str:
    """An amount below zero."""
    return "-1"


def merged_district(value: str, rng: Random) -> str:
    """A district that no longer is (下城区, to 2021), or was not yet (临平区, from 2021)."""
    return rng.choice(("330103", "330113"))


def no_district(value: str, rng: Random) -> str:
    """A well-formed code that no place has."""
    return "339999"


def unknown_code(value: str, rng: Random) -> str:
    """A code in no list."""
    return "7"


def no_code(value: str, rng: Random) -> str:
    """A word where a code is asked."""
    return "X"
