"""Values to judge: every vector, and hand-made cases for the rules without a vector file."""

import csv
from dataclasses import dataclass
from pathlib import Path

VECTORS = Path(__file__).parents[2] / "data" / "vectors"
FILES = {  # rule -> vector file
    "uscc": "uscc", "org_code": "org_code", "business_reg_no": "business_reg_15", "citizen_id": "citizen_id",
    "citizen_id_15": "citizen_id_15", "admin_division": "admin_division", "mobile": "mobile",
    "licence_id": "licence_id", "service_base_code": "service_base_code", "service_impl_code": "service_impl_code",
    "service_handle_item": "service_handle_item", "website_id": "website_id",
}


@dataclass(frozen=True)
class Sample:
    """One value, the rule that judges it, the verdict it must get and the story it tells."""

    rule: str
    value: str
    valid: bool
    story: str
    repaired: str = ""


def vector(name: str) -> list[dict[str, str]]:
    """The rows of a vector file."""
    with (VECTORS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def from_vectors() -> list[Sample]:
    """Every row of every identifier file, under its rule."""
    return [
        Sample(rule, row["value"], row["valid"] == "1", row["reason"], row.get("repaired") or "")
        for rule, name in FILES.items()
        for row in vector(name)
    ]


HAND_MADE = [
    Sample("uscc", "99110000710926094Y", True, "category 99: public copies of the table disagree, accepted"),
    Sample("uscc", "91350100M000100Y43\n", False, "trailing newline"),
    Sample("citizen_id", "810000199001010008", False, "wrong check character on a residence permit"),
    Sample("citizen_id", "830101199001010006", False, "83 is a province only as 830000"),
    Sample("citizen_id_any", "110101000101990", True, "15 digits"),
    Sample("citizen_id_any", "31010119900101999X", True, "18 digits"),
    Sample("citizen_id_any", "3101011990010199", False, "16 digits"),
    Sample("admin_division", "441900003", True, "township right under a prefecture without counties, 9 digits"),
    Sample("admin_division", "330100001", False, "township right under a prefecture with counties, 9 digits"),
    Sample("admin_division", "330106600", False, "township number above 599"),
    Sample("service_base_code", "XK00101001", True, "older shape of GB/T 39046-2020"),
    Sample("service_base_code", "1131001000", False, "10 digits: leading zeros lost, not the older shape"),
    Sample("service_impl_code", "0045046444XK001010010001", True, "older shape of GB/T 39046-2020, 24 characters"),
    Sample("service_impl_code", "0045046444XK00101001000a", False, "24 characters, one of them lower case"),
    Sample("phone", "13800000000", True, "mobile"),
    Sample("phone", "010-88888888", True, "landline with area code"),
    Sample("phone", "0571-88888888-801", True, "landline with extension"),
    Sample("phone", "88888888", True, "landline without area code"),
    Sample("phone", "12345", True, "government hotline"),
    Sample("phone", "400-800-1234", True, "400 number"),
    Sample("phone", "95588", True, "service number"),
    Sample("phone", "0571-18888888", False, "landline number starting with 1"),
    Sample("phone", "10-88888888", False, "area code without its zero"),
    Sample("phone", "无", False, "placeholder"),
    Sample("phone", "", False, "empty"),
    Sample("url", "https://www.gov.cn/zhengce/202501/content_1.htm?a=1&b=%E4%BD%A0#top", True, "page with query"),
    Sample("url", "http://10.0.0.1:8080", True, "address with port"),
    Sample("url", "HTTP://[2001:db8::1]/", True, "IPv6 host"),
    Sample("url", "http://www.gov.cn//a..b", True, "two dots in the path are lawful"),
    Sample("url", "ftp://www.gov.cn/", False, "other scheme"),
    Sample("url", "www.gov.cn", False, "no scheme"),
    Sample("url", "http://www..gov.cn/", False, "empty label in the host"),
    Sample("url", "http://user:pass@www.gov.cn/", False, "user part"),
    Sample("url", "http://www.gov.cn/政策", False, "raw Chinese in the path"),
    Sample("url", "http://www.gov.cn/%E4%B", False, "incomplete percent code"),
    Sample("url", "http://www.gov.cn/a b", False, "blank"),
    Sample("url", "http://", False, "no host"),
    Sample("clean_text", "示例科技（集团）有限公司", True, "a company"),
    Sample("clean_text", "阿依古丽·买买提", True, "middle dot of a name"),
    Sample("clean_text", "䶮㛃𠮷喆镕", True, "rare characters"),
    Sample("clean_text", "華為技術有限公司", True, "traditional characters"),
    Sample("clean_text", "Ångström Café GmbH", True, "Latin letters with accents"),
    Sample("clean_text", "PM2.5≤35 µg/m³，气温25℃", True, "units"),
    Sample("clean_text", "锟斤拷锟斤拷", False, "replacement characters read as GBK"),
    Sample("clean_text", "浣犲ソ", False, "two characters of UTF-8 read as GBK"),
    Sample("clean_text", "缁熶竴绀句細淇＄敤浠ｇ爜", False, "UTF-8 read as GBK"),
    Sample("clean_text", "涓€绾ф敮閬�", False, "UTF-8 read as GBK with a loss"),
    Sample("clean_text", "Í³Ò»ÐÅÓÃ", False, "GBK read as Latin-1"),
    Sample("clean_text", "ç»Ÿä¸€", False, "UTF-8 read as cp1252"),
    Sample("clean_text", "统一\ufffd代码", False, "replacement character"),
]
