"""Codes of service items and electronic licences, read in plain Python."""

from jobs.conform.plain.organisations import read_uscc
from jobs.conform.plain.reading import Fault, Reading, checked, faulty, misshapen
from jobs.conform.plain.tables import ALNUM, DIGITS, ITEM_TYPES, LEVELS, LICENCE_ROOT, PROVINCES

SERIAL_LIMIT = 64  # longest serial accepted; 9 to 32 characters were seen in published licences
OLDER = "旧版形式（GB/T 39046-2020），只能检查长度和字符 older shape, only length and alphabet can be checked"


def read_service_base_code(text: str) -> Reading:
    """Read a service base code: 12 digits of GB/T 39554.1-2020, or 2 letters and 8 digits of GB/T 39046-2020."""
    if len(text) == 10:
        fault = misshapen(text[:2], 2, ALNUM[10:]) or misshapen(text[2:], 8, DIGITS)
        return Reading(fault, (("形式 form", OLDER),))
    if fault := misshapen(text, 12, DIGITS):
        return Reading(fault)
    scope = "国家 national" if text[:2] == "00" else PROVINCES.get(text[:2])
    if scope is None:
        return faulty(f"范围代码{text[:2]}既非00也非省级代码", f"scope {text[:2]} is neither 00 nor a province")
    if not 1 <= int(text[2:4]) <= 29:  # annex A.1: 00 is a heading, 11-19 and 21-29 are extensions
        return faulty(f"事项类型{text[2:4]}不存在", f"there is no item type {text[2:4]}", ("范围 scope", scope))
    kind = ITEM_TYPES.get(text[2:4], "扩展类型 extension")
    return Reading(None, (
        ("范围 scope", scope), ("事项类型 item type", f"{text[2:4]} {kind}"),
        ("部门 department", text[4:6]), ("主项 main item", text[6:9]), ("子项 sub item", text[9:]),
    ))


def read_service_impl_code(text: str) -> Reading:
    """Read a service implementation code: USCC, exercise level, base code (31); or 24 characters, older shape.

    GB/T 39046-2020 says an..24; shorter ones cannot be told from damaged 31-character codes and are not accepted.
    """
    if len(text) == 24:
        return Reading(misshapen(text, 24, ALNUM), (("形式 form", OLDER),))
    if fault := misshapen(text, 31, ALNUM):
        return Reading(fault)
    body = _within(read_uscc(text[:18]), "实施主体 implementing body")
    if body.fault:
        return body
    if text[18] not in LEVELS:
        return faulty(f"行使层级{text[18]}不存在", f"there is no exercise level {text[18]}", *body.parts)
    level = ("行使层级 exercise level", f"{text[18]} {LEVELS[text[18]]}")
    base = _within(read_service_base_code(text[19:]), "基本编码 base code")
    return Reading(base.fault, (*body.parts, level, *base.parts))


def read_service_handle_item(text: str) -> Reading:
    """Read a service handling code: an implementation code of 31 characters and a serial from 01 to 99."""
    if fault := misshapen(text, 33, ALNUM):
        return Reading(fault)
    code = read_service_impl_code(text[:31])
    serial = misshapen(text[31:], 2, DIGITS)
    if text[31:] == "00":
        serial = Fault("序号不能为00", "the serial must not be 00")
    return Reading(code.fault or serial, (*code.parts, ("业务办理项序号 serial", text[31:])))


def read_licence_id(text: str) -> Reading:
    """Read an electronic licence identifier. Source: GB/T 36904-2018; the check is ISO 7064 MOD 37,36.

    An issuer given as a 6-digit division occurs in old data and is accepted.
    """
    if not text.startswith(LICENCE_ROOT):
        return faulty(f"应以{LICENCE_ROOT}开头", f"must start with {LICENCE_ROOT}")
    pieces = text[len(LICENCE_ROOT):].split(".")
    if len(pieces) != 5:
        zh, en = f"根之后应有五段，实有{len(pieces)}段", f"must have five parts after the root, has {len(pieces)}"
        return faulty(zh, en)
    kind, issuer, serial, version, check = pieces
    if fault := misshapen(kind, 21, ALNUM) or misshapen(kind[18:], 3, DIGITS) or _shape(serial, version, check):
        return Reading(fault)
    definer = _within(read_uscc(kind[:18]), "证照类型定义机构 body that defines the type")
    if definer.fault:
        return definer
    by = _issuer(issuer)
    if by.fault:
        return by
    fault, last = checked(check, licence_check(kind + issuer + serial + version))
    named = (("证照类型 type", kind), *by.parts, ("流水号 serial", serial), ("版本 version", version), last)
    return Reading(fault, named)


def licence_check(body: str) -> str:
    """Check character of type, issuer, serial and version without dots, ISO 7064 MOD 37,36."""
    product = 36
    for character in body:
        product = ((product + ALNUM.index(character)) % 36 or 36) * 2 % 37
    return ALNUM[(37 - product) % 36]


def _shape(serial: str, version: str, check: str) -> Fault | None:
    if not 1 <= len(serial) <= SERIAL_LIMIT:
        return Fault(f"流水号应为1至{SERIAL_LIMIT}位", f"the serial must have 1 to {SERIAL_LIMIT} characters")
    return misshapen(serial, len(serial), ALNUM) or misshapen(version, 3, DIGITS) or misshapen(check, 1, ALNUM)


def _issuer(issuer: str) -> Reading:
    if len(issuer) != 6:
        return _within(read_uscc(issuer), "颁发机构 issuer")
    fault = misshapen(issuer, 6, DIGITS)
    if not fault and issuer[:2] not in PROVINCES:
        fault = Fault(f"颁发机构区划{issuer}不存在", f"issuer {issuer} is in no province")
    return Reading(fault, (("颁发机构区划 issuer as a division", f"{issuer}（旧数据 old data）"),))


def _within(inner: Reading, whose: str) -> Reading:
    zh, en = whose.split(" ", 1)
    fault = inner.fault and Fault(f"{zh}：{inner.fault.zh}", f"{en}: {inner.fault.en}")
    return Reading(fault, tuple((f"{whose} / {label}", meaning) for label, meaning in inner.parts))
