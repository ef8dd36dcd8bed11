"""`check`: what a run would make of a file, without a trace in the lake."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas.settings import Settings

pytestmark = pytest.mark.spark
Govlake = Callable[..., tuple[int, str, str]]
HEADER = "办件编号,full_name,citizen_no,申请时间,fee_cny,remark"
FILE = "\n".join([
    HEADER,
    "B-1,示例甲,,2026-03-01 09:00:00,1.50,x",
    "B-1,示例甲,,2026-03-01 09:00:00,1.50,x",
    "B-2,欧阳示例某某,110101199001010009,2026-03-01 09:00:00,1.50,x",
    "B-3,示例乙,,2026-03-01 09:00:00,lots,x",
    "B-4,示例丙,,2026-03-01 09:00:00,2,x",
]) + "\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "new.csv"
    path.write_text(FILE, encoding="gb18030")
    return path


def everything(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_a_file_is_counted_by_what_a_run_would_make_of_it(spark: Any, govlake: Govlake, file: Path) -> None:
    code, out, _ = govlake("check", "applicant", str(file), "--json")
    found = json.loads(out)
    counts = {key: found[key] for key in ("rows_in", "rows_silver", "rows_quarantined", "rows_duplicate", "rows_filtered")}
    assert (code, counts) == (
        0, {"rows_in": 5, "rows_silver": 2, "rows_quarantined": 2, "rows_duplicate": 1, "rows_filtered": 0})
    assert (found["encoding"], found["violations"]) == ("gb18030", {"citizen_id": 1, "form": 1})
    assert (found["missing_columns"], found["unknown_columns"]) == (["born_on"], ["remark"])


def test_the_first_bad_rows_are_told_in_words_with_masked_values(spark: Any, govlake: Govlake, file: Path) -> None:
    out = govlake("check", "applicant", str(file))[1]
    assert ("row 4 第4行: 公民身份号码（citizen_no）不是有效的18位公民身份号码; "
            "citizen_no is not a valid 18-digit citizen number: 1****************9") in out
    assert "row 5 第5行: 费用（fee_cny）文本形式不符合类型" in out
    assert "110101199001010009" not in out


def test_nothing_is_written_to_the_lake(spark: Any, govlake: Govlake, lake: Settings, file: Path) -> None:
    before = everything(lake.lake)
    govlake("check", "applicant", str(file))
    assert everything(lake.lake) == before


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
