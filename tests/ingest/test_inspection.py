"""One look at a file: its packing, its encoding, whether Spark may read it as it lies, or why nobody can."""

import codecs
import gzip
from pathlib import Path

import pytest
import zstandard

from jobs.evidence.intake import LandedFile
from jobs.ingest.inspection import Inspection, inspect
from schemas.errors import Refused
from tests.ingest.cases import QUALITY, landed, records, told

TEXT = "代码,名称\n" + "".join(f"{n},第{n}号企业\n" for n in range(50))
BIG = TEXT.encode() * 3000
PAIRS = QUALITY / "encoding-cjk-pairs"


def look(tmp_path: Path, content: bytes, name: str = "a.csv", block: int = 1 << 20) -> Inspection:
    return inspect(landed(tmp_path / name, content), block)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        pytest.param(b"a,b\n1,2\n", "utf-8", id="ASCII"),
        pytest.param(TEXT.encode(), "utf-8", id="UTF-8"),
        pytest.param(TEXT.encode("utf-8-sig"), "utf-8-sig", id="UTF-8 with mark"),
        pytest.param(TEXT.encode("gbk"), "gb18030", id="GBK"),
        pytest.param("a,名\n1,䶮𠮷㛃\n".encode("gb18030"), "gb18030", id="GB 18030, rare characters"),
        pytest.param(TEXT.encode("utf-16"), "utf-16-le", id="UTF-16 with mark"),
        pytest.param(TEXT.encode("utf-16-le"), "utf-16-le", id="UTF-16 LE without mark"),
        pytest.param(TEXT.encode("utf-16-be"), "utf-16-be", id="UTF-16 BE without mark"),
        pytest.param(codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "utf-32-le", id="UTF-32 with mark"),
        pytest.param(b"a,b\n1,\0\n\0\0\0\0\n", "utf-8", id="stray NULs"),
        pytest.param("代码,一\n一,一\n".encode("utf-16-le"), "utf-16-le", id="UTF-16 with ideographs U+xx00"),
    ],
)
def test_the_encoding_is_found_and_the_text_is_right(content: bytes, encoding: str, tmp_path: Path) -> None:
    assert look(tmp_path, content).encoding == encoding
    named = {name for record in records(tmp_path / "a.csv", content) for name in record.names}
    assert named <= {"代码", "名称", "a", "b", "名", "一"}


@pytest.mark.parametrize("name", ["gb2312", "gbk", "gb18030"])
def test_the_encoding_pairs_of_cpython_decode_to_their_twins(name: str, tmp_path: Path) -> None:
    lines = [
        f"text{n}".encode() + b"," + line for n, line in enumerate((PAIRS / f"{name}.txt").read_bytes().split(b"\n"))
    ]
    twin = (PAIRS / f"{name}-utf8.txt").read_text(encoding="utf-8").split("\n")
    found = records(tmp_path / "a.csv", b"id,text\n" + b"\n".join(lines))
    given = [(r.values[1] if r.defect is None else str(r.raw).split(",", 1)[1]) or "" for r in found]
    # Python's gb2312 reads A1A4 as U+30FB and A1AA as U+2015; GB 18030 says U+00B7 and U+2014 (FACTS section 5).
    assert given == [line.replace("\u30fb", "\u00b7").replace("\u2015", "\u2014") for line in twin]


@pytest.mark.parametrize(
    ("lines", "encoding", "defects"),
    [
        pytest.param(["utf-8", "utf-8", "gbk"], "utf-8", [None, None, "encoding"], id="most lines are UTF-8"),
        pytest.param(["utf-8", "gbk"], "utf-8", [None, "encoding"], id="half and half"),
        pytest.param(["gbk", "gbk", "gbk"], "gb18030", [None, None, None], id="no line is UTF-8"),
    ],
)
def test_the_majority_of_lines_decides_and_the_others_are_defects(
    lines: list[str], encoding: str, defects: list[str | None], tmp_path: Path
) -> None:
    content = b"a\n" + b"".join("企业名称登记\n".encode(name) for name in lines)
    assert look(tmp_path, content).encoding == encoding
    assert [record.defect for record in records(tmp_path / "a.csv", content)] == defects


def test_a_euro_sign_of_windows_is_a_defect_in_a_gbk_file(tmp_path: Path) -> None:
    found = records(tmp_path / "a.csv", "a,b\n企业,1\n企业,2\n".encode("gbk") + b"\xc6\xf3,\x80 5\n")
    assert (told(found)[2], found[2].raw) == ((4, "encoding", ()), "企,\\x80 5")


@pytest.mark.parametrize(
    ("name", "content", "fact"),
    [
        pytest.param("a.csv", b"", "is empty", id="no byte"),
        pytest.param("a.csv", b"\n \r\n\n", "is empty", id="blank lines only"),
        pytest.param("a.csv", codecs.BOM_UTF8, "is empty", id="a byte order mark only"),
        pytest.param("a.csv.gz", gzip.compress(b""), "is empty", id="an empty file, packed"),
        pytest.param("a.csv.gz", gzip.compress(BIG)[:-9], "is a gzip file cut off", id="gzip without its end"),
        pytest.param("a.csv.gz", gzip.compress(BIG)[:3000], "is a gzip file cut off", id="half a gzip"),
        pytest.param("a.csv.gz", gzip.compress(BIG)[:10] + b"\xff" * 400, "is a damaged gzip", id="garbage in a gzip"),
        pytest.param(
            "a.csv.gz", gzip.compress(TEXT.encode())[:-8] + b"x" * 8, "is a damaged gzip", id="a wrong checksum"
        ),
        pytest.param(
            "a.csv.gz", gzip.compress(TEXT.encode()) + b"x" * 8, "is a damaged gzip", id="garbage behind a gzip"
        ),
        pytest.param("a.csv.zst", zstandard.compress(BIG)[:-3], "is a zstd file cut off", id="zstd without its end"),
        pytest.param(
            "a.csv.zst", zstandard.compress(BIG)[:40] + b"x" * 400, "is a damaged zstd", id="garbage in a zstd"
        ),
        pytest.param("a.csv.gz", b"a,b\n1,2\n", "is named .gz but", id="plain text named gzip"),
        pytest.param("a.csv", b"PK\x03\x04rest", "is a zip or Excel file", id="a workbook named CSV"),
        pytest.param(
            "a.csv", (QUALITY / "tabular-defects" / "latin1.csv").read_bytes(), "is neither UTF-8 nor", id="Latin-1"
        ),
        pytest.param("a.csv", TEXT.encode("utf-16")[:-1], "is not whole UTF-16-LE", id="UTF-16 without its last byte"),
    ],
)
def test_a_file_that_nobody_can_read_is_refused(name: str, content: bytes, fact: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=f"^{fact}.*Nothing was read; the file stays in landing. ."):
        look(tmp_path, content, name)


@pytest.mark.parametrize(
    ("name", "content", "packing"),
    [
        pytest.param("a.csv.gz", gzip.compress(BIG), "gzip", id="gzip"),
        pytest.param("a.csv", gzip.compress(BIG), "gzip", id="gzip without the suffix"),
        pytest.param("a.csv.gz", gzip.compress(BIG[:1000]) + gzip.compress(BIG[1000:]), "gzip", id="two gzip members"),
        pytest.param("a.csv.gz", gzip.compress(BIG) + b"\0" * 512, "gzip", id="gzip padded with zeros"),
        pytest.param("a.csv.zst", zstandard.compress(BIG), "zstd", id="zstd"),
        pytest.param(
            "a.csv.zst", zstandard.compress(BIG[:1000]) + zstandard.compress(BIG[1000:]), "zstd", id="two zstd frames"
        ),
    ],
)
def test_a_packed_file_is_read_whole(name: str, content: bytes, packing: str, tmp_path: Path) -> None:
    found = look(tmp_path, content, name)
    assert (found.packing, found.lines) == (packing, BIG.count(b"\n"))


@pytest.mark.parametrize(
    ("content", "line_wise"),
    [
        pytest.param(TEXT.encode(), True, id="plain"),
        pytest.param(TEXT.replace("\n", "\r\n").encode("utf-8-sig"), True, id="with mark and carriage returns"),
        pytest.param(b'a,b\n"1,""x""",2\n', True, id="quotes within a line"),
        pytest.param(gzip.compress(TEXT.encode()), True, id="gzip"),
        pytest.param(b'a,b\n"1\n2",3\n', False, id="quotes over two lines"),
        pytest.param(b'a,b\nx"y,"c\nd"\n', False, id="quotes over two lines, even number in the first"),
        pytest.param(b'a,b\n"1"x,2\n', False, id="text behind a quote"),
        pytest.param(b"a,b\n1,\0\n", False, id="NUL"),
        pytest.param(b"a,b\n1\r,2\n", False, id="a lone carriage return"),
        pytest.param(b"a,b\n" + b"x" * 1_100_000 + b"\n", False, id="a line over the limit"),
        pytest.param(b"a,b\n" + b"," * 30_000 + b"\n", False, id="more fields than Spark can count"),
        pytest.param(TEXT.encode("gbk"), True, id="GBK"),
        pytest.param(TEXT.encode("gbk") + "企业,1\n".encode(), False, id="GBK with a line in UTF-8"),
        pytest.param(TEXT.encode() + "企业,1\n".encode("gbk"), False, id="UTF-8 with a line in GBK"),
        pytest.param(zstandard.compress(TEXT.encode()), True, id="zstd"),
        pytest.param(TEXT.encode() + TEXT.encode("utf-8-sig"), False, id="another file, with its mark, behind it"),
        pytest.param(TEXT.encode("gbk") + ("\ufeff" + TEXT).encode("gb18030"), False, id="the same in GB 18030"),
    ],
)
def test_spark_reads_the_lines_of_a_file_only_when_each_is_a_record(
    content: bytes, line_wise: bool, tmp_path: Path
) -> None:
    assert look(tmp_path, content).line_wise is line_wise


@pytest.mark.parametrize("block", [1, 2, 3, 7, 64, 100_000])
def test_line_ends_before_each_block_are_counted_in_the_bytes_as_they_lie(block: int, tmp_path: Path) -> None:
    content = TEXT.encode("utf-8-sig")
    expected = tuple(content[:start].count(b"\n") for start in range(0, len(content) + 1, block))
    assert look(tmp_path, content, block=block).newlines_before == expected


def test_a_file_that_changed_after_it_was_planned_is_refused(tmp_path: Path) -> None:
    file = landed(tmp_path / "a.csv", b"a\n1\n")
    planned = LandedFile(file.path, file.relative, "0" * 64, file.bytes)
    with pytest.raises(Refused, match="has changed since it was planned"):
        inspect(planned, 1 << 20)
