"""JSON lines as the driver reads them."""

from pathlib import Path

import pytest

from tests.ingest.cases import QUALITY, records, told


def test_the_sample_is_read(tmp_path: Path) -> None:
    found = records(tmp_path / "a", (QUALITY / "tabular-defects" / "table.jsonl").read_bytes(), "jsonl")
    assert [dict(zip(r.names, r.values, strict=True)) for r in found] == [
        {"id": "1", "name": "english"},
        {"id": "2", "name": "中国人"},
    ]


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ('"名"', "名"), ('"\\u540d"', "名"), ("null", None), ('""', ""), ("1.10", "1.10"), ("1e3", "1e3"), ("-0", "-0"),
        ("12345678901234567890123", "12345678901234567890123"), ("true", "true"), ("false", "false"),
        ('{"a": [1.0, "x", null, true]}', '{"a":[1.0,"x",null,true]}'), ("[]", "[]"),
    ],
)  # fmt: skip
def test_a_value_is_the_text_that_was_sent(sent: str, text: str | None, tmp_path: Path) -> None:
    assert told(records(tmp_path / "a", f'{{"v": {sent}}}\n'.encode(), "jsonl")) == [(1, None, (text,))]


@pytest.mark.parametrize(
    "line",
    ["[1]", "1", '"x"', "{", '{"a":1}{"a":2}', '{"a":NaN}', '{"a":1,"a":2}', '{"a":{"b":1,"b":2}}', '{"a":"\\ud800"}',
     '{"a":"\\u0000"}', "{'a':1}", '{"a":01}', "[" * 100_000],
)  # fmt: skip
def test_what_is_no_sound_object_is_a_shape_defect_and_the_next_line_is_read(line: str, tmp_path: Path) -> None:
    found = records(tmp_path / "a", f'{line}\n{{"a":"b"}}\n'.encode(), "jsonl")
    assert (told(found), found[0].raw) == ([(1, "shape", ()), (2, None, ("b",))], line)


def test_blank_lines_are_no_records(tmp_path: Path) -> None:
    assert [r.row for r in records(tmp_path / "a", b'\n{"a":"1"}\r\n \n{"a":"2"}', "jsonl")] == [2, 4]


def test_a_line_in_another_encoding_and_one_too_long_are_defects(tmp_path: Path) -> None:
    good, other, long = '{"a":"中"}\n'.encode(), '{"a":"文"}\n'.encode("gbk"), b'{"a":"' + b"x" * 2_000_000 + b'"}\n'
    assert [r.defect for r in records(tmp_path / "a", good + other + good + long + good, "jsonl")] == [
        None, "encoding", None, "too_long", None,
    ]  # fmt: skip
