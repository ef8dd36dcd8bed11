"""`check`: what a run would make of a file, without a trace in the lake."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jobs.commands.check import Asked, Checked, conformed, told
from schemas.load import load
from schemas.settings import settings
from tests.serve.conftest import CONTRACTS
from tests.serve.made_lake import make_lake

pytestmark = pytest.mark.spark
Govlake = Callable[..., tuple[int, str, str]]
CONTRACT = CONTRACTS / "business" / "applicant.odcs.yaml"
HEADER = "办件编号,full_name,citizen_no,申请时间,fee_cny,remark"
FILE = "\n".join([
    HEADER,
    "B-1,示例甲,,2026-03-01 09:00:00,1.50,x",
    "B-1,示例甲,,2026-03-01 09:00:00,1.50,x",
    "B-2,欧阳示例某某,110101199001010009,2026-03-01 09:00:00,1.50,x",
    "B-3,示例乙,,2026-03-01 09:00:00,lots,x",
    "B-4,示例丙,,2026-03-01 09:00:00,2,x",
]) + "\n"


@dataclass(frozen=True)
class Answer:
    """One file checked once for several tests: the figures, the text, and what the installation held before and after."""

    figures: Checked
    text: str
    before: dict[str, int]
    after: dict[str, int]


@pytest.fixture(scope="module")
def answer(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Answer:
    home = tmp_path_factory.mktemp("home")
    file, here = tmp_path_factory.mktemp("desk") / "new.csv", settings({"GOVLAKE_HOME": str(home)})
    file.write_text(FILE, encoding="gb18030")
    make_lake(here)
    before, asked = everything(home), Asked(load(CONTRACT), file, "2026-03-02", 10)
    found = conformed(spark, here, asked)
    return Answer(found, told(found, asked), before, everything(home))


def everything(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_a_file_is_counted_by_what_a_run_would_make_of_it(answer: Answer) -> None:
    one = answer.figures
    assert (one.rows_in, one.rows_silver, one.rows_quarantined, one.rows_duplicate, one.rows_filtered) == (5, 2, 2, 1, 0)
    assert (one.encoding, dict(one.violations)) == ("gb18030", {"citizen_id": 1, "form": 1})
    assert (one.missing_columns, one.unknown_columns) == (("born_on",), ("remark",))


def test_the_first_bad_rows_are_told_in_words_with_masked_values(answer: Answer) -> None:
    assert ("row 4 第4行: 公民身份号码（citizen_no）不是有效的18位公民身份号码; "
            "citizen_no is not a valid 18-digit citizen number: 1****************9") in answer.text
    assert "row 5 第5行: 费用（fee_cny）文本形式不符合类型" in answer.text
    assert "110101199001010009" not in answer.text


def test_the_counts_are_told_as_a_sum(answer: Answer) -> None:
    assert "  rows in 5 = silver 2 + quarantined 2 + duplicate 1 + filtered 0\n" in answer.text


def test_nothing_is_written_to_the_lake(answer: Answer) -> None:
    assert answer.after == answer.before


def test_a_file_that_a_run_would_refuse_is_refused_with_its_sentence(spark: Any, govlake: Govlake, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    code, out, err = govlake("check", "applicant", str(tmp_path / "empty.csv"))
    assert (code, out) == (65, "")
    assert err.startswith(f"{tmp_path / 'empty.csv'}: ")
    assert "landing" not in err


def test_a_header_alone_has_no_rows(spark: Any, govlake: Govlake, tmp_path: Path) -> None:
    (tmp_path / "header.csv").write_text(HEADER + "\n", encoding="utf-8")
    code, out, err = govlake("check", "applicant", str(tmp_path / "header.csv"), "--json")
    assert (code, json.loads(out or "{}").get("rows_in"), err) == (0, 0, "")
