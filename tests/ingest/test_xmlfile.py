"""XML as the driver reads it: elements as records, places as names, and what is refused."""

import tracemalloc
from pathlib import Path

import pytest

from jobs.ingest.prepare import prepare
from jobs.ingest.reader import Record
from schemas.errors import Refused
from schemas.template import XmlTemplate
from tests.ingest.cases import column, contract, desk, landed, prepared, read

KIND = contract("code", column("name", title="名称"), source_format="xml", template=XmlTemplate("row", ("count",)))
TWO = "<data><count>2</count><row><code>1</code><名称>甲</名称></row><row><code>2</code></row></data>"


def found(tmp_path: Path, text: str | bytes) -> list[Record]:
    return read(tmp_path / "a.xml", text.encode() if isinstance(text, str) else text, KIND)


def members(record: Record) -> dict[str, str | None]:
    return dict(zip(record.names, record.values, strict=True))


def test_each_element_of_the_name_is_a_record_with_its_number(tmp_path: Path) -> None:
    assert [(r.row, members(r)) for r in found(tmp_path, TWO)] == [(1, {"code": "1", "名称": "甲"}), (2, {"code": "2"})]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        pytest.param("<code> 01 </code>", {"code": " 01 "}, id="text with blanks"),
        pytest.param("<code/><name>\n</name>", {"code": None, "name": None}, id="empty elements"),
        pytest.param("<a><b>1</b><c>2</c></a>", {"a/b": "1", "a/c": "2"}, id="elements in elements"),
        pytest.param("<code id='7'>1</code>", {"code/@id": "7", "code": "1"}, id="an attribute"),
        pytest.param("<code><![CDATA[<1>]]>&amp;&#x4e00;</code>", {"code": "<1>&一"}, id="CDATA and character references"),
        pytest.param("beside<code>1</code>", {"code": "1", "#text": "beside"}, id="text beside elements"),
        pytest.param("<n:code xmlns:n='urn:x' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:nil='true'/>", {"code": None}, id="namespaces"),
        pytest.param("<row>1</row>", {"row": "1"}, id="an element of the record's own name"),
    ],
)  # fmt: skip
def test_a_value_is_named_by_its_place_in_the_record(inside: str, expected: dict[str, str | None], tmp_path: Path) -> None:
    (record,) = found(tmp_path, f"<data><row>{inside}</row></data>")
    assert members(record) == expected


def test_attributes_of_the_record_are_values(tmp_path: Path) -> None:
    (record,) = found(tmp_path, '<data><row code="1" x="y"/></data>')
    assert members(record) == {"@code": "1", "@x": "y"}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(TWO.encode(), id="UTF-8 undeclared"),
        pytest.param(b"\xef\xbb\xbf" + TWO.encode(), id="with a mark"),
        pytest.param(f'<?xml version="1.0" encoding="GB2312"?>{TWO}'.encode("gb18030"), id="GB2312 as declared"),
        pytest.param(f'<?xml version="1.0" encoding="UTF-16"?>{TWO}'.encode("utf-16"), id="UTF-16"),
    ],
)
def test_the_encoding_is_the_one_declared(content: bytes, tmp_path: Path) -> None:
    assert members(found(tmp_path, content)[0])["名称"] == "甲"


def test_an_element_beside_the_records_is_a_defect_unless_it_is_to_be_ignored(tmp_path: Path) -> None:
    records = found(tmp_path, "<d><count>2</count><Row>first</Row><row><code>1</code></row><rwo>x<code>2</code></rwo><row/></d>")
    assert [(r.row, r.defect, r.raw) for r in records] == [
        (1, "shape", '[["Row","first"]]'), (2, None, None), (3, "shape", '[["rwo","x"]]'), (4, None, None),
    ]  # fmt: skip


def test_a_record_that_gives_a_name_twice_is_a_defect(tmp_path: Path) -> None:
    ready = prepared(tmp_path, KIND, b"<d><row><code>1</code><code>2</code></row></d>", "a.xml")
    assert ready.path.read_text() == '{"r":1,"d":"shape","t":"[[\\"code\\",\\"1\\"],[\\"code\\",\\"2\\"]]"}\n'


def test_a_record_beyond_the_limit_is_cut_and_its_neighbours_are_whole(tmp_path: Path) -> None:
    text = f"<d><row><code>1</code></row><row><code>{'x' * 3_000_000}</code></row><row><code>3</code></row></d>"
    records = found(tmp_path, text)
    assert ([r.defect for r in records], len(records[1].raw or "")) == ([None, "too_long", None], 1000)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"", "is empty", id="no byte"),
        pytest.param(b" \n", "is empty", id="blanks"),
        pytest.param(b"<d><row><code>1</row></d>", "is not well-formed XML: mismatched tag in line 1, column", id="unbalanced"),
        pytest.param(b"<d>\n<row><code>1</code></row>\n", "is not well-formed XML: no element found in line 3", id="cut off"),
        pytest.param(b"<d><item><code>1</code></item></d>", r"has no element 'row' \(found 'd', 'item', 'code'\)", id="another record element"),
        pytest.param(b'<!DOCTYPE d [<!ENTITY a "x">]><d><row>&a;</row></d>', "has a document type declaration", id="a DTD"),
        pytest.param(b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><d><row/></d>', "has a document type declaration", id="a DTD from outside"),
        pytest.param(b"<d><row>&a;</row></d>", "is not well-formed XML: undefined entity", id="an entity"),
        pytest.param(b'<?xml version="1.0" encoding="big5"?><d/>', "declares the encoding 'big5', which is not read", id="an encoding not read"),
        pytest.param("<d><row>企业</row></d>".encode("gbk"), "is not whole UTF-8 text", id="GBK that says it is UTF-8"),
        pytest.param(b"<d>" * 200, "has more than 100 elements in one another", id="a deep one"),
        pytest.param(b"<d>" + b"<x/>" * 2000 + b"<row/></d>", "has more than 1000 elements before its first 'row'", id="a head without end"),
        pytest.param(b"code,name\n1,2\n", "is not well-formed XML", id="CSV"),
    ],
)  # fmt: skip
def test_what_is_no_sound_file_is_refused_with_the_place(content: bytes, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=f"^{sentence}.*Nothing was read; the file stays in landing. ."):
        found(tmp_path, content)


def test_a_large_file_is_read_in_little_memory(tmp_path: Path) -> None:
    file, place = landed(tmp_path / "a.xml", b"<d>" + b"<row><code>%s</code></row>" % (b"x" * 2_000) * 12_000 + b"</d>"), desk(KIND, tmp_path / "work")
    tracemalloc.start()
    ready = prepare(file, place)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (ready.report.records, most < 16 << 20) == (12_000, True)  # of 24 million bytes, one or two mebibytes at a time
