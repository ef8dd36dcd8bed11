"""Made entries of the lists of judgment defaulters, serious dishonesty and abnormal operation, about made bodies."""

from random import Random

from tests.data.made.identifiers import serial, uscc
from tests.data.made.parties import Row, bodies
from tests.data.made.places import DAYS, person

UNKNOWN = 0.02  # share of organisations that the register does not know
DEFAULTER, DISHONESTY, ABNORMAL = "失信被执行人", "严重失信主体名单", "经营异常名录"
DOMAINS = ("食品安全", "药品安全", "安全生产", "统计", "工程建设")
DONE = ("全部未履行", "部分未履行")


def listings(rng: Random, count: int, register: list[Row]) -> list[Row]:
    """Return `count` entries; about one in five is over by repair, removal or term, one in eight is a natural person's."""
    return [_listing(rng, number, register) for number in range(count)]


def _listing(rng: Random, number: int, register: list[Row]) -> Row:
    kind = (DEFAULTER, DEFAULTER, DISHONESTY, ABNORMAL)[number % 4]
    start = len(DAYS) - 60 - int(rng.random() * 600)
    listed, office = DAYS[start], bodies("市场监督管理局", 20)[number % 20]
    court = office.name.replace("市场监督管理局", "人民法院")
    by = court if kind == DEFAULTER else office.name
    return {
        "list": kind, "authority": by, "case_no": _case_no(kind, listed[:4], number),
        **_subject(rng, number, register), **_grounds(kind, number),
        "listed_on": listed, "expires_on": f"{int(listed[:4]) + (2 if kind == DEFAULTER else 3)}{listed[4:]}".replace("-02-29", "-02-28"),
        **_over(number, DAYS[start + 45]), "source": by,
        "updated_at": f"{DAYS[start + 46]} {8 + number % 12:02d}:{number % 60:02d}:33",
    }


def _case_no(kind: str, year: str, number: int) -> str:
    return f"（{year}）示0106执{number:05d}号" if kind == DEFAULTER else f"示市监{'严' if kind == DISHONESTY else '异'}列〔{year}〕{number:06d}号"


def _subject(rng: Random, number: int, register: list[Row]) -> Row:
    body, pick = register[int(rng.random() * len(register))], rng.random()
    if number % 8 == 5:
        return {"subject_name": person(number * 3), "subject_type": "自然人", "subject_uscc": "", "legal_representative": ""}
    code = uscc("91330106", "QU" + serial(number + 5000, 6)) if pick < UNKNOWN else body["uscc"]
    kind = "个体工商户" if body["org_type"] == "2" else "法人及非法人组织"
    return {"subject_name": body["name"], "subject_type": kind, "subject_uscc": code, "legal_representative": body["legal_representative"]}


def _grounds(kind: str, number: int) -> Row:
    if kind == DEFAULTER:
        return {"domain": "", "restricts_licensing": "false", "basis_no": f"（2024）示0106民初{number:05d}号",
                "performance": DONE[number % 2], "conduct": "有履行能力而拒不履行生效法律文书确定义务"}
    barred = kind == DISHONESTY and number % 3 != 0
    return {"domain": DOMAINS[number % len(DOMAINS)], "restricts_licensing": "true" if barred else "false",
            "basis_no": f"示市监罚决〔2024〕{number:06d}号" if kind == DISHONESTY else "", "performance": "",
            "conduct": "违法行为情节严重" if kind == DISHONESTY else "通过登记的住所或者经营场所无法联系"}


def _over(number: int, day: str) -> Row:
    return {"removed_on": day if number % 10 in (3, 7) else "", "repaired_on": day if number % 10 == 7 else ""}
