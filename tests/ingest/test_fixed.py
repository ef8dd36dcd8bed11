"""Fixed width as the driver reads it: values by their place, counted in bytes or characters."""

from pathlib import Path

import pytest

from jobs.ingest.reader import Record
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.template import FixedTemplate, Span
from tests.ingest.cases import column, contract, prepared, read, told


def kind(unit: str = "bytes", name_width: int = 6) -> Contract:
    columns = (column("code", span=Span(1, 3)), column("name", span=Span(4, name_width)), column("amount", span=Span(4 + name_width + 2, 5)))
    return contract(*columns, source_format="fixed", template=FixedTemplate(unit, ("HDR", "TRL")))  # type: ignore[arg-type]


def found(tmp_path: Path, text: str, encoding: str = "gb18030", unit: str = "bytes") -> list[Record]:
    return read(tmp_path / "a.txt", text.encode(encoding), kind(unit))


def test_bytes_are_counted_in_a_gb18030_file(tmp_path: Path) -> None:
    assert told(found(tmp_path, "001企业甲  00012\n002ab    --  9.5\n")) == [
        (1, None, ("001", "企业甲", "00012", None)), (2, None, ("002", "ab", "9.5", "--")),
    ]  # fmt: skip


def test_characters_are_counted_where_the_contract_says_so(tmp_path: Path) -> None:
    assert told(found(tmp_path, "001企业甲     00012\n", "utf-8", "characters")) == [(1, None, ("001", "企业甲", "00012", None))]


def test_what_stands_between_the_columns_is_kept_under_its_place(tmp_path: Path) -> None:
    (record,) = found(tmp_path, "001abcdefXY00012\n")
    assert dict(zip(record.names, record.values, strict=True))["#10-11"] == "XY"


@pytest.mark.parametrize(
    ("line", "defect"),
    [
        pytest.param("001ab", "shape", id="shorter"), pytest.param("001abcdefXY000123", "shape", id="longer"),
        pytest.param("001a企业b    00012", "shape", id="wider, counted in bytes"), pytest.param("01企业甲x --00012", "shape", id="a character over an edge"),
        pytest.param("001ab\0def--00012", "shape", id="a NUL"),
    ],
)  # fmt: skip
def test_a_line_that_does_not_fit_is_a_defect_and_the_next_is_read(line: str, defect: str, tmp_path: Path) -> None:
    records = found(tmp_path, f"{line}\n002abcdef--00012\n企企企\n")
    assert [(r.row, r.defect) for r in records] == [(1, defect), (2, None), (3, "shape")]


def test_lines_of_another_encoding_and_too_long_ones_are_defects(tmp_path: Path) -> None:
    content = b"001abcdef--00012\n" * 3 + "002企业--  --00012\n".encode() + b"00\xff\xff\xff" + b"f" * 11 + b"\n" + b"x" * 2_000_000 + b"\n"
    assert [r.defect for r in read(tmp_path / "a.txt", content, kind())] == [None, None, None, "shape", "encoding", "too_long"]


def test_head_and_tail_lines_are_set_aside_and_blank_ones_are_nothing(tmp_path: Path) -> None:
    report = prepared(tmp_path, kind(), b"HDR20260302\n001abcdef--00012\r\n\nTRL1\n", "a.txt").report
    assert (report.records, report.aside, report.aside_at, report.missing, report.unknown) == (1, 2, ("1 note", "4 note"), (), ("#10-11",))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "is empty"), ("001企业甲  00012\n".encode("utf-16"), "is UTF-16-LE text, in which the contract counts bytes")],
)
def test_a_file_whose_bytes_cannot_be_counted_is_refused(content: bytes, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=f"^{sentence}"):
        read(tmp_path / "a.txt", content, kind())
