"""Files of a batch as one raw frame: the same, whether Spark reads them as they lie or the driver transcribes them."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zstandard
from pyspark.sql import DataFrame

from jobs.evidence.intake import Intake, LandedFile
from jobs.ingest.frame import raw_frame
from jobs.ingest.prepare import prepare
from jobs.ingest.read import read
from schemas.contract import Contract
from schemas.template import FixedTemplate, Span, XmlTemplate
from tests.ingest.books import book
from tests.ingest.cases import column, contract, desk, landed, register

pytestmark = pytest.mark.spark
SYSTEM = ["_row", "_defect", "_raw", "_extra"]
# Every kind of line that may stand in a file Spark reads as it lies.
KINDS = (
    "{0},企业{0},{0}.50,备注",
    '"{0}","say ""{0}""","1,000",',
    "",
    '{0},"a,b",,',
    "{0},短",
    "{0},a,b,c,d",
    " \t",
    '{0},5" 管,\\,"\\"',
)
LINES = ["uscc,name,amount,note", *(KINDS[n % len(KINDS)].format(n) for n in range(300))]
PLAIN = "\n".join(LINES).encode()


@pytest.fixture
def take(spark: Any, tmp_path: Path) -> Callable[..., Intake]:
    """Read files given as name=content (a dot in a name is written __) against a contract."""

    def run(kind: Contract, **contents: bytes) -> Intake:
        files = tuple(landed(tmp_path / name.replace("__", "."), content) for name, content in contents.items())
        return read(spark, kind, files, tmp_path / "work")

    return run


def rows(frame: DataFrame, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in frame.orderBy("_path", "_row").select(*names).collect()]


def test_the_frame_has_every_column_as_text_then_the_system_columns(take: Callable[..., Intake]) -> None:
    assert take(register(), a__csv=b"uscc\n1\n").frame.dtypes == [
        ("uscc", "string"), ("name", "string"), ("amount", "string"), ("_extra", "map<string,string>"), ("_file", "string"),
        ("_path", "string"), ("_row", "bigint"), ("_defect", "string"), ("_raw", "string"),
    ]  # fmt: skip


def test_no_file_gives_an_empty_frame_of_the_same_columns(take: Callable[..., Intake]) -> None:
    intake = take(register())
    assert (intake.frame.columns, intake.frame.count()) == (take(register(), a__csv=b"uscc\n1\n").frame.columns, 0)


def test_a_header_alone_gives_no_record_and_is_taken(take: Callable[..., Intake]) -> None:
    intake = take(register(), a__csv=b"uscc,name\n")
    assert (intake.frame.count(), intake.files[0].state, intake.files[0].records) == (0, "taken", 0)


@pytest.mark.parametrize(("block", "count"), [(7, 6), (100, 60)])
def test_line_numbers_are_true_however_small_the_blocks_are(block: int, count: int, spark: Any, tmp_path: Path) -> None:
    some = LINES[:count]
    texts = {
        "lf.csv": "\n".join(some),
        "lf-end.csv": "\n".join([*some, "1,2,3,4"]) + "\n",
        "crlf.csv": "\r\n".join([*some, "5,6,7,8"]),
        "crlf-end.csv": "\n".join(f"{line}\r" for line in [*some, "9,10,11,12"]) + "\n",
        "mark.csv": "\ufeff" + "\n".join([*some, "13,14,15,16"]),
        "late.csv": "\n \n\n" + "\n".join([*some, "17,18,19,20"]),
    }
    place = desk(register(), tmp_path / "work", block=block)
    ready = [prepare(landed(tmp_path / name, text.encode()), place) for name, text in texts.items()]
    found = raw_frame(spark, place, ready)
    whole = {
        name: [n for n, line in enumerate(text.split("\n"), start=1) if line.strip() and "uscc" not in line]
        for name, text in texts.items()
    }
    assert all(file.layout for file in ready)
    assert rows(found, "_path", "_row") == [(name, n) for name in sorted(whole) for n in whole[name]]


def test_a_block_that_nobody_counted_lines_for_fails_instead_of_losing_its_rows(spark: Any, tmp_path: Path) -> None:
    place = desk(register(), tmp_path / "work", block=1000)
    ready = prepare(landed(tmp_path / "a.csv", PLAIN), place)
    found = raw_frame(spark, place, [replace(ready, newlines_before=ready.newlines_before[:1])])
    with pytest.raises(Exception, match="a block of a landed file has no line number"):
        found.count()


def test_every_way_of_reading_gives_the_same_frame(spark: Any, tmp_path: Path) -> None:
    ways = {
        "a": PLAIN,
        "b gzip": gzip.compress(PLAIN),
        "c carriage returns": PLAIN.replace(b"\n", b"\r\n"),
        "d zstd": zstandard.compress(PLAIN),
        "e UTF-16": PLAIN.decode().encode("utf-16"),
        "f GBK": PLAIN.decode().encode("gbk"),
        "g record by record": PLAIN + b'\n"a quote that never closes',
    }
    place = desk(register(), tmp_path / "work", block=5000)
    ready = [prepare(landed(tmp_path / name, data), place) for name, data in ways.items()]
    found = rows(raw_frame(spark, place, ready), "_path", "uscc", "name", "amount", *SYSTEM)
    first, *others = ([row[1:] for row in found if row[0] == name] for name in ways)
    assert [file.path.suffix for file in ready] == [".csv", ".gz", ".csv", ".csv", ".csv", ".csv", ".jsonl"]
    assert {file.report.records for file in ready[:-1]} == {len(first)}
    assert others == [first] * 5 + [[*first, (None, None, None, 302, "shape", '"a quote that never closes', None)]]


def test_a_record_carries_its_file_and_what_the_contract_does_not_know(take: Callable[..., Intake]) -> None:
    intake = take(register(), a__csv="USCC_CODE,备注,说明,\n1,x,,y\n2,,,\n".encode())
    sha = intake.files[0].sha256
    assert rows(intake.frame, "_file", "_path", "_row", "uscc", "name", "_extra") == [
        (sha, "a.csv", 2, "1", None, {"备注": "x", "#4": "y"}),
        (sha, "a.csv", 3, "2", None, None),
    ]


def test_files_with_other_headers_and_formats_come_together(take: Callable[..., Intake]) -> None:
    intake = take(
        register(),
        a__csv=b"uscc,name\n1,x\n",
        b__csv="名称,统一社会信用代码\n企业,2\n".encode("gbk"),
        c__csv=b"amount,uscc\n5,3\n",
        d__csv=b"nothing\n1\n",
    )
    assert rows(intake.frame, "_path", "uscc", "name", "amount") == [
        ("a.csv", "1", "x", None), ("b.csv", "2", "企业", None), ("c.csv", "3", None, "5"),
    ]  # fmt: skip
    assert [file.state for file in intake.files] == ["taken", "taken", "taken", "refused"]
    assert str(intake.files[3].refused).startswith("landing/d.csv: header lacks required 'uscc'")


def test_a_landed_name_with_signs_that_spark_expands_is_read(spark: Any, tmp_path: Path) -> None:
    file = landed(tmp_path / "企业 [1] {a,b}*?%20.csv", b"uscc\n1\n")
    assert rows(read(spark, register(), (file,), tmp_path / "work").frame, "uscc", "_path") == [("1", file.relative)]


def test_one_content_under_two_names_is_read_once(spark: Any, tmp_path: Path) -> None:
    first = landed(tmp_path / "a.csv", b"uscc\n1\n")
    second = LandedFile(first.path, "b.csv", first.sha256, first.bytes, same_as="a.csv")
    intake = read(spark, register(), (first, second), tmp_path / "work")
    assert (intake.frame.count(), [file.state for file in intake.files]) == (1, ["taken", "same"])


def test_a_second_name_of_a_refused_content_is_refused_too(spark: Any, tmp_path: Path) -> None:
    first = landed(tmp_path / "a.csv", b"")
    second = LandedFile(first.path, "b.csv", first.sha256, 0, same_as="a.csv")
    intake = read(spark, register(), (first, second), tmp_path / "work")
    assert [str(file.refused).split(".csv")[0] for file in intake.files] == ["landing/a", "landing/b"]


def test_a_file_that_left_landing_is_refused_and_the_others_are_read(spark: Any, tmp_path: Path) -> None:
    gone = landed(tmp_path / "a.csv", b"uscc\n1\n")
    there = landed(tmp_path / "b.csv", b"uscc\n2\n")
    gone.path.unlink()
    intake = read(spark, register(), (gone, there), tmp_path / "work")
    assert (rows(intake.frame, "uscc"), "is no longer there" in str(intake.files[0].refused)) == ([("2",)], True)


@pytest.mark.parametrize("station", [b"x", b'"x\ny"'], ids=["line by line", "record by record"])
def test_a_composed_value_is_null_when_a_part_is_empty_or_a_placeholder(
    station: bytes, take: Callable[..., Intake]
) -> None:
    kind = contract(column("at", placeholders=("NA",), compose="{year}-{month} {hour}:00"), "station")
    content = b"No,month,year,hour,station\n1,3,2013,0,x\n2,NA,2013,1,x\n3,3,,1,x\n4,3,2013, ,x\n"
    assert rows(take(kind, a__csv=content.replace(b"x", station)).frame, "at", "_extra") == [
        ("2013-3 0:00", {"No": "1"}), (None, {"No": "2"}), (None, {"No": "3"}), (None, {"No": "4"}),
    ]  # fmt: skip


def test_a_value_sent_under_its_own_header_is_not_composed(take: Callable[..., Intake]) -> None:
    kind = contract(column("at", compose="{year} {hour}"), "x")
    assert rows(take(kind, a__csv=b"at,year,hour\nnoon,2013,1\n,2013,1\n").frame, "at") == [("noon",), ("2013 1",)]


def test_json_lines_keep_their_line_numbers_texts_and_unknown_keys(take: Callable[..., Intake]) -> None:
    kind = contract("uscc", column("name", title="名称"), source_format="jsonl")
    content = '{"uscc":"1","名称":1.10}\n\n{"name":"a\\nb","extra":{"x":[1.0]}}\nnot json\n'.encode()
    assert rows(take(kind, a__jsonl=gzip.compress(content)).frame, "uscc", "name", *SYSTEM) == [
        ("1", "1.10", 1, None, None, None),
        (None, "a\nb", 3, None, None, {"extra": '{"x":[1.0]}'}),
        (None, None, 4, "shape", "not json", None),
    ]


def test_bad_lines_are_rows_with_their_defect_and_their_text(take: Callable[..., Intake]) -> None:
    content = (
        "uscc,name\n1,企业\n2,企业\n3,".encode()
        + "企业".encode("gbk")
        + b"\n4,\0\n5,"
        + b"x" * 2_000_000
        + b"\n6,7,8\n"
    )
    found = rows(take(register(), a__csv=content).frame, "uscc", "_row", "_defect", "_raw")
    assert found == [
        ("1", 2, None, None), ("2", 3, None, None), (None, 4, "encoding", "3,\\xc6\\xf3ҵ"), (None, 5, "shape", "4,\\x00"),
        (None, 6, "too_long", "5," + "x" * 998), (None, 7, "shape", "6,7,8"),
    ]  # fmt: skip


def test_the_frame_belongs_to_the_callers_session_and_leaves_its_settings_alone(
    take: Callable[..., Intake], spark: Any
) -> None:
    before = spark.conf.get("spark.sql.files.openCostInBytes")
    frame = take(register(), a__csv=b"uscc\n1\n").frame
    frame.createOrReplaceTempView("taken_here")
    assert (
        spark.sql("select count(*) from taken_here").first()[0],
        spark.conf.get("spark.sql.files.openCostInBytes"),
    ) == (
        1,
        before,
    )


def test_sheets_elements_and_places_come_as_rows_with_their_place(take: Callable[..., Intake]) -> None:
    columns = (column("uscc", span=Span(1, 3)), column("name", span=Span(4, 4)))
    sheets = {"1月": [["uscc", "name"], ["1", "甲"]], "2月": [["uscc", "name"], ["2", "乙"]]}
    found = [
        *rows(take(contract(*columns, source_format="excel"), a__xlsx=book(sheets)).frame, "uscc", "name", "_path", "_row"),
        *rows(take(contract(*columns, source_format="xml", template=XmlTemplate("r")), b__xml="<d><r><uscc>3</uscc><name>丙</name></r></d>".encode()).frame, "uscc", "name", "_path", "_row"),
        *rows(take(contract(*columns, source_format="fixed", template=FixedTemplate("bytes")), c__txt="004丁丁\n".encode("gbk")).frame, "uscc", "name", "_path", "_row"),
    ]
    assert found == [("1", "甲", "a.xlsx#1月", 2), ("2", "乙", "a.xlsx#2月", 2), ("3", "丙", "b.xml", 1), ("004", "丁丁", "c.txt", 1)]
