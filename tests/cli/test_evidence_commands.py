"""`govlake receipt`, `verify`, `evidence` and `dlq` where no broker and no Spark are needed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.cli import main
from jobs.evidence import seal
from schemas.settings import Settings
from tests.evidence.conftest import heads, ledger, rewrite, sealed
from tests.evidence.ledger_rows import put, row

__all__ = ["heads", "ledger", "rewrite", "sealed"]
Answer = tuple[int, str, str]


@pytest.fixture
def govlake(ledger: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Run a command over the sealed ledger: (exit code, standard output, standard error)."""
    monkeypatch.setenv("GOVLAKE_HOME", str(ledger.home))

    def run(*argv: str) -> Answer:
        code = main(argv)
        return (code, *capsys.readouterr())

    return run


@pytest.fixture
def receipt(govlake: Callable[..., Answer], tmp_path: Path) -> Path:
    """A receipt in a file."""
    path = tmp_path / "receipt.json"
    path.write_text(govlake("receipt", "R001-002")[1], encoding="utf-8")
    return path


def test_a_receipt_is_valid_where_there_is_no_lake(govlake: Callable[..., Answer], receipt: Path, heads: Path, ledger: Settings, tmp_path: Path) -> None:
    elsewhere = shutil.copy(heads, tmp_path / "heads.jsonl")
    shutil.rmtree(ledger.home)
    code, told, _ = govlake("verify", str(receipt), "--heads", str(elsewhere))
    assert (code, told.startswith("valid 有效: request R001-002, verdict reject, batch 1, sealed ")) == (0, True)


def test_a_forged_receipt_is_refused_and_what_differs_is_named(govlake: Callable[..., Answer], receipt: Path) -> None:
    receipt.write_text(receipt.read_text(encoding="utf-8").replace('"verdict": "reject"', '"verdict": "accept"', 1), encoding="utf-8")
    code, _, said = govlake("verify", str(receipt))
    assert (code, "NOT VALID 无效" in said, "'fields.verdict' differs" in said) == (65, True, True)


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000, "null", '{"receipt": 1}'], ids=["empty", "cut off", "deep", "null", "nearly nothing"])
def test_a_file_that_is_no_receipt_is_refused_in_words(govlake: Callable[..., Answer], tmp_path: Path, content: str) -> None:
    (tmp_path / "odd.json").write_text(content)
    code, _, said = govlake("verify", str(tmp_path / "odd.json"))
    assert (code, "odd.json" in said) == (65, True)


def test_without_a_file_of_heads_nothing_is_called_valid(govlake: Callable[..., Answer], receipt: Path) -> None:
    code, _, said = govlake("verify", str(receipt), "--heads", "nowhere.jsonl")
    assert (code, said.startswith("nowhere.jsonl: there is no such file of heads. Nothing was checked.")) == (65, True)


def test_the_request_s_text_is_in_a_receipt_only_when_asked_for(govlake: Callable[..., Answer]) -> None:
    assert "欧阳示例" not in govlake("receipt", "R001-002")[1]
    assert "欧阳示例" in json.loads(govlake("receipt", "R001-002", "--with-request")[1])["request"]


def test_the_whole_ledger_is_checked(govlake: Callable[..., Answer], heads: Path) -> None:
    head = seal.heads(heads)[-1].seal
    assert govlake("evidence") == (0, f"unchanged 未被改动\n15 verdicts in 3 batches, 0 not sealed yet; head {head}\n", "")
    assert json.loads(govlake("evidence", "--json")[1]) | {"disagreements": {}} == {
        "batches": 3, "rows": 15, "unsealed": 0, "head": head, "wrong": [], "disagreements": {},
    }  # fmt: skip


def test_a_changed_ledger_is_refused_with_each_place(govlake: Callable[..., Answer], rewrite: Callable[..., None]) -> None:
    rewrite("silver/verdict", lambda rows: [row.update(verdict="accept") for row in rows if row["request_id"] in ("R000-001", "R002-004")])
    code, _, said = govlake("evidence")
    assert (code, "in 2 places" in said, "batch 0, request R000-001" in said, "batch 2, request R002-004" in said) == (65, True, True, True)


def test_a_request_id_cannot_steer_the_terminal(govlake: Callable[..., Answer], ledger: Settings) -> None:
    put(ledger.lake / "silver" / "verdict", [row("R\x1b[31m", 0) | {"leaf": "0" * 64}])
    code, _, said = govlake("evidence")
    assert (code, "\x1b" in said, "R\\x1b[31m" in said) == (65, False, True)


@pytest.mark.parametrize("argv", [("dlq",), ("dlq", "burn"), ("receipt",), ("reconcile", "--grace", "soon")], ids=" ".join)
def test_a_wrong_command_line_is_usage(govlake: Callable[..., Answer], argv: tuple[str, ...]) -> None:
    assert govlake(*argv)[0] == 64


@pytest.mark.parametrize("name", ["instant", "other:5", "instant:-1", "instant:五", "1.5"])
def test_a_name_that_is_no_dead_letter_is_refused_before_the_broker_is_asked(govlake: Callable[..., Answer], name: str) -> None:
    code, _, said = govlake("dlq", "replay", "--", name)
    assert (code, f"'{name}' names no dead letter." in said) == (65, True)
