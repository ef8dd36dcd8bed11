"""`python -m expectations TABLE`: what publish starts, asks by one line and reads the verdict file of."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.__main__ import NOTHING, main
from schemas.contract import Contract
from schemas.settings import ROOT, Settings, settings

Measured = Callable[..., Path]


@pytest.fixture
def places(tmp_path: Path, stall: Contract) -> dict[str, str]:
    """An installation that knows the stalls only."""
    return {"GOVLAKE_HOME": str(tmp_path / "var"), "GOVLAKE_CONTRACTS": str(stall.path.parent)}


@pytest.fixture
def setting(places: dict[str, str]) -> Settings:
    return settings(places)


def asking(measurement: Path, verdict: Path) -> str:
    return json.dumps({"measurement": str(measurement), "verdict": str(verdict)}) + "\n"


@pytest.mark.parametrize(
    ("quarantined", "success", "state"), [(8, True, "passed"), (21, False, "held")], ids=["passes", "is held"]
)
def test_a_batch_gets_its_verdict_file_and_its_page_without_a_word_printed(
    tmp_path: Path, places: dict[str, str], measured: Measured, quarantined: int, success: bool, state: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "expectations", "stall"],
        cwd=ROOT,
        env={**os.environ, **places},
        input=asking(measured(rows_quarantined=quarantined), tmp_path / "verdict.json"),
        text=True,
        capture_output=True,
        timeout=300,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    verdict = json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))
    assert verdict["success"] is success
    assert verdict["report"].endswith(f".{state}.html")
    assert (tmp_path / "var" / "data_docs" / verdict["report"]).is_file()


def test_a_failed_rule_is_given_with_bounds_and_unit(tmp_path: Path, setting: Settings, measured: Measured) -> None:
    asked = io.StringIO(asking(measured(rows_quarantined=21), tmp_path / "verdict.json"))

    assert main(["stall"], asked, setting) == 0
    verdict = json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))
    assert verdict["failed"] == [
        {"rule": "quarantineRate", "found": 21.0, "low": None, "high": 20.0, "unit": "percent"}
    ]


def test_a_crash_ends_with_70_and_one_line_and_no_verdict(
    tmp_path: Path, setting: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = io.StringIO(asking(tmp_path / "nowhere.json", tmp_path / "verdict.json"))

    assert main(["stall"], asked, setting) == 70
    said = capsys.readouterr().err
    assert said.startswith("The audit of stall crashed: FileNotFoundError: ")
    assert said.count("\n") == 1
    assert not (tmp_path / "verdict.json").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["stal"], 65, "There is no table 'stal'. Did you mean 'stall'? `govlake tables` lists them."),
        (["stall"], 64, "The audit of stall got no request. Nothing was judged."),
        ([], 64, "Usage: python -m expectations TABLE, with the request as one line of JSON on stdin."),
    ],
    ids=["about a table without a contract", "that is never asked", "about no table"],
)
def test_an_audit_is_refused(
    setting: Settings, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    assert main(arguments, io.StringIO(""), setting) == code
    assert capsys.readouterr().err == f"{said}\n"


def test_an_audit_that_is_told_that_there_is_nothing_to_judge_says_nothing(setting: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stall"], io.StringIO(NOTHING), setting) == 0
    assert capsys.readouterr().err == ""
