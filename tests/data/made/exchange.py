"""Made files of the kinds that no other sample has: an XML of the national exchange, a register in fixed width, saved pages.

python -m tests.data.made.exchange LANDING. Equal runs give equal bytes.
"""

import sys
from pathlib import Path
from xml.sax.saxutils import escape

from jobs.conform.plain.services import licence_check
from tests.data.made import crawl
from tests.data.made.identifiers import uscc

DATE = "2026-03-02"
MATERIALS, LICENCES = "made-materials.xml", "made-licences.txt"
NAMES = ("申请书", "营业执照", "授权委托书", "场所使用证明")
WIDTHS = {"id": 90, "name": 40, "type": 21, "number": 30, "holder": 40, "holder_code": 18, "area": 6, "dept": 40, "dept_code": 18, "date": 8}


def materials() -> bytes:
    """Twelve materials of three cases, one of them sent again, and two rows that are refused: no name, a count in words."""
    rows = [_material(case, place, name) for case in range(1, 4) for place, name in enumerate(NAMES)]
    rows += [rows[0], {**_material(4, 0, ""), "get_num": "1"}, {**_material(4, 1, "申请书"), "get_num": "若干"}]
    texts = ["".join(f"    <{name}>{escape(value)}</{name}>\n" for name, value in row.items()) for row in rows]
    body = "".join(f"  <up_pro_material>\n{text}  </up_pro_material>\n" for text in texts)
    return f'<?xml version="1.0" encoding="GB18030"?>\n<exchange>\n  <head><count>{len(rows)}</count></head>\n{body}</exchange>\n'.encode("gb18030")


def _material(case: int, place: int, name: str) -> dict[str, str]:
    return {
        "row_guid": f"{case:08d}{place:024d}", "data_source": "p33", "cd_operation": "I", "cd_time": f"2026-03-01 22:00:{place:02d}", "cd_batch": "2026030101",
        "project_no": f"33010620260301{case:07d}", "material_name": name, "get_type": str(place % 3), "get_num": "１" if place == 1 else "1", "material_attach_name": f"{name}<{place}>.pdf",
    }  # fmt: skip


def licences() -> bytes:
    """Eight licences between a head and a tail, in GB 18030; one with a wrong check character, one line cut off."""
    lines = [_licence(number) for number in range(1, 9)]
    lines[4] = _licence(5, wrong=True)
    lines[6] = lines[6][:200]
    return b"".join(line + b"\r\n" for line in ("HDR 电子证照 2026-03-01".encode("gb18030"), *lines, b"TRL 8"))


def _licence(number: int, *, wrong: bool = False) -> bytes:
    issuer, holder = uscc("11330106", "QB000208"), uscc("91330106", f"QQ9000{number:02d}")
    kind, serial, version = f"{uscc('11100000', 'QB000001')}011", f"2026{number:07d}", "001"
    check = licence_check(kind + issuer + serial + version)
    given = {
        "id": f"1.2.156.3005.2.{kind}.{issuer}.{serial}.{version}.{chr(ord(check) % 26 + 65) if wrong else check}", "name": "食品经营许可证", "type": kind,
        "number": f"JY1330106{number:07d}", "holder": f"示例{'甲乙丙丁戊己庚辛'[number - 1]}食品有限公司", "holder_code": holder, "area": "330106",
        "dept": "示例市市场监督管理局", "dept_code": issuer, "date": f"202602{number:02d}",
    }  # fmt: skip
    return b"".join(value.encode("gb18030").ljust(WIDTHS[name]) for name, value in given.items())


def pages() -> dict[str, bytes]:
    """Four pages: in UTF-8, in GB 18030 as declared, in GB 18030 and declared UTF-8, and one that is whole in no charset."""
    told = (("utf-8", "utf-8"), ("gb18030", "gb2312"), ("gb18030", "utf-8"))
    made = {f"made-page-{n}.html": crawl.PAGE.format(n=n, meta=f'<meta charset="{meta}">').encode(codec) for n, (codec, meta) in enumerate(told, start=1)}
    return {**made, "made-page-4.html": made["made-page-1.html"][:-40] + b"\xff\xfe\xff\x81" + made["made-page-2.html"][-40:]}


def files() -> dict[str, bytes]:
    """Every file by its place in landing."""
    found = {f"business/case_material/{DATE}/{MATERIALS}": materials(), f"business/licence/{DATE}/{LICENCES}": licences()}
    return {**found, **{f"internet/saved_page/{DATE}/{name}": content for name, content in pages().items()}}


if __name__ == "__main__":
    for place, content in files().items():
        path = Path(sys.argv[1]) / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
