"""Made service items and the cases that go through them: acceptance, steps, results."""

from random import Random

from tests.data.made.identifiers import citizen_id
from tests.data.made.parties import Body, Row, bodies
from tests.data.made.places import BIRTHS, LAST_WORKDAY, WORKDAYS, mobile, person

VERBS = ("备案", "许可", "变更登记", "延续", "注销", "确认", "补证")
THINGS = ("食品经营", "道路货物运输", "公共场所卫生", "户外广告设置", "劳务派遣经营", "城镇排水", "小餐饮", "医疗机构执业")
KINDS = ("01", "01", "01", "05", "07", "10", "20")


def _guid(rng: Random) -> str:
    return f"{rng.getrandbits(128):032x}"


def _envelope(guid: str, number: int, at: str) -> Row:
    return {"row_guid": guid, "data_source": "p33", "cd_operation": "I", "cd_time": at,
            "cd_batch": at[:10].replace("-", "") + f"{number % 4 + 1:02d}"}


def items(rng: Random, count: int) -> list[Row]:
    """Return `count` service items of twenty bodies; about two in three are instant items."""
    makers = bodies("行政审批局", 20)
    return [_item(makers[number % 20], number, _guid(rng)) for number in range(count)]


def _item(body: Body, number: int, guid: str) -> Row:
    kind = KINDS[number % len(KINDS)]
    base = f"{'00' if number % 4 == 0 else '33'}{kind}{10 + number % 40}{number // 40 + 1:03d}{number % 7:03d}"
    code = body.code + "4" + base
    return {
        "task_code": code, "catalog_code": base, "task_handle_item": f"{code}01" if number % 3 == 0 else "",
        "local_catalog_code": f"XK{number:08d}", "local_task_code": "",
        "task_name": f"{THINGS[number % 8]}{VERBS[number // 8 % 7]}（{number // 56 + 1}类）", "task_type": kind,
        "task_version": str(1 + number % 3), "task_state": "1", "dept_name": body.name, "dept_code": body.code,
        "dept_type": "1", "entrust_name": "", "use_level": "4", "power_source": "1",
        "by_law": "《中华人民共和国行政许可法》第十二条", **_limits(number), "server_type": ("2", "1,2", "1")[number % 3],
        "accept_condition": "一、符合法定条件；\n二、材料齐全。" if number % 5 == 0 else "材料齐全，符合法定形式",
        "material_list": ("申请表", "申请表；营业执照", "")[number % 3], "handle_flow": "申请、受理、办结", "special_procedure": "不涉及", "is_fee": "0", "fee_basis": "",
        "limit_scene_num": str(number % 2), "handle_type": "1,2", "transact_addr": "示例市政务服务中心",
        "transact_time": "工作日9:00-17:00", "link_way": "12345", "supervise_way": "12345",
        "plan_effective_date": "2025-01-01", "plan_cancel_date": "长期" if number % 2 else "2035-12-31",
        **_envelope(guid, number, "2026-02-28 03:00:00"),
    }


def _limits(number: int) -> Row:
    instant = number % 3 < 2
    return {"project_type": "1" if instant else "2", "promise_day": "0" if instant else str(5 + number % 11),
            "promise_type": "1", "promise_explain": "当场办结" if instant else "", "anticipate_day": "20",
            "anticipate_type": "1", "anticipate_explain": "自受理之日起二十个工作日"}


def accepts(rng: Random, count: int, catalogue: list[Row], register: list[Row]) -> list[Row]:
    """Return `count` accepted cases of the catalogue's items, by bodies of the register and by persons."""
    return [_accept(rng, number, catalogue[int(rng.random() ** 1.5 * len(catalogue))], register) for number in range(count)]


def _accept(rng: Random, number: int, item: Row, register: list[Row]) -> Row:
    day = int(rng.random() * LAST_WORKDAY)
    at, instant = WORKDAYS[day], item["project_type"] == "1"
    hour, minute = 9 + number % 7, number % 50
    due = at if instant else WORKDAYS[day + int(item["promise_day"])]
    guid = _guid(rng)
    return {
        **_envelope(guid, number, f"{at} 23:{minute:02d}:00"), "project_no": f"{item['dept_code'][2:8]}{at.replace('-', '')}{1_000_000 + number}",
        "task_code": item["task_code"], "catalog_code": item["catalog_code"], "task_handle_item": item["task_handle_item"],
        "task_name": item["task_name"], "task_version": item["task_version"], "project_type": item["project_type"],
        "apply_type": "1223"[number % 4], "apply_date": f"{at} {hour - 1:02d}:{minute:02d}:05",
        "accept_date": f"{at} {hour:02d}:{minute:02d}:30", "promise_date": due,
        "accept_doc_no": f"示受字〔2026〕第{number:07d}号", "org_code": item["dept_code"], "org_name": item["dept_name"],
        "handle_user_name": person(number % 60), **_applicant(rng, number, item, register),
    }


def _applicant(rng: Random, number: int, item: Row, register: list[Row]) -> Row:
    body = register[int(rng.random() * len(register))]
    contact = {"contact_name": person(number + 3), "contact_type": "111",
               "contact_code": citizen_id("330106", BIRTHS[int(rng.random() * len(BIRTHS))]), "contact_mobile": mobile(number)}
    if rng.random() < 0.65:
        own = {"applyer_name": body["name"], "applyer_type": "2", "applyer_page_type": "001", "applyer_page_code": body["uscc"]}
    else:
        own = {"applyer_name": contact["contact_name"], "applyer_type": "1", "applyer_page_type": "111",
               "applyer_page_code": contact["contact_code"]}
    return {**own, **contact, "legal": body["legal_representative"] if own["applyer_type"] == "2" else "",
            "project_name": f"{own['applyer_name']}{item['task_name']}", "address": body["address"], "zip_code": "310000"}


def steps(rng: Random, cases: list[Row], finished: int) -> tuple[list[Row], list[Row]]:
    """Return the steps of all cases and the results of about `finished` of them; an instant case has two steps."""
    process: list[Row] = []
    results: list[Row] = []
    for number, case in enumerate(cases):
        is_done = rng.random() * len(cases) < finished
        start = case["accept_date"]
        end = f"{start[:10]} {int(start[11:13]) + 1:02d}{start[13:]}"
        instant = case["project_type"] == "1"
        names = ("受理", "办结") if instant and is_done else ("受理", "审查", "办结") if is_done else ("受理",)
        for name in names:
            at = end if instant and is_done else start if name == "受理" else end
            process.append(_step(rng, number, case, (name, at)))
        if is_done:
            results.append(_result(rng, number, case, end))
    return process, results


def _step(rng: Random, number: int, case: Row, event: tuple[str, str]) -> Row:
    name, at = event
    return {**_envelope(_guid(rng), number, f"{at[:10]} 23:30:00"), "project_no": case["project_no"], "process_name": name,
            "event_name": "通过", "event_start_time": at, "event_end_time": at, "handle_user_name": case["handle_user_name"],
            "handle_explain": "材料齐全，符合法定形式，准予办理", "remark": ""}


def _result(rng: Random, number: int, case: Row, at: str) -> Row:
    issued = number % 3 == 0
    return {**_envelope(_guid(rng), number, f"{at[:10]} 23:40:00"), "project_no": case["project_no"],
            "result_type": "0" if issued else "6", "result_date": at, "result_explain": "准予办理",
            "result_cetr_name": "示例许可证" if issued else "", "result_cetr_no": f"SL{case['project_no']}" if issued else "",
            "is_delivery_results": str(number % 2), "satisfaction": "11123"[number % 5] if rng.random() < 0.6 else "",
            "handle_user_name": case["handle_user_name"]}
