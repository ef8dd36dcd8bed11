"""Made permits and penalties of the made enterprises, with the field names of the 2018 double-publicity standard."""

from random import Random

from tests.data.made.identifiers import citizen_id, serial, uscc
from tests.data.made.parties import Body, Row, bodies
from tests.data.made.places import BIRTHS, DAYS, person

UNKNOWN = 0.005  # share of parties that the register does not know
CERTIFICATES = ("食品经营许可证", "道路运输经营许可证", "卫生许可证", "排污许可证", "特种设备使用登记证")
OFFENCES = (
    ("未按规定标示商品价格", "当事人经营的商品未明码标价", "《中华人民共和国价格法》第四十二条"),
    ("销售超过保质期的食品", "当事人货架上有超过保质期的食品", "《中华人民共和国食品安全法》第一百二十四条"),
    ("未经登记从事经营活动", "当事人未办理变更登记即开展经营", "《中华人民共和国市场主体登记管理条例》第四十三条"),
)


def permits(rng: Random, count: int, register: list[Row]) -> list[Row]:
    """Return `count` permits, nine in ten of them for a body of the register."""
    authorities = bodies("行政审批局", 20)
    return [_permit(rng, number, _party(rng, number, register, "XK"), authorities[number % 20]) for number in range(count)]


def penalties(rng: Random, count: int, register: list[Row]) -> list[Row]:
    """Return `count` penalties, nine in ten of them for a body of the register."""
    authorities = bodies("市场监督管理局", 20)
    return [_penalty(rng, number, _party(rng, number, register, "CF"), authorities[number % 20]) for number in range(count)]


def _party(rng: Random, number: int, register: list[Row], prefix: str) -> Row:
    pick = rng.random()
    party = dict.fromkeys((f"{prefix}_{field}" for field in (
        "XDR_MC", "XDR_LB", "XDR_SHXYM", "XDR_GSZC", "XDR_ZZJG", "XDR_SWDJ", "XDR_SYDW", "XDR_SHZZ",
        "FRDB", "FR_ZJLX", "FR_ZJHM", "XDR_ZJLX", "XDR_ZJHM")), "")
    if pick > 0.92:
        found = {"XDR_MC": person(number), "XDR_LB": "自然人", "XDR_ZJLX": "身份证",
                 "XDR_ZJHM": citizen_id("330106", BIRTHS[int(rng.random() * len(BIRTHS))])}
    else:
        found = _organisation(number, register[int(rng.random() * len(register))], pick < UNKNOWN)
    return party | {f"{prefix}_{field}": value for field, value in found.items()}


def _organisation(number: int, body: Row, is_unknown: bool) -> Row:
    code = uscc("91330106", "QU" + serial(number, 6)) if is_unknown else body["uscc"]
    return {
        "XDR_MC": body["name"], "XDR_SHXYM": code, "XDR_ZZJG": code[8:17], "XDR_GSZC": body["business_reg_no"],
        "XDR_LB": "个体工商户" if body["org_type"] == "2" else "法人及非法人组织",
        "FRDB": body["legal_representative"], "FR_ZJLX": "身份证", "FR_ZJHM": body["legal_person_id"],
    }


def _permit(rng: Random, number: int, party: Row, authority: Body) -> Row:
    day = len(DAYS) - 2 - int(rng.random() * 700)
    decided, certificate = DAYS[day], CERTIFICATES[number % len(CERTIFICATES)]
    return party | {
        "XK_XKWS": "准予行政许可决定书", "XK_WSH": f"示行审准字〔{decided[:4]}〕第{number:06d}号",
        "XK_XKLB": ("普通", "核准", "登记", "认可", "其他-备案")[number % 5], "XK_XKZS": certificate,
        "XK_XKBH": f"SL{authority.area}{decided[:4]}{number:07d}", "XK_NR": f"准予{certificate}所载事项",
        "XK_JDRQ": decided, "XK_YXQZ": decided,
        "XK_YXQZI": "2099-12-31" if number % 11 == 0 else f"{int(decided[:4]) + 5}-12-31",
        "XK_XKJG": authority.name, "XK_XKJGDM": authority.code, "XK_ZT": "1" if rng.random() < 0.95 else "2",
        "XK_LYDW": authority.name, "XK_LYDWDM": authority.code, "BZ": "",
        "SJC": f"{DAYS[day + 1]} {8 + number % 12:02d}:{number % 60:02d}:11",
    }


def _penalty(rng: Random, number: int, party: Row, authority: Body) -> Row:
    day = len(DAYS) - 2 - int(rng.random() * 500)
    decided, (kind, facts, law) = DAYS[day], OFFENCES[number % len(OFFENCES)]
    fine = (1 + int(rng.random() ** 3 * 200)) * 500
    label, seized = (("罚款", 0), ("警告", 0), ("罚款；没收违法所得", fine * 2))[0 if number % 4 else number // 4 % 3]
    until = f"{int(decided[:4]) + 1}{decided[4:]}".replace("-02-29", "-02-28")
    return party | {
        "CF_WSH": f"示市监罚决〔{decided[:4]}〕{number:06d}号", "CF_WFXW": kind, "CF_SY": facts, "CF_YJ": law,
        "CF_CFLB": label, "CF_NR": f"罚款人民币{fine}元" if "罚款" in label else "予以警告",
        "CF_NR_FK": f"{fine / 10_000:.6f}" if "罚款" in label else "", "CF_NR_WFFF": f"{seized / 10_000:.6f}" if seized else "",
        "CF_NR_ZKDX": "", "CF_JDRQ": decided, "CF_YXQ": until, "CF_GSJZQ": until,
        "CF_CFJG": authority.name, "CF_CFJGDM": authority.code, "CF_SJLY": authority.name, "CF_SJLYDM": authority.code,
        "BZ": "", "SJC": f"{DAYS[day + 1]} {8 + number % 12:02d}:{number % 60:02d}:22",
    }
