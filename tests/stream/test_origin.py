"""What a checkpoint is called."""

from pathlib import Path

import pytest

from jobs.stream.origin import origin
from schemas.errors import Refused


def test_a_checkpoint_keeps_its_name_and_a_new_one_has_another(tmp_path: Path) -> None:
    one = origin(tmp_path / "one")
    assert (origin(tmp_path / "one") == one, origin(tmp_path / "other") == one) == (True, False)


@pytest.mark.parametrize("text", ["", "{", "{}", "[]"], ids=["empty", "cut off", "no keys", "a list"])
def test_an_unreadable_origin_is_refused_with_the_way_back(tmp_path: Path, text: str) -> None:
    (tmp_path / "origin.json").write_text(text)
    with pytest.raises(Refused, match=r"records wait in Kafka\. Move the folder .* away and start again"):
        origin(tmp_path)
