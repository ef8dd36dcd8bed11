"""What is fetched is pinned by hash, and the locks name no address."""

import re
import tomllib
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from schemas.settings import ROOT

POM = "{http://maven.apache.org/POM/4.0.0}"
LOCKS = ("infra/requirements.txt", "infra/uv.txt", "tests/bench/stream/quix.txt")


def requirements(lock: Path) -> dict[str, str]:
    """The lines of a lock, by package."""
    blocks = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").replace("\\\n", " "))
    return {re.split(r"[=\s;]", block)[0]: block for block in blocks if block.strip()}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_a_hash(lock: str) -> None:
    assert [name for name, text in requirements(ROOT / lock).items() if "--hash=sha256:" not in text] == []


@pytest.mark.parametrize("file", [*LOCKS, "pyproject.toml", "infra/jars/SHA256SUMS", "infra/kafka/SHA256SUMS"])
def test_no_address_is_in_a_lock(file: str) -> None:
    assert "://" not in (ROOT / file).read_text(encoding="utf-8")


def test_every_pin_of_the_project_is_the_one_of_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = requirements(ROOT / "infra/requirements.txt")
    pins = [pin.split("==") for pin in project["dependencies"] if "==" in pin]
    assert [name for name, version in pins if f"=={version} " not in locked[name.split("[")[0].lower()]] == []


@pytest.mark.parametrize("folder", ["jars", "kafka"])
def test_every_jar_that_is_asked_for_has_a_sum(folder: str) -> None:
    tree = ElementTree.parse(ROOT / "infra" / folder / "pom.xml")
    asked = [element.text or "" for element in tree.findall(f".//{POM}dependency/{POM}artifactId")]
    sums = (ROOT / "infra" / folder / "SHA256SUMS").read_text(encoding="utf-8")
    assert asked
    assert [name for name in asked if f"  {name}-" not in sums] == []


def test_the_help_names_every_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split())  # type: ignore[index]
    assert phony == set(re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE))
