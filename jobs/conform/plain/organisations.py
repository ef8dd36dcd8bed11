"""Codes of organisations, read in plain Python: USCC, organisation code, business registration number."""

from jobs.conform.plain.reading import Fault, Part, Reading, checked, faulty, misshapen
from jobs.conform.plain.tables import ALNUM, CATEGORIES, DEPARTMENTS, DIGITS, PROVINCES, STATE, USCC_ALPHABET

USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)  # GB 32100-2015: 3^(i-1) mod 31
ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714-1997
# GS 15-2006, by the first digit of the sequence.
SEQUENCES = (
    *["内资企业 domestic enterprise"] * 4, *["外商投资企业 foreign-invested enterprise"] * 2,
    *["个体工商户 individual business"] * 4,
)


def read_uscc(text: str) -> Reading:
    """Read a unified social credit code. Source: GB 32100-2015 with amendment 1 of 2016."""
    if fault := misshapen(text, 18, USCC_ALPHABET):
        return Reading(fault)
    parts: list[Part] = []
    if text[0] not in DEPARTMENTS:
        return faulty(f"登记管理部门代码{text[0]}不存在", f"there is no registering department {text[0]}")
    parts.append(("登记管理部门 department", f"{text[0]} {DEPARTMENTS[text[0]]}"))
    if text[1] not in CATEGORIES[text[0]]:
        zh, en = f"部门{text[0]}没有机构类别{text[1]}", f"department {text[0]} has no category {text[1]}"
        return faulty(zh, en, *parts)
    parts.append(("机构类别 category", f"{text[:2]} {CATEGORIES[text[0]][text[1]]}"))
    fault, part = office(text[2:8])
    parts.append(part)
    if fault:
        return Reading(fault, tuple(parts))
    parts.append(("组织机构代码 organisation code", _inner(text[8:17])))
    fault, part = checked(text[17], uscc_check(text[:17]))
    return Reading(fault, (*parts, part))


def uscc_check(body: str) -> str:
    """Check character of the first 17 characters of a USCC."""
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(body, USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[-total % 31]


def office(division: str) -> tuple[Fault | None, Part]:
    """Read the six digits of a registering office: a division of a known province, or 100000 for the State level."""
    label = "登记机关区划 division of the registering office"
    if division == STATE:
        return None, (label, f"{division} 国家级 State level")
    if odd := misshapen(division, 6, DIGITS):
        return odd, (label, division)
    province = PROVINCES.get(division[:2])
    if province is None:
        return Fault(f"区划{division}的省级代码不存在", f"division {division} is in no province"), (label, division)
    return None, (label, f"{division} {province}")


def _inner(code: str) -> str:
    expected = org_check(code[:8])
    if code[8] == expected:
        return code
    return f"{code}（其自身校验码应为{expected}，仅提示 warning only: its own check character should be {expected}）"


def read_org_code(text: str) -> Reading:
    """Read an organisation code, with or without the hyphen. Source: GB 11714-1997."""
    bare = text[:8] + text[9:] if text[8:9] == "-" else text
    if fault := misshapen(bare, 9, ALNUM):
        return Reading(fault)
    fault, part = checked(bare[8], org_check(bare[:8]))
    return Reading(fault, (("本体代码 body", bare[:8]), part))


def org_check(body: str) -> str:
    """Check character of the eight body characters of an organisation code: 10 is written X, 11 is written 0."""
    rest = 11 - sum(ALNUM.index(c) * w for c, w in zip(body, ORG_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def read_business_reg_no(text: str) -> Reading:
    """Read a 15-digit business registration number. Source: GS 15-2006; the check is ISO 7064 MOD 11,10."""
    if fault := misshapen(text, 15, DIGITS):
        return Reading(fault)
    fault, division = office(text[:6])
    if fault:
        return Reading(fault, (division,))
    fault, check = checked(text[14], business_reg_check(text[:14]))
    return Reading(fault, (division, ("顺序码 sequence", f"{text[6:14]} {SEQUENCES[int(text[6])]}"), check))


def business_reg_check(body: str) -> str:
    """Check digit of the first 14 digits of a business registration number, ISO 7064 MOD 11,10."""
    product = 10
    for digit in body:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)
