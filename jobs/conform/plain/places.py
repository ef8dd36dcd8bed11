"""Codes of places and of what stands in them, read in plain Python: divisions, government web sites."""

from jobs.conform.plain.reading import Reading, faulty, misshapen
from jobs.conform.plain.tables import DIGITS, PROVINCES, WITHOUT_COUNTIES

TOWNSHIPS = ((99, "街道 subdistrict"), (199, "镇 town"), (399, "乡 township"), (599, "政企合一单位 township-like unit"))
VILLAGES = ((199, "居委会 residents' committee"), (399, "村委会 villagers' committee"), (599, "类似单位 similar unit"))


def read_admin_division(text: str) -> Reading:
    """Read the form of a division code of 6, 9 or 12 digits. Sources: GB/T 2260, GB/T 10114, statistics codes.

    Whether the place existed on a day is a look-up (`in_table`), not form.
    """
    if len(text) not in (6, 9, 12):
        return faulty(f"应为6、9或12位，实为{len(text)}位", f"must have 6, 9 or 12 digits, has {len(text)}")
    if fault := misshapen(text, len(text), DIGITS):
        return Reading(fault)
    province, town, village = PROVINCES.get(text[:2]), text[6:9], text[9:]
    if province is None:
        return faulty("前两位不是省级代码", "the first two digits are no province")
    if text[2:4] == "00" and text[4:6] != "00":
        return faulty("地级为00而县级不为00", "a county stands under no prefecture")
    if not _stands_right(text[:6], town, village):
        return faulty("乡级或村级代码不成立", "the township or village part does not fit")
    level = _level(text)
    kind = _kind(int(village), VILLAGES) if level == "村级 village" else _kind(int(town or 0), TOWNSHIPS)
    parts = (("省级 province", province), ("级别 level", level))
    return Reading(None, (*parts, ("类别 kind", kind)) if level[0] in "乡村" else parts)


def _stands_right(county: str, town: str, village: str) -> bool:
    if not town or (town == "000" and len(village) == 3):
        return village in ("", "000")
    hangs = county[4:] != "00" or county in WITHOUT_COUNTIES
    return hangs and 1 <= int(town) <= 599 and int(village or 0) <= 599


def _level(text: str) -> str:
    if text[9:] not in ("", "000"):
        return "村级 village"
    if text[6:9] not in ("", "000"):
        return "乡级 township"
    if text[2:6] == "0000":
        return "省级 province"
    return "地级 prefecture" if text[4:6] == "00" else "县级 county"


def _kind(number: int, kinds: tuple[tuple[int, str], ...]) -> str:
    return next(name for last, name in kinds if number <= last)


def read_website_id(text: str) -> Reading:
    """Read a government web site code. Source: State Council web site census of 2015."""
    if text[:2] == "bm":
        fault = misshapen(text[2:], 8, DIGITS)
        return Reading(fault, (("类别 kind", "国务院部门网站 site of a State Council body"),))
    if fault := misshapen(text, 10, DIGITS):
        return Reading(fault)
    if text[:2] not in PROVINCES:
        return faulty("前两位不是省级代码", "the first two digits are no province")
    return Reading(None, (("区划 division", f"{text[:6]} {PROVINCES[text[:2]]}"), ("序号 serial", text[6:])))
