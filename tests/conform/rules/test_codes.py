"""Code lists: what is read, and what is refused with file and line."""

from pathlib import Path

import pytest

from schemas.codes import CODES, Code, code_list
from schemas.errors import Refused


@pytest.mark.parametrize("name", sorted(path.stem for path in CODES.glob("*.csv")))
def test_every_shipped_code_list_is_readable_and_not_empty(name: str) -> None:
    assert len(code_list(name)) > 0


def test_a_code_keeps_its_leading_zero_and_both_meanings(tmp_path: Path) -> None:
    (tmp_path / "item.csv").write_text("code,zh,en\n01,行政许可,licence\n", encoding="utf-8")
    assert code_list("item", tmp_path) == (Code("01", "行政许可", "licence"),)


def test_an_unknown_list_gets_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "case_type.csv").write_text("code,zh,en\n1,即办件,instant\n", encoding="utf-8")
    with pytest.raises(Refused, match="Did you mean 'case_type'"):
        code_list("casetype", tmp_path)


@pytest.mark.parametrize("content, sentence", [
    ("code,name\n1,x\n", ":1: the header must be"),
    ("code,zh,en\n1,一,one\n1,二,two\n", ":3: code '1' stands twice"),
    ("code,zh,en\n1,一\n", ":2: a row has a code"),
    ("", ":1: the header must be"),
], ids=["other header", "code twice", "short row", "empty file"])
def test_a_broken_list_is_refused_with_its_line(content: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "broken.csv").write_text(content, encoding="utf-8")
    with pytest.raises(Refused, match=sentence):
        code_list("broken", tmp_path)


def test_a_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="There is no code list"):
        code_list("../codes/channel", tmp_path)
