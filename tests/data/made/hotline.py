"""Made tickets of the 12345 hotline."""

from datetime import datetime, timedelta
from random import Random

from tests.data.made.parties import Row, bodies
from tests.data.made.places import AREAS, mobile, person

DEMANDS = (
    ("投诉", "0203", "反映小区夜间施工噪声扰民，请核实处理。", "已责令施工单位停止夜间施工。"),
    ("咨询", "0101", "咨询新办食品经营备案需要哪些材料。", "已告知所需材料和办理网址。"),
    ("求助", "0305", "路口窨井盖破损，存在安全隐患，请尽快修复。", "已更换窨井盖。"),
    ("举报", "0207", "举报某店销售超过保质期的食品。", "已立案调查。"),
    ("建议", "0402", "建议在公园增设无障碍坡道。", "已列入年度改造计划。"),
)
OPENING = datetime(2026, 2, 1, 8, 0)


def tickets(rng: Random, count: int) -> list[Row]:
    """Return `count` tickets of February 2026, seven in eight answered and called back."""
    departments = bodies("卫生健康局", len(AREAS))
    return [_ticket(rng, number, departments[int(rng.random() * len(AREAS))].code) for number in range(count)]


def _ticket(rng: Random, number: int, department: str) -> Row:
    call = OPENING + timedelta(minutes=int(rng.random() * 26 * 1440))
    after = [call + timedelta(minutes=m + int(rng.random() * 20)) for m in (25, 60, 900, 1300)]
    kind, code, content, reply = DEMANDS[int(rng.random() * 5)]
    answered, area = number % 8 > 0, AREAS[int(rng.random() * len(AREAS))]
    return {
        "ticket_no": f"GD{call:%Y%m%d}{number:06d}", "channel": ("电话", "电话", "微信", "网站", "移动端")[number % 5],
        "call_time": str(call), "caller_name": person(number) if number % 9 else "匿名", "caller_phone": mobile(number),
        "area_code": area[0], "address": f"{area[1]}示例路{number % 500 + 1}号", "demand_type": kind, "category_code": code,
        "content": content, "handling_dept": department, "dispatch_time": str(after[0]),
        "deadline": str((call + timedelta(days=5)).replace(hour=18, minute=0)), "sign_time": str(after[1]),
        "reply_time": str(after[2]) if answered else "", "reply": reply if answered else "",
        "return_count": "1" if number % 40 == 0 else "0", "visit_time": str(after[3]) if answered else "",
        "resolved": ("true", "是", "false")[number % 3] if answered else "", "satisfied": "true" if answered else "",
        "secrecy": "true" if kind == "举报" else "false",
    }
