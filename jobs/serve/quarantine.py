"""Quarantined rows with the reasons in words, and the reasons that weigh most in the whole lake."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jobs.serve import delta
from jobs.serve.locate import contract_of
from jobs.serve.sentences import sentence
from schemas.classification import mask
from schemas.contract import Contract
from schemas.readable import every
from schemas.settings import Settings

COUNTS = """SELECT one.rule AS rule, one."column" AS "column", count(*) AS rows
            FROM (SELECT unnest(_violations) AS one FROM stored) WHERE one.severity = 'quarantine'
            GROUP BY ALL ORDER BY rows DESC, rule, "column" """
ROWS = "SELECT _path, _row, _batch, _violations, _sent FROM stored ORDER BY _batch, _path, _row LIMIT ?"


COUNTED = ("personal_number",)  # rules whose recorded value is a number of finds, and nobody's value


@dataclass(frozen=True)
class Reason:
    """One reason for quarantine: the rule, the column, how many rows, and the sentence."""

    table: str
    rule: str
    column: str
    rows: int
    zh: str
    en: str


@dataclass(frozen=True)
class Broken:
    """One violation of one row; value: masked."""

    rule: str
    column: str
    severity: str
    value: str | None
    zh: str
    en: str


@dataclass(frozen=True)
class QuarantinedRow:
    """One row where it stands in its file, what it breaks, and what was sent; values masked."""

    path: str
    row: int
    batch: str
    violations: tuple[Broken, ...]
    sent: Mapping[str, str | None]


@dataclass(frozen=True)
class Quarantine:
    """The quarantine of one table: how many rows in all, how many by rule, and the first rows."""

    table: str
    rows_quarantined: int
    violations: Mapping[str, int]
    rows: tuple[QuarantinedRow, ...]


def quarantine(settings: Settings, name: str, limit: int = 20) -> Quarantine:
    """Return the quarantine of a table with its first `limit` rows. Raises Refused for an unknown table.

    Every value is masked by the contract's highest classification: a closed value may stand in a public column.
    """
    contract = contract_of(settings, name)
    table = delta.opened(settings.lake / "quarantine" / contract.table)
    if table is None:
        return Quarantine(contract.table, 0, {}, ())
    rows = tuple(worded(row, contract) for row in delta.ask(table, ROWS, (limit,)))
    return Quarantine(contract.table, table.count(), by_rule(delta.ask(table, COUNTS)), rows)


def top_reasons(settings: Settings, limit: int = 10) -> tuple[Reason, ...]:
    """Return the reasons with the most rows over all tables, heaviest first."""
    found: list[Reason] = []
    for contract in every(settings.contracts).values():
        table = delta.opened(settings.lake / "quarantine" / contract.table)
        found += _reasons(delta.ask(table, COUNTS), contract) if table else []
    return tuple(sorted(found, key=lambda reason: (-reason.rows, reason.table, reason.rule))[:limit])


def broken(violation: Mapping[str, Any], contract: Contract) -> Broken:
    """Return a violation (rule, column, severity, value) in words, its value masked once more where it must be."""
    rule, column = violation["rule"], violation["column"] or ""
    value = violation["value"] if rule in COUNTED else mask(violation["value"], contract.classification)
    return Broken(rule, column, violation["severity"], value, *sentence(rule, column, contract))


def by_rule(counted: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return rows by rule, the heaviest first. counted: what COUNTS gives, by rule and column."""
    found: dict[str, int] = {}
    for row in counted:
        found[row["rule"]] = found.get(row["rule"], 0) + row["rows"]
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def worded(row: Mapping[str, Any], contract: Contract) -> QuarantinedRow:
    """Return a row of ROWS with its reasons in words and its values masked."""
    sent = json.loads(row["_sent"] or "{}")
    masked = {name: mask(_text(value), _level(name, contract)) for name, value in sent.items()}
    violations = tuple(broken(violation, contract) for violation in row["_violations"] or ())
    return QuarantinedRow(row["_path"], row["_row"], row["_batch"], violations, masked)


def _reasons(counted: Iterable[Mapping[str, Any]], contract: Contract) -> Iterator[Reason]:
    for row in counted:
        column = row["column"] or ""
        yield Reason(contract.table, row["rule"], column, row["rows"], *sentence(row["rule"], column, contract))


def _level(name: str, contract: Contract) -> str:
    return contract.classification if name in (*contract.names, "_raw") else "sensitive"


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
