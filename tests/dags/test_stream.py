"""The DAG that looks at the stream: a task a check, red with the check's own sentence."""

from pathlib import Path

import pytest

from dags.stream import AGAIN, CHECKS, watch_dag
from jobs.serve.watch import CHECKS as KNOWN
from schemas.errors import Unavailable
from schemas.settings import ROOT


def test_every_check_of_the_command_line_is_a_task() -> None:
    assert [*CHECKS, AGAIN] == [*KNOWN, AGAIN] == [task.task_id for task in watch_dag().tasks]


def test_a_task_is_red_with_the_sentence_of_what_is_crossed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVLAKE_HOME", str(tmp_path))
    monkeypatch.setenv("GOVLAKE_KAFKA", "127.0.0.1:9")
    with pytest.raises(Unavailable, match=r"Kafka at 127\.0\.0\.1:9 did not answer"):
        watch_dag().get_task("dead-letters").execute({})


def test_a_task_is_green_while_there_is_nothing_to_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVLAKE_HOME", str(tmp_path))
    assert "nothing yet" in watch_dag().get_task("staleness").execute({})


def test_every_check_has_a_page() -> None:
    text = (ROOT / "jobs" / "serve" / "watch.py").read_text(encoding="utf-8")
    assert text.count("docs/runbooks/stream-") == len(CHECKS)
