"""Values for every rule that reads one value: right ones, made, and near misses of them. Nobody holds what is made here."""

import csv
from collections.abc import Callable, Mapping
from random import Random

from jobs.conform.plain import organisations, services
from jobs.conform.plain.persons import citizen_check
from jobs.conform.plain.tables import (
    ALNUM,
    CATEGORIES,
    DIGITS,
    ITEM_TYPES,
    LEVELS,
    LICENCE_ROOT,
    PROVINCES,
    STATE,
    TAIWAN_PERMIT,
    USCC_ALPHABET,
    WITHOUT_COUNTIES,
)
from schemas.settings import ROOT
from tests.conform.rules.samples import from_vectors
from tests.conform.texts import generated_text
from tests.data.made import identifiers

Made = Callable[[Random], str]
with (ROOT / "tests/data/landing/reference/admin_division/2026-03-02/divisions.csv").open(encoding="utf-8", newline="") as file:
    DIVISIONS = list(csv.DictReader(file))
REAL = [row["code"] for row in DIVISIONS]
# Where a calendar has its edges, and the day of the batch (2026-03-02) its own.
MONTH_DAYS = ("0101", "0131", "0132", "0228", "0229", "0230", "0301", "0430", "0431", "0631", "0930", "0931", "1130", "1231", "1232", "1301", "0000", "0100", "0001")
YEARS = ("1799", "1800", "1896", "1899", "1900", "1904", "1999", "2000", "2024", "2025", "2026", "2027", "2096", "2099", "2100", "0000", "9999")
NEAR_THE_BATCH = ("20260228", "20260301", "20260302", "20260303", "20260402", "20270101")
PARTS = ("000", "001", "098", "099", "100", "199", "200", "399", "400", "598", "599", "600", "999")  # of a division below the county
VALID = {rule: [sample.value for sample in from_vectors() if sample.rule == rule and sample.valid] for rule in {sample.rule for sample in from_vectors()}}
TEXTS = ("统一社会信用代码", "示例科技（集团）有限公司", "阿依古丽·买买提", "䶮㛃𠮷喆镕", "華為技術有限公司", "Ångström Café GmbH", "PM2.5≤35 µg/m³，气温25℃", "关于印发《办法》的通知", "无")
PIECES = ("/", "?", "#", "..", "%E4", "a=1&b", "~x", "//", "zhengce/content_1.htm", "%4", "%", "政策", "[0]", "|", "\\", "'", "*")
WORDS = ("www", "gov", "cn", "a", "zwfw", "例", "xn--fiqs8s", "a-b", "a_b", "", "-", "10.0.0.1", "[2001:db8::1]", "[::1]", "user@b")


def _some(rng: Random, alphabet: str, count: int) -> str:
    return "".join(rng.choices(alphabet, k=count))


def _division(rng: Random) -> str:
    pick = rng.random()
    if pick < 0.1:
        return rng.choice((STATE, TAIWAN_PERMIT, "810000", "820000", "710000", "830101", "000000"))
    return (rng.choice(REAL)[:6] if pick < 0.6 else rng.choice(list(PROVINCES)) + _some(rng, DIGITS, 4)).ljust(6, "0")


def _born(rng: Random) -> str:
    pick = rng.random()
    if pick < 0.1:
        return rng.choice(NEAR_THE_BATCH)
    if pick < 0.4:
        return rng.choice(YEARS) + rng.choice(MONTH_DAYS)
    return f"{rng.randint(1798, 2101)}{rng.randint(1, 12):02d}{rng.randint(1, 31):02d}"


def uscc(rng: Random) -> str:
    department = rng.choice(list(CATEGORIES))
    head = department + rng.choice(list(CATEGORIES[department])) + _division(rng)
    if rng.random() < 0.7:
        return identifiers.uscc(head, _some(rng, USCC_ALPHABET, 8))
    body = head + _some(rng, USCC_ALPHABET, 9)
    return body + organisations.uscc_check(body)


def org_code(rng: Random) -> str:
    code = identifiers.org_code(_some(rng, ALNUM, 8))
    return f"{code[:8]}-{code[8]}" if rng.random() < 0.4 else code


def business_reg_no(rng: Random) -> str:
    return identifiers.business_reg_no(_division(rng) + _some(rng, DIGITS, 8))


def citizen_id(rng: Random) -> str:
    body = _division(rng) + _born(rng) + _some(rng, DIGITS, 3)
    return body + citizen_check(body)


def citizen_id_15(rng: Random) -> str:
    return _division(rng) + _born(rng)[2:] + rng.choice((_some(rng, DIGITS, 3), "996", "997", "998", "999"))


def citizen_id_any(rng: Random) -> str:
    return rng.choice((citizen_id, citizen_id_15))(rng)


def admin_division(rng: Random) -> str:
    county = rng.choice((_division(rng), rng.choice(WITHOUT_COUNTIES), rng.choice(REAL)[:6]))
    if rng.random() < 0.2:
        county = county[:2] + rng.choice(("00", county[2:4])) + rng.choice(("00", county[4:]))
    return county + "".join(rng.choice(PARTS) for _ in range(rng.randrange(3)))


def mobile(rng: Random) -> str:
    return f"1{rng.choice('3456789')}{_some(rng, DIGITS, 9)}"


def phone(rng: Random) -> str:
    area = rng.choice(("", "010", "010-", "021-", "0571-", "0571", "0999-", "00-", "0310"))
    landline = area + rng.choice("2345678901") + _some(rng, DIGITS, rng.choice((6, 7, 7))) + rng.choice(("", "", "-1", "-801", "-123456", "-1234567"))
    line = rng.choice(("12345", "110", "95588", "955887", "400-800-1234", "8008001234", "12", "1234")) if rng.random() < 0.5 else rng.choice("489") + "00" + _some(rng, DIGITS + "-", 8)
    return rng.choice((mobile(rng), landline, landline, line))


def service_base_code(rng: Random) -> str:
    if rng.random() < 0.15:
        return _some(rng, ALNUM[10:], 2) + _some(rng, DIGITS, 8)
    kind = rng.choice((*ITEM_TYPES, "11", "19", "21", "29", "00", "30"))
    return rng.choice(("00", *PROVINCES)) + kind + _some(rng, DIGITS, 8)


def service_impl_code(rng: Random) -> str:
    if rng.random() < 0.15:
        return _some(rng, ALNUM, 24)
    return uscc(rng) + rng.choice((*LEVELS, "0", "8")) + service_base_code(rng)


def service_handle_item(rng: Random) -> str:
    return service_impl_code(rng) + rng.choice(("00", "01", "09", "10", "99", _some(rng, DIGITS, 2)))


def licence_id(rng: Random) -> str:
    kind, issuer = uscc(rng) + _some(rng, DIGITS, 3), uscc(rng) if rng.random() < 0.7 else _division(rng)
    serial = _some(rng, ALNUM, rng.choice((1, 9, 12, 20, services.SERIAL_LIMIT, services.SERIAL_LIMIT + 1)))
    version = _some(rng, DIGITS, 3)
    return LICENCE_ROOT + ".".join((kind, issuer, serial, version, services.licence_check(kind + issuer + serial + version)))


def website_id(rng: Random) -> str:
    return rng.choice(("bm", rng.choice(list(PROVINCES)))) + _some(rng, DIGITS, 8)


def url(rng: Random) -> str:
    is_odd = rng.random() < 0.3
    host = ".".join(rng.choice(WORDS if is_odd else WORDS[:4]) for _ in range(rng.randint(1, 4)))
    path = "".join(rng.choice(PIECES if is_odd else PIECES[:9]) for _ in range(rng.randrange(5)))
    scheme = rng.choice(("http://", "https://", "HTTP://", "hTTpS://", *(("http:/", "ftp://") if is_odd else ())))
    return scheme + host + rng.choice(("", "", ":80", ":65536", *((":123456", ":") if is_odd else ()))) + "/" + path


def clean_text(rng: Random) -> str:
    text = "".join(rng.choice(TEXTS) for _ in range(rng.randint(1, 3)))
    pick = rng.randrange(8)
    if pick < 4:
        return text
    wrong = {4: ("utf-8", "gb18030"), 5: ("gb18030", "latin-1"), 6: ("utf-8", "cp1252"), 7: ("gb18030", "cp1252")}[pick]
    start = rng.randrange(len(text))
    return text[:start] + text[start : start + rng.randint(1, 4)].encode(wrong[0]).decode(wrong[1], "replace") + (text[start:] if rng.random() < 0.3 else "")


MADE: Mapping[str, Made] = {
    made.__name__: made for made in (
        uscc, org_code, business_reg_no, citizen_id, citizen_id_15, citizen_id_any, admin_division, mobile, phone, licence_id, service_base_code, service_impl_code,
        service_handle_item, website_id, url, clean_text,
    )
} | {"personal_number": generated_text}  # fmt: skip
