"""The charset of a page: what was declared, what its bytes are, and who decided."""

import pytest

from jobs.ingest.charset import decoded

TEXT = "国务院办公厅关于朱镕基同志的通知"
META = '<meta http-equiv="Content-Type" content="text/html; charset={}">'


def said(body: bytes, content_type: str | None = None) -> tuple[str, str, bool] | None:
    found = decoded(body, content_type)
    return (found.charset, found.basis, found.is_as_declared) if found else None


@pytest.mark.parametrize(("body", "content_type", "wanted"), [
    pytest.param(TEXT.encode(), None, ("utf-8", "bytes", True), id="UTF-8, nothing declared"),
    pytest.param(TEXT.encode(), "text/html; charset=gb2312", ("utf-8", "bytes", False), id="UTF-8 declared as gb2312"),
    pytest.param((META.format("gbk") + TEXT).encode(), "text/html; charset=utf-8", ("utf-8", "bytes", False), id="header right, meta wrong"),
    pytest.param(TEXT.encode("gbk"), "text/html; charset=utf-8", ("gb18030", "nothing else", False), id="GBK declared as UTF-8"),
    pytest.param((META.format("gb2312") + TEXT).encode("gbk"), None, ("gb18030", "meta", True), id="a sign GB 2312 lacks, declared gb2312"),
    pytest.param((META.format("gb2312") + TEXT).encode("gbk"), "text/html; charset=ISO-8859-1", ("gb18030", "meta", False), id="the server's default over the page's own"),
    pytest.param(TEXT.encode("gbk"), None, ("gb18030", "nothing else", True), id="GBK, nothing declared"),
    pytest.param("國務院辦公廳".encode("big5"), "text/html;charset=Big5", ("big5hkscs", "http", True), id="Big5"),
    pytest.param("\ufeff通知".encode(), "text/html; charset=gbk", ("utf-8", "bom", False), id="a mark against the header"),
    pytest.param("\ufeff通知".encode("utf-16-le"), None, ("utf-16-le", "bom", True), id="UTF-16 with its mark"),
    pytest.param(b"caf\xe9 \xff!", "text/html; charset=iso-8859-1", ("cp1252", "http", True), id="Latin-1 where nothing else fits"),
    pytest.param(b"plain", "text/html; charset=nonsense", ("utf-8", "nothing else", False), id="an unknown label"),
    pytest.param("䶮𠮷".encode("gb18030"), "text/html; charset=GB18030", ("gb18030", "http", True), id="rare characters"),
    pytest.param(b"\xff\xff\x80", None, None, id="whole in no charset"),
])  # fmt: skip
def test_a_page_is_read_in_the_charset_its_bytes_prove_and_what_was_declared_is_recorded(body: bytes, content_type: str | None, wanted: object) -> None:
    assert said(body, content_type) == wanted


def test_the_middle_dot_of_a_name_is_the_one_of_the_standard() -> None:
    found = decoded("买买提·艾力".encode("gbk"), "text/html; charset=gb2312")
    assert found and found.text == "买买提\u00b7艾力"


def test_both_declarations_are_kept_as_they_were() -> None:
    found = decoded(META.format("GB2312").encode(), "text/html; charset=UTF-8")
    assert found and (found.http, found.meta) == ("utf-8", "gb2312")
