"""Each page an alert points to exists, in both languages, with something to copy."""

import re
from pathlib import Path

import pytest

from schemas.settings import ROOT

PAGES = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
CODE = [path for name in ("schemas", "jobs", "expectations", "dags", "infra") for path in (ROOT / name).rglob("*.py")]


def test_every_runbook_a_message_names_is_there_and_every_one_there_is_named() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in CODE)
    assert set(re.findall(r"runbooks/([a-z-]+)\.md", text)) == {path.stem for path in PAGES}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_runbook_is_in_chinese_and_english_and_shows_its_sentence_first(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == ["中文", "English"]
    assert text.index("```") < text.index("## 中文")
