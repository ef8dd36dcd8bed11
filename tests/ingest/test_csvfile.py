"""CSV as the driver reads it: what is a record, what is a defect, and that nothing is lost behind one."""

import json
from pathlib import Path

import pytest

from tests.ingest.cases import QUALITY, Row, records, told

OPENED = "".join(f"{n},x\n" for n in range(3, 500))


@pytest.mark.parametrize(
    "name",
    [
        "comma_in_quotes",
        "empty",
        "empty_crlf",
        "escaped_quotes",
        "json",
        "newlines",
        "quotes_and_newlines",
        "simple",
        "simple_crlf",
        "utf8",
    ],
)  # not location_coordinates: its JSON tells other numbers than its CSV
def test_csv_spectrum_is_read_as_its_json_says(name: str, tmp_path: Path) -> None:
    content = (QUALITY / "csv-spectrum" / "csvs" / f"{name}.csv").read_bytes()
    expected = json.loads((QUALITY / "csv-spectrum" / "json" / f"{name}.json").read_text())
    found = records(tmp_path / "a.csv", content)
    assert [dict(zip(r.names, [v or "" for v in r.values], strict=True)) for r in found] == expected


def test_a_carriage_return_inside_quotes_stays(tmp_path: Path) -> None:
    content = (QUALITY / "csv-spectrum" / "csvs" / "newlines_crlf.csv").read_bytes().replace(b"\n", b"\r\n")
    assert records(tmp_path / "a.csv", content)[1].values[0] == "Once upon \r\na time"


def test_a_quote_inside_an_unquoted_value_is_a_character(tmp_path: Path) -> None:
    content = (QUALITY / "csv-spectrum" / "csvs" / "location_coordinates.csv").read_bytes()
    assert str(records(tmp_path / "a.csv", content)[0].values[1]).endswith("2'17.9\"W")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a,b\n1,2\n", [(2, None, ("1", "2"))], id="one record on line two"),
        pytest.param(
            "\n\na,b\n\n1,2\n \n3,4",
            [(5, None, ("1", "2")), (7, None, ("3", "4"))],
            id="blank lines count as lines only",
        ),
        pytest.param("a,b\n,\n", [(2, None, (None, None))], id="commas alone are a record of nothing"),
        pytest.param('a,b\n"",""\n', [(2, None, (None, None))], id="quoted nothing is nothing"),
        pytest.param(
            "a,b\n1,2,3\n4\n5,6\n",
            [(2, "shape", ()), (3, "shape", ()), (4, None, ("5", "6"))],
            id="too many and too few",
        ),
        pytest.param('a,b\n"1"x,2\n3,4\n', [(2, "shape", ()), (3, None, ("3", "4"))], id="text behind a closing quote"),
        pytest.param(
            'a,b\n"1,2\n3,4\n', [(2, "shape", ()), (3, None, ("3", "4"))], id="a quote open to the end of file"
        ),
        pytest.param(
            'a,b\n"1,2\n3,"4"\n',
            [(2, "shape", ()), (3, None, ("3", "4"))],
            id="a quote closed by the next line's quote",
        ),
        pytest.param(
            'a,b\n"1\n\n2",3\n4,5\n',
            [(2, None, ("1\n\n2", "3")), (5, None, ("4", "5"))],
            id="a blank line inside quotes",
        ),
        pytest.param(
            'a,b\n"1\n2","3\n4"\n5,6\n',
            [(2, None, ("1\n2", "3\n4")), (5, None, ("5", "6"))],
            id="two values over lines",
        ),
        pytest.param("a,b\n1,\x002\n3,4\n", [(2, "shape", ()), (3, None, ("3", "4"))], id="a NUL costs its line"),
        pytest.param(
            'a,b\n1\r2,3\n"x",4\r5\n6,7\r\n',
            [(2, "shape", ()), (3, "shape", ()), (4, None, ("6", "7"))],
            id="a lone carriage return in a value",
        ),
        pytest.param(
            "a,b\r1,2\r3,4\r", [(2, None, ("1", "2")), (3, None, ("3", "4"))], id="carriage returns end all lines"
        ),
    ],
)
def test_each_line_gives_its_record_or_its_defect(text: str, expected: list[Row], tmp_path: Path) -> None:
    assert told(records(tmp_path / "a.csv", text.encode())) == expected


def test_a_quote_that_never_closes_costs_one_line_of_five_hundred(tmp_path: Path) -> None:
    found = told(records(tmp_path / "a.csv", f'a,b\n"1,2\n{OPENED}'.encode()))
    assert (found[0], len(found), {defect for _, defect, _ in found[1:]}) == ((2, "shape", ()), 498, {None})


def test_a_defect_keeps_the_text_that_was_sent(tmp_path: Path) -> None:
    (found,) = records(tmp_path / "a.csv", "a,b\n名称,\x002,3\r\n".encode())
    assert found.raw == "名称,\\x002,3"


def test_a_line_of_ten_megabytes_is_cut_and_its_neighbours_are_whole(tmp_path: Path) -> None:
    found = records(tmp_path / "a.csv", b"a,b\n1,2\n3," + b"x" * 10_000_000 + b"\n5,6\n")
    assert told(found) == [(2, None, ("1", "2")), (3, "too_long", ()), (4, None, ("5", "6"))]
    assert found[1].raw == "3," + "x" * 998


def test_a_last_line_of_ten_megabytes_without_an_end_is_cut(tmp_path: Path) -> None:
    assert told(records(tmp_path / "a.csv", b"a,b\n1,2\n" + b"x" * 10_000_000))[1] == (3, "too_long", ())


@pytest.mark.parametrize(
    ("name", "defects"),
    [("schema-errors", [5]), ("invalid", [2, 3, 5]), ("blank-rows-no-fields", []), ("doublequote", []), ("long", [])],
)
def test_known_defect_files_lose_only_their_bad_lines(name: str, defects: list[int], tmp_path: Path) -> None:
    found = records(tmp_path / "a.csv", (QUALITY / "tabular-defects" / f"{name}.csv").read_bytes())
    assert [record.row for record in found if record.defect] == defects


def test_a_real_export_with_texts_over_many_lines_has_no_defect(tmp_path: Path) -> None:
    found = records(tmp_path / "a.csv", (QUALITY / "tabular-defects" / "issue-493.csv").read_bytes())
    assert ({record.defect for record in found}, len(found)) == ({None}, 9)
