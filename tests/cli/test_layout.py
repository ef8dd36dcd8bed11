"""Columns stay aligned with Chinese in them, and no value steers the terminal."""

import pytest

from jobs.commands.layout import cell, grid, width


@pytest.mark.parametrize(("text", "cells"), [
    pytest.param("abc", 3, id="Latin"),
    pytest.param("申请人", 6, id="Chinese"),
    pytest.param("（集团）", 8, id="full-width brackets"),
    pytest.param("𠮷", 2, id="a character outside the basic plane"),
    pytest.param("e\u0301", 1, id="a combining accent"),
])
def test_a_wide_character_takes_two_cells(text: str, cells: int) -> None:
    assert width(text) == cells


def test_columns_line_up_under_chinese_headers() -> None:
    assert grid(["表", "n"], [["申请人", 5], ["ab", 1234]]) == (
        "表          n\n"
        "------  -----\n"
        "申请人      5\n"
        "ab      1,234"
    )


def test_a_row_too_wide_for_the_terminal_becomes_a_block() -> None:
    assert grid(["表", "name"], [["x", "y"]], fits=5) == "表    x\nname  y"


@pytest.mark.parametrize(("value", "shown"), [
    pytest.param("a\x1b[2Jb", "a\\x1b[2Jb", id="an escape sequence"),
    pytest.param("a\r\nb", "a\\r\\nb", id="a line break"),
    pytest.param("\u202etxt", "\\u202etxt", id="a change of direction"),
    pytest.param(None, "-", id="null"),
    pytest.param("示" * 40, "示" * 29 + "…", id="a long text"),
])
def test_a_value_is_one_harmless_line(value: str | None, shown: str) -> None:
    assert cell(value) == shown
