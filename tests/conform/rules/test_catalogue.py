"""Each rule a contract may name has its Spark expression, and its plain twin where it reads one value."""

from pathlib import Path

import pytest

from jobs.conform.plain.catalogue import PLAIN
from jobs.conform.rules.catalogue import COLUMN_RULES, JOINED, ROW_RULES
from schemas.rules import IDENTIFIERS, ROWS, VALUES
from schemas.settings import ROOT

RULE_MODULES = sorted((ROOT / "jobs/conform/rules").glob("*.py"))
PLAIN_MODULES = sorted((ROOT / "jobs/conform/plain").glob("*.py"))


def test_every_rule_about_one_column_is_in_the_catalogue() -> None:
    assert set(COLUMN_RULES) | (JOINED & set(VALUES)) == set(IDENTIFIERS) | set(VALUES)


def test_every_rule_about_a_row_is_in_the_catalogue() -> None:
    assert set(ROW_RULES) | (JOINED & set(ROWS)) == set(ROWS)


def test_every_identifier_rule_has_a_plain_twin() -> None:
    assert set(IDENTIFIERS) - set(PLAIN) == set()


@pytest.mark.parametrize("module", RULE_MODULES, ids=lambda path: path.stem)
def test_no_rule_runs_python_in_an_executor(module: Path) -> None:
    code = module.read_text(encoding="utf-8")
    assert [word for word in ("udf", "pandas", "mapIn", "collect()") if word in code] == []


@pytest.mark.parametrize("module", PLAIN_MODULES, ids=lambda path: path.stem)
def test_plain_modules_do_not_need_spark(module: Path) -> None:
    assert "pyspark" not in module.read_text(encoding="utf-8")
