"""Made enterprises: the register that permits, penalties and cases refer to."""

from dataclasses import dataclass
from random import Random

from tests.data.made.identifiers import business_reg_no, citizen_id, serial, uscc
from tests.data.made.places import AREAS, BIRTHS, DAYS, TRADES, mobile, person, word

Row = dict[str, str]
KINDS = ("1",) * 17 + ("2",) * 2 + ("3",)
COMPANY = {"1": "有限责任公司", "2": "个体工商户", "3": "农民专业合作社"}


@dataclass(frozen=True)
class Body:
    """A government body with its code, its name and the division it works in."""

    code: str
    name: str
    area: str


def bodies(task: str, count: int) -> tuple[Body, ...]:
    """Return one body for each of the first divisions; the task is part of its name and keeps codes apart."""
    offset = {"行政审批局": 100, "市场监督管理局": 200, "卫生健康局": 300}[task]
    areas = AREAS[:count]
    return tuple(Body(uscc("11" + code, f"QB{offset + n:06d}"), f"示例{name}{task}", code) for n, (code, name) in enumerate(areas))


def enterprises(rng: Random, count: int) -> list[Row]:
    """Return `count` enterprises with different codes and names."""
    offices = {body.area: body for body in bodies("市场监督管理局", len(AREAS))}
    return [_enterprise(rng, number, offices) for number in range(count)]


def _enterprise(rng: Random, number: int, offices: dict[str, Body]) -> Row:
    pick = rng.random()
    kind, (area, place) = KINDS[int(pick * 20)], AREAS[int(rng.random() * len(AREAS))]
    code = uscc("9" + kind + area, "QQ" + serial(number + 1000, 6))
    start = int(rng.random() ** 0.6 * (len(DAYS) - 40))
    registered, gone = DAYS[start], rng.random() < 0.06
    changed = DAYS[start + int(rng.random() * (len(DAYS) - 10 - start))]
    trade = TRADES[(number + number // 10_648) % len(TRADES)]
    office = offices[area]
    return {
        "uscc": code, "name": _name(kind, number, place, trade), "org_code": code[8:17],
        "business_reg_no": business_reg_no(f"{area}{'6' if kind == '2' else '0'}{number:07d}") if pick < 0.4 else "",
        "org_type": kind, "company_type": COMPANY[kind], "legal_representative": person(number * 7),
        "legal_person_id": citizen_id(area, BIRTHS[int(rng.random() * len(BIRTHS))], "999" if number % 5 == 0 else "000"),
        "phone": mobile(number), "capital_cny": f"{(1 + int(rng.random() ** 3 * 5000)) * 10_000}.00",
        "registered_on": registered, "approved_on": changed, "term_from": registered,
        "term_to": "长期" if pick < 0.3 else f"{int(registered[:4]) + 20}-12-31",
        "status": "4" if gone else "1", "status_on": changed if gone else registered, "division_code": area,
        "address": f"浙江省{place}示例路{number % 900 + 1}号", "business_scope": f"{trade}相关业务；技术咨询；货物销售",
        "industry_code": f"{'CFGIL'[number % 5]}{1000 + number % 8999}", "employee_count": str(int(rng.random() ** 4 * 800) + 1),
        "registering_office": office.name, "registering_office_code": office.code,
        "updated_at": f"2026-02-{1 + number % 28:02d} {8 + number % 10:02d}:{number % 60:02d}:00",
    }


def _name(kind: str, number: int, place: str, trade: str) -> str:
    if kind == "2":
        return f"{place}示例{word(number)}{trade}店"
    return f"示例{word(number)}{trade}" + ("农民专业合作社" if kind == "3" else "有限公司")
