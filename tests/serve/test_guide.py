"""The guide's examples run as they stand, in both languages."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from schemas.settings import ROOT, settings
from tests.serve.made_lake import HOP, INSTANT, PATH, RELEASED, RELEASED_AT, STAMPS, hop, put

GUIDES = ("query.md", "query.zh.md")
PYTHON, SHELL = re.compile(r"```python\n(.*?)```", re.DOTALL), re.compile(r"^\.venv/bin/govlake ([^#\n]*)", re.MULTILINE)
ENTERPRISE = pa.schema([
    ("uscc", pa.string()), ("name", pa.string()), ("registered_on", pa.date32()), ("division_code", pa.string()),
    ("capital_cny", pa.decimal128(18, 2)), ("updated_at", INSTANT), *STAMPS,
])
LISTING = pa.schema([
    *((name, pa.string()) for name in ("list", "authority", "case_no", "subject_name")), ("_valid_from", INSTANT), ("_valid_to", INSTANT), ("_is_deleted", pa.bool_()), *STAMPS,
])
PAGE = pa.schema([
    *((name, pa.string()) for name in ("url", "title", "document_no", "issuing_body", "content", "sha256")), ("published_on", pa.date32()),
    ("_valid_from", INSTANT), ("_valid_to", INSTANT),
])
FIRST, SECOND = datetime(2026, 3, 1, 2, tzinfo=UTC), datetime(2026, 3, 2, 2, tzinfo=UTC)
KNOWN_ON = datetime(2026, 3, 2, tzinfo=UTC)


def text(guide: str) -> str:
    return (ROOT / "docs" / "guide" / guide).read_text(encoding="utf-8")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    here = settings({"GOVLAKE_HOME": str(tmp_path / "var")})
    row = {"uscc": "91330106QQ00000129", "name": "示例甲科技有限公司", "registered_on": date(2021, 1, 1), "division_code": "330106",
           "capital_cny": Decimal("1000.00"), "updated_at": datetime(2026, 3, 1, tzinfo=UTC), "_path": PATH, "_row": 2, "_batch": RELEASED}
    put(here.lake / "silver" / "enterprise", ENTERPRISE, [row])
    entry = {"list": "失信被执行人", "_valid_from": datetime(2026, 2, 1, tzinfo=UTC), "_is_deleted": False, "_batch": RELEASED, "_ingested_at": KNOWN_ON}
    put(here.lake / "silver" / "credit_listing", LISTING, [{**entry, "case_no": "示例一"}, {**entry, "case_no": "示例二"}])
    put(here.lake / "silver" / "crawled_page", PAGE, crawled())
    released = hop("release", (1, 1, 0, 0), RELEASED_AT, table="enterprise", version_written=0)
    put(here.lake / "ledger" / "hop", HOP, [released])
    yield tmp_path


def crawled() -> list[dict[str, object]]:
    """Two crawls: one page as it was, one with another title and text, one in other bytes with the same text, one new."""
    found: list[dict[str, object]] = []
    for name, first, second in (("same", ("甲", "a", "1"), ("甲", "a", "1")), ("other", ("甲", "a", "1"), ("乙", "b", "2")), ("bytes", ("甲", "a", "1"), ("甲", "a", "3"))):
        for (title, content, sha256), since, until in ((first, FIRST, SECOND), (second, SECOND, None)):
            found.append({"url": name, "title": title, "content": content, "sha256": sha256, "_valid_from": since, "_valid_to": until})
    return [*found, {"url": "fresh", "title": "丙", "content": "c", "sha256": "4", "_valid_from": SECOND}]


def run(home: Path, *command: str) -> str:
    places = {**os.environ, "GOVLAKE_HOME": str(home / "var"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, *command], cwd=home, env=places, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("guide", GUIDES)
def test_the_programs_of_the_guide_run_in_order(home: Path, guide: str) -> None:
    told = run(home, "-c", "\n".join(PYTHON.findall(text(guide))))
    assert told.startswith("0 1\n")
    assert "enterprise, version 0, business date 2026-03-01" in told
    assert f"91330106QQ00000129 is row 2 of {PATH}, batch {RELEASED}" in told
    for name, page, what in (("same", "unchanged", ""), ("other", "changed", "title, text"), ("bytes", "changed", ""), ("fresh", "new", "NULL")):
        assert re.search(rf"│ {name} +│ {page} +│ {what} *│", told), told
    assert re.search(r"^released [\d.]+ (late|in time)$", told, re.MULTILINE)


@pytest.mark.parametrize("guide", GUIDES)
def test_the_commands_of_the_guide_run(home: Path, guide: str) -> None:
    commands = "\n".join(f"{sys.executable} -m jobs.cli {command}" for command in SHELL.findall(text(guide)))
    done = subprocess.run(
        ["bash", "-ec", commands], cwd=home, capture_output=True, text=True,
        env={**os.environ, "GOVLAKE_HOME": str(home / "var"), "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "91330106QQ00000129" in done.stdout


def test_both_guides_show_the_same_programs() -> None:
    one, other = (re.sub(r"  # .*", "", "\n".join(PYTHON.findall(text(guide)))) for guide in GUIDES)
    assert one == other
