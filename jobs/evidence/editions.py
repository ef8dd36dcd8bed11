"""Editions of contracts: each that ever judged is kept beside the seals, by the hash that verdicts name it by."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from schemas.contract import Contract
from schemas.load import load
from schemas.settings import Settings

DIGITS = 16  # of the SHA-256, as `rule_set` in verdicts


def keep(settings: Settings, contracts: Iterable[Contract]) -> None:
    """Keep the present edition of contracts; one that is kept already stays as it is."""
    for contract in contracts:
        content = contract.path.read_bytes()
        path = _path(settings, hashlib.sha256(content).hexdigest()[:DIGITS], contract.path.name)
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{os.getpid()}")
            beside.write_bytes(content)
            beside.rename(path)


def edition(settings: Settings, rule_set: str, today: Contract) -> Contract | None:
    """Return the contract as it was when it was `rule_set`; None when that edition was never kept, or is not what it was."""
    path = _path(settings, rule_set, today.path.name)
    for one in (path, today.path):  # the kept copy first: today's file may change while it is used
        if one.is_file() and hashlib.sha256(one.read_bytes()).hexdigest()[:DIGITS] == rule_set:
            return load(one)
    return None


def _path(settings: Settings, rule_set: str, name: str) -> Path:
    return settings.home / "evidence" / "rules" / rule_set / name
