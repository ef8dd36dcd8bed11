"""Where and when the made data plays: real division codes, made names, days around the business date."""

from datetime import date, timedelta

BUSINESS_DATE = date(2026, 3, 2)
FIRST_DAY = date(2003, 1, 1)
DAYS = tuple((FIRST_DAY + timedelta(days=n)).isoformat() for n in range((BUSINESS_DATE - FIRST_DAY).days))
BIRTHS = tuple((date(1955, 1, 1) + timedelta(days=n)).strftime("%Y%m%d") for n in range(16_000))

# Codes and names of GB/T 2260 that are the same in every list from 2003 to 2023 (modood/Administrative-divisions-of-China,
# areas.csv of 2023, WTFPL; PyPI GB2260, BSD-3-Clause).
AREAS = tuple(
    tuple(line.split())
    for line in """330106 杭州市西湖区
330102 杭州市上城区
330108 杭州市滨江区
330122 杭州市桐庐县
330127 杭州市淳安县
330182 杭州市建德市
330203 宁波市海曙区
330205 宁波市江北区
330206 宁波市北仑区
330211 宁波市镇海区
330225 宁波市象山县
330226 宁波市宁海县
330302 温州市鹿城区
330303 温州市龙湾区
330304 温州市瓯海区
330326 温州市平阳县
330381 温州市瑞安市
330382 温州市乐清市
330411 嘉兴市秀洲区
330421 嘉兴市嘉善县
330481 嘉兴市海宁市
330482 嘉兴市平湖市
330502 湖州市吴兴区
330521 湖州市德清县
330602 绍兴市越城区
330681 绍兴市诸暨市
330702 金华市婺城区
330782 金华市义乌市
330783 金华市东阳市
330802 衢州市柯城区
330902 舟山市定海区
331002 台州市椒江区
331022 台州市三门县
331081 台州市温岭市
331102 丽水市莲都区
331181 丽水市龙泉市""".splitlines()
)

# Holiday notice of the State Council for 2026, as far as the made cases reach (cases of 2026-01-05 … 03-01).
OFF = {"2026-01-01", "2026-01-02", "2026-01-03", *(f"2026-02-{day}" for day in range(15, 24)),
       "2026-04-04", "2026-04-05", "2026-04-06"}
WORKING = {"2026-01-04", "2026-02-14", "2026-02-28"}

STEMS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
TRADES = ("科技", "贸易", "食品", "餐饮管理", "建筑工程", "物流", "医药", "纺织", "机械", "文化传媒", "环保", "信息技术")


def _workdays() -> tuple[str, ...]:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(130)]
    texts = [(day.isoformat(), day.weekday() < 5) for day in days]
    return tuple(text for text, is_week in texts if text in WORKING or (is_week and text not in OFF))


WORKDAYS = _workdays()
LAST_WORKDAY = WORKDAYS.index("2026-02-28")


def person(number: int) -> str:
    """Return a name that is clearly no person's: 测试 and two signs of the old calendar."""
    return "测试" + STEMS[number % 22] + STEMS[number // 22 % 22]


def word(number: int) -> str:
    """Return three signs of the old calendar, different for the first 10,648 numbers."""
    return STEMS[number % 22] + STEMS[number // 22 % 22] + STEMS[number // 484 % 22]


def mobile(number: int) -> str:
    """Return a mobile number whose middle digits are all zero."""
    return f"1{(30, 35, 38, 50, 77, 91)[number % 6]}0000{number % 10_000:04d}"
