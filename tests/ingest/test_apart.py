"""A process that reads what may hurt: limited, ended, started anew."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs.ingest.apart import Apart, answering

ENDS = "ends the program that reads it"


def behave(asked: dict[str, Any]) -> dict[str, Any]:
    """Do what the question says: what content can do to the program that reads it."""
    if "die" in asked and not Path(asked["die"]).exists():
        Path(asked["die"]).touch()
        sys.exit(1)
    while asked.get("spin"):
        pass
    if asked.get("pause"):
        signal.pause()
    return {"bytes": len(bytearray(asked.get("take", 0))), "text": asked.get("text")}


@pytest.fixture
def apart() -> Iterator[Apart]:
    made = Apart(behave.__module__)
    yield made
    made.close()


def test_one_process_answers_one_question_after_another_in_any_characters(apart: Apart) -> None:
    sent = ["a\nb\r\u2028\x00", "𠀀" * 100_000]
    answers = [apart.ask({"text": text}) for text in sent]
    assert answers == [{"bytes": 0, "text": text} for text in sent]


def test_what_takes_more_processor_time_than_it_may_ends_it_and_the_next_question_is_answered(apart: Apart) -> None:
    assert apart.ask({"spin": True}) == ENDS
    assert apart.ask({"text": "x"}) == {"bytes": 0, "text": "x"}


def test_what_takes_more_memory_than_it_may_ends_it(apart: Apart) -> None:
    assert apart.ask({"take": 64 << 20}) == {"bytes": 64 << 20, "text": None}
    assert apart.ask({"take": 4 << 30}) == ENDS


def test_a_process_that_somebody_killed_is_asked_again(apart: Apart, tmp_path: Path) -> None:
    assert apart.ask({"die": str(tmp_path / "dead"), "text": "x"}) == {"bytes": 0, "text": "x"}


def test_what_never_comes_to_an_end_without_working_is_late() -> None:
    waiting = Apart(behave.__module__, seconds=1)
    assert waiting.ask({"pause": True}) == "takes longer than 1 s"
    waiting.close()


if __name__ == "__main__":
    sys.exit(answering(behave, 1 << 30, cpu_seconds=1))
