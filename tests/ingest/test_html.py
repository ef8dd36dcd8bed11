"""HTML files, and what a page says of itself."""

import json
from pathlib import Path

import pytest

from jobs.ingest.html import PAGE_LIMIT
from jobs.ingest.page import said
from schemas.errors import Refused
from tests.ingest.cases import contract, prepared, read

PAGE = contract("title", "content", source_format="html")
DOCUMENT = """<html><head><title>国务院关于示例的意见_中国政府网</title><meta name="ArticleTitle" content="国务院关于示例的意见">
<meta name="PubDate" content="2019-02-15 17:00"><meta name="SiteIDCode" content="bm01000001"><meta name="ContentSource" content="国务院"></head><body>
<table><tr><td>索 引 号：</td><td>000014349/2019-00007</td><td>主题分类：</td><td>综合政务</td></tr><tr><td>发文机关：</td><td>国务院</td>
<td>成文日期：</td><td>2019年01月27日</td></tr><tr><td>发文字号：</td><td>国发〔2019〕5号</td><td>发布日期：</td><td>2019年02月15日</td></tr></table>
<script>var 文号 = "国发〔1999〕1号"</script><p>根据国发〔2018〕3号文件</p><a href="1.pdf">附件</a><a href="1.pdf">又</a><a href="#top">上</a><a href="javascript:x()">x</a>
</body></html>"""


def test_a_document_gives_its_head_from_meta_elements_and_labels() -> None:
    found = said(DOCUMENT, "http://www.gov.cn/a/b.htm")
    assert {name: value for name, value in found.items() if name not in ("content", "links")} == {
        "index_no": "000014349/2019-00007", "document_no": "国发〔2019〕5号", "issuing_body": "国务院", "published_on": "2019-02-15",
        "written_on": "2019年01月27日", "site_code": "bm01000001", "title": "国务院关于示例的意见", "source": "国务院",
    }  # fmt: skip


def test_links_are_whole_and_once_and_scripts_are_no_text() -> None:
    found = said(DOCUMENT, "http://www.gov.cn/a/b.htm")
    assert json.loads(found["links"] or "") == ["http://www.gov.cn/a/1.pdf"]
    assert "1999" not in (found["content"] or "")


@pytest.mark.parametrize(("body", "name", "value"), [
    ("<p>索引号：11330000002482005U/2026-00001 文号：浙政发〔2026〕1号</p>", "index_no", "11330000002482005U/2026-00001"),
    ("<p>文号：浙政发〔2026〕1号 发布日期：2026-3-1</p>", "document_no", "浙政发〔2026〕1号"),
    ("<p>[文 号] 浙政办发[2026]第 12 号</p>", "document_no", "浙政办发[2026]第12号"),
    ("<div>发布机构：市统计局</div>", "issuing_body", "市统计局"),
    ("<footer>政府网站标识码：3301000001 京ICP备05070218号</footer>", "site_code", "3301000001"),
    ("<footer>京公网安备11010202007633号</footer>", "site_code", None),
    ("<p>根据国发〔2018〕3号</p>", "document_no", None),
    ("<p>文号：</p><p>无</p>", "document_no", None),
    ("", "title", None),
])  # fmt: skip
def test_a_value_is_taken_where_its_label_stands_and_nowhere_else(body: str, name: str, value: str | None) -> None:
    assert said(body, None)[name] == value


def test_a_file_is_one_record_with_its_charset_told(tmp_path: Path) -> None:
    (found,) = read(tmp_path / "a.html", "<meta charset=gb2312><title>通知</title>".encode("gbk"), PAGE)
    values = dict(zip(found.names, found.values, strict=True))
    assert (values["title"], values["charset"], values["charset_basis"], values["charset_as_declared"]) == ("通知", "gb18030", "meta", "true")


def test_a_file_in_no_charset_and_one_too_long_are_defects(tmp_path: Path) -> None:
    sent = {"a.html": b"\xff\xff\x80", "b.html": b"<p>" + b"x" * PAGE_LIMIT}
    assert [read(tmp_path / name, body, PAGE)[0].defect for name, body in sent.items()] == ["encoding", "too_long"]


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is empty"):
        prepared(tmp_path, PAGE, b"", "a.html")


def test_a_page_that_takes_too_much_memory_is_a_defect_and_the_next_one_is_read(tmp_path: Path) -> None:
    # Each paragraph opens again every font that is still open: 200 million elements out of 400 KB.
    hostile = "".join(f"<p><font color={number}>x" for number in range(20_000))
    assert [read(tmp_path / name, body.encode(), PAGE)[0].defect for name, body in (("a.html", hostile), ("b.html", DOCUMENT))] == ["page_tangled", None]
