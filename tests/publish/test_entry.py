"""`python -m jobs` where it cannot begin: one sentence on standard error and the exit code that Airflow goes by."""

import shutil
from pathlib import Path

import pytest

from jobs.__main__ import main
from schemas.settings import ROOT


@pytest.fixture
def contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation whose contracts may be changed; this process has its settings."""
    shutil.copytree(ROOT / "tests" / "data" / "contracts", tmp_path / "contracts")
    monkeypatch.setenv("GOVLAKE_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("GOVLAKE_CONTRACTS", str(tmp_path / "contracts"))
    return tmp_path / "contracts"


def change(contracts: Path, old: str, new: str) -> None:
    path = contracts / "notice.odcs.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_a_contract_with_a_typing_error_is_refused_with_its_line_and_the_nearest_right_word(
    contracts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(contracts, "value: [mobile]", "value: [mobil]")
    code = main(["run", "notice", "--date", "2026-03-02"])
    (sentence,) = capsys.readouterr().err.splitlines()
    assert (code, sentence.startswith("REFUSED: "), "notice.odcs.yaml:39: " in sentence, "'mobile'" in sentence) == (65, True, True, True)
