"""Every published sample of tests/data/quality lands, or is refused, as EXPECTED.csv says."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from jobs.ingest.prepare import Prepared, prepare
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.template import ExcelTemplate
from tests.ingest.cases import QUALITY, contract, desk, landed, read

BOOKS = (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods")
TEXTS = (".csv", ".tsv", ".txt", ".html", ".xml", ".srt")
with (QUALITY / "EXPECTED.csv").open(encoding="utf-8", newline="") as file:
    EXPECTED = {row["file"]: row for row in csv.DictReader(file)}


def samples() -> list[str]:
    """The sample files, without what tells their origin and without the answers beside them."""
    found = (path.relative_to(QUALITY).as_posix() for path in QUALITY.glob("*/**/*") if path.is_file() and path.name != "ORIGIN.md")
    return sorted(name for name in found if not name.startswith("csv-spectrum/json/"))


def kind(name: str) -> Contract:
    """A contract that knows no column of any sample and takes the first sheet of a workbook."""
    if name.endswith(BOOKS):
        return contract("no_such_column", source_format="excel", template=ExcelTemplate(sheets=(1,)))
    return contract("no_such_column", source_format="jsonl" if name.endswith(".jsonl") else "csv")


def outcome(name: str, folder: Path) -> dict[str, str]:
    """What becomes of a sample: how it lands, or the fact for which it is refused."""
    content = (QUALITY / name).read_bytes()
    try:
        ready = prepare(landed(folder / Path(name).name, content), desk(kind(name), folder / "work"))
    except Refused as refused:
        return {"file": name, "outcome": "refused", "encoding": "", "records": "", "defects": "", "fact": str(refused).split(". Nothing was read")[0]}
    return {"file": name, "outcome": "lands", "encoding": str(ready.report.encoding), "records": str(ready.report.records), "defects": defects(ready), "fact": ""}


def defects(ready: Prepared) -> str:
    """How many records of a transcript are defects, by kind; a file that Spark reads line by line is judged there."""
    if ready.path.suffix != ".jsonl":
        return "by Spark"
    kinds = Counter(re.findall(r'"d":"(\w+)"', ready.path.read_text(encoding="utf-8")))
    return " ".join(f"{kinds[one]} {one}" for one in sorted(kinds))


def test_every_sample_is_expected_to_land_or_to_be_refused() -> None:
    assert sorted(EXPECTED) == samples()


@pytest.mark.parametrize("name", samples())
def test_a_published_sample_lands_or_is_refused_as_expected(name: str, tmp_path: Path) -> None:
    assert outcome(name, tmp_path) == EXPECTED.get(name)


def test_the_figures_told_of_the_samples_are_those_of_the_list() -> None:
    by_outcome = Counter(row["outcome"] for row in EXPECTED.values())
    told = (QUALITY / "README.md").read_text(encoding="utf-8")
    assert f"{len(EXPECTED)} files: {by_outcome['lands']} land, {by_outcome['refused']} are refused" in told


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["date.xlsx", "date.xlsb", "date_1904.xlsx", "date_1904.xlsb"], id="both date systems"),
        pytest.param(["issues.xls", "issues.xlsx", "issues.xlsb"], id="one workbook in three formats"),
        pytest.param(["any_sheets.xls", "any_sheets.xlsx", "any_sheets.xlsb", "any_sheets.ods"], id="one workbook in four formats"),
        pytest.param(["merge_cells.xls", "merge_cells.xlsx"], id="merged cells"),
        pytest.param(["issue_419.xlsx", "issue_419.xlsb"], id="a lone text"),
    ],
)
def test_twins_in_other_formats_give_the_same_records(names: list[str], tmp_path: Path) -> None:
    read_as = [
        [(record.row, record.names, record.values) for record in read(tmp_path / name, (QUALITY / "spreadsheet-edge-cases" / name).read_bytes(), kind(name))]
        for name in names
    ]
    assert read_as == [read_as[0]] * len(names)
