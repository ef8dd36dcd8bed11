"""`check`: what a run would make of a file, without a trace in the lake."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jobs.commands.check import Asked, Checked, conformed, told
from schemas.load import load
from schemas.settings import ROOT, settings
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


def test_a_delivery_within_the_limits_of_its_contract_would_be_released(answer: Answer) -> None:
    assert (answer.figures.would_be_held, "Taken alone, this delivery would be released 单独交付时可放行." in answer.text) == ((), True)


def test_nothing_is_written_to_the_lake(answer: Answer) -> None:
    assert answer.after == answer.before


def test_a_file_that_a_run_would_refuse_is_refused_with_its_sentence(spark: Any, govlake: Govlake, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    code, out, err = govlake("check", "applicant", str(tmp_path / "empty.csv"))
    assert (code, out) == (65, "")
    assert err.startswith(f"{tmp_path / 'empty.csv'}: ")
    assert "landing" not in err


def test_a_header_alone_has_no_rows_and_would_be_held(spark: Any, govlake: Govlake, tmp_path: Path) -> None:
    (tmp_path / "header.csv").write_text(HEADER + "\n", encoding="utf-8")
    code, out, err = govlake("check", "applicant", str(tmp_path / "header.csv"), "--json")
    found = json.loads(out or "{}")
    assert (code, found.get("rows_in"), found.get("would_be_held"), err) == (0, 0, ["rowCount must be at least 1, found 0"], "")


def test_more_bad_rows_than_the_contract_lets_pass_are_foretold_as_a_hold(spark: Any, govlake: Govlake, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(HEADER + "\nB-1,示例甲,,2026-03-01 09:00:00,lots,x\nB-2,示例乙,,2026-03-01 09:00:00,many,x\n", encoding="utf-8")
    out = govlake("check", "applicant", str(tmp_path / "bad.csv"))[1]
    assert "would be held 将被扣留: rowCount must be at least 1, found 0; quarantineRate must be at most 50 %, found 100 %. Readers would keep" in out


def test_lines_that_are_no_rows_do_not_thin_out_the_bad_ones(spark: Any, tmp_path: Path) -> None:
    sent = (ROOT / "tests" / "data" / "landing" / "business" / "licence" / "2026-03-02" / "made-licences.txt").read_bytes().split(b"\n")
    head, good, bad, tail = (sent[number - 1] for number in (1, 2, 6, 10))
    (tmp_path / "a.txt").write_bytes(b"\n".join([head, good, bad, tail, b""]))
    asked = Asked(load(ROOT / "schemas" / "business" / "licence.odcs.yaml"), tmp_path / "a.txt", "2026-03-02", 10)
    found = conformed(spark, settings({"GOVLAKE_HOME": str(tmp_path / "home")}), asked)
    assert (found.rows_in, found.rows_filtered, found.would_be_held) == (4, 2, ("quarantineRate must be at most 40 %, found 50 %",))
