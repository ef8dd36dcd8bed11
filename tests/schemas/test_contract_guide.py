"""The contract guide and the glossary name every rule, key and word there is, and the guide's example loads."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from schemas import database, house
from schemas.load import load
from schemas.rules import RULES
from schemas.settings import ROOT
from schemas.template import KEYS
from schemas.uses import HOUSE_METRICS

PAGES = [ROOT / "docs" / "guide" / "contract.md", ROOT / "docs" / "guide" / "contract.zh.md"]
GLOSSARY = ROOT / "docs" / "glossary.md"
STANDARD = ROOT / "tests" / "data" / "odcs" / "odcs-json-schema-v3.1.0.json"
WORDS = [
    "landing", "bronze", "silver", "quarantine", "mart", "exposed view", "partition", "watermark", "checkpoint", "offset",
    "backfill", "lineage", "grant", "classification", "retention", "steward", "owner", "purpose", "agreement", "rule",
    "violation", "audit", "release", "hold", "permit", "penalty", "case", "instant item", "promised item", "subject",
]  # fmt: skip
TEMPLATES = {*database.KEYS, *(key.rstrip("?") for keys in KEYS.values() for key in keys)}  # the keys of 'database', 'excel', 'xml', 'fixed' and 'sql'
pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def described(page: Path) -> set[str]:
    """The names that stand first in a row of a table of the page, in code quotes."""
    rows = re.findall(r"^\| (`.+?) \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def example(page: Path, folder: Path) -> Path:
    """The whole contract of the page, written to a file called like its table."""
    block = re.findall(r"^```yaml\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[0]
    path = folder / f"{yaml.safe_load(block)['schema'][0]['name']}.odcs.yaml"
    path.write_text(block, encoding="utf-8")
    return path


@pages
def test_the_guide_describes_every_rule(page: Path) -> None:
    assert set(RULES) - described(page) == set()


@pages
def test_the_guide_describes_every_house_key_and_metric(page: Path) -> None:
    assert {*house.TABLE, *house.COLUMN, *HOUSE_METRICS, *TEMPLATES} - described(page) == set()


@pages
def test_the_guide_describes_no_rule_or_key_that_is_not_there(page: Path) -> None:
    library = {"rowCount", "nullValues", "missingValues", "invalidValues", "duplicateValues"}

    assert described(page) - {*RULES, *house.TABLE, *house.COLUMN, *HOUSE_METRICS, *TEMPLATES} - library == set()


@pages
def test_the_example_of_the_guide_loads_and_is_valid_odcs(page: Path, tmp_path: Path) -> None:
    path = example(page, tmp_path)

    contract = load(path)

    assert contract.key == ("stall_no", "valid_from")
    standard = json.loads(STANDARD.read_text(encoding="utf-8"))
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert [error.message for error in jsonschema.Draft201909Validator(standard).iter_errors(document)] == []


@pages
def test_the_example_of_the_guide_shows_every_house_key_of_a_landed_table(page: Path, tmp_path: Path) -> None:
    text = example(page, tmp_path).read_text(encoding="utf-8")

    elsewhere = {"reads", "changes", "feed", *KEYS, "span", "deleted", "database"}  # of marts, of other formats, and of tables that keep the past
    assert {*house.TABLE, *house.COLUMN} - elsewhere - set(re.findall(r"property: (\w+)", text)) == set()


@pytest.mark.parametrize("word", WORDS)
def test_the_glossary_explains_each_word_in_english_and_chinese(word: str) -> None:
    rows = re.findall(rf"^\| {word} \| (.+?) \| (.+?) \| (.+?) \|$", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)

    assert len(rows) == 1
    chinese, english, explained = rows[0]
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert re.search("[\u4e00-\u9fff]", explained)
    assert re.search("[a-z]{3}", english)
