"""What a checkpoint is called, and where its numbers begin."""

from pathlib import Path

import pytest

from jobs.stream.origin import origin
from schemas.errors import Refused


def test_a_checkpoint_keeps_its_name_and_its_first_number(tmp_path: Path) -> None:
    assert origin(tmp_path / "one", lambda: 7) == origin(tmp_path / "one", lambda: 99)


def test_a_new_checkpoint_has_another_name_and_goes_on_counting(tmp_path: Path) -> None:
    one, other = origin(tmp_path / "one", lambda: 0), origin(tmp_path / "other", lambda: 7)
    assert (one.app != other.app, other.first) == (True, 7)


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", '{"app": "x"}'], ids=["empty", "cut off", "no keys", "a list", "one key"])
def test_an_unreadable_origin_is_refused_with_the_way_back(tmp_path: Path, text: str) -> None:
    (tmp_path / "origin.json").write_text(text)
    with pytest.raises(Refused, match=r"records wait in Kafka\. Move the folder .* away and start again"):
        origin(tmp_path, lambda: 0)
