"""What a code means part by part, or why it is not valid, in Chinese and English."""

import difflib
from dataclasses import dataclass

from jobs.conform.plain.catalogue import PLAIN, READERS
from jobs.conform.plain.reading import Part
from jobs.conform.plain.spelling import normalised
from schemas.classification import mask
from schemas.errors import Refused
from schemas.rules import RULES

PERSONAL = frozenset({"citizen_id", "citizen_id_15", "citizen_id_any"})  # never given back in full


@dataclass(frozen=True)
class Explanation:
    """A verdict in words. `repaired` is the valid spelling that width, blanks and case lead to, masked for a person."""

    valid: bool
    zh: str
    en: str
    repaired: str | None
    parts: tuple[Part, ...]


def explain(rule: str, value: str) -> Explanation:
    """Explain one value by one rule. Raises Refused for a rule that reads no single value, or is unknown."""
    if rule not in READERS:
        raise Refused(_no_such(rule))
    reading, spec = READERS[rule](value), RULES[rule]
    if reading.fault is None:
        return Explanation(True, f"有效（{spec.standard}）。", f"Valid by {spec.standard}.", None, reading.parts)
    right = repaired(rule, value)
    shown = mask(right, "sensitive") if rule in PERSONAL else right
    zh = f"{spec.zh}（{spec.standard}）：{reading.fault.zh}。"
    en = f"This {spec.en} ({spec.standard}): {reading.fault.en}."
    if shown is not None:
        zh += f"统一全角、空白和大小写后即为有效值{shown}。"
        en += f" With width, blanks and letter case put right it is valid: {shown}."
    return Explanation(False, zh, en, shown, reading.parts)


def repaired(rule: str, value: str) -> str | None:
    """Return the valid value that normalising alone leads to; None when it leads to none or changes nothing."""
    right = normalised(rule, value)
    return right if right != value and PLAIN[rule](right) else None


def _no_such(rule: str) -> str:
    if rule in RULES:
        return f"Rule '{rule}' depends on a contract or on other columns: there is nothing to explain of one value."
    close = difflib.get_close_matches(rule, READERS, n=1, cutoff=0.5)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return f"There is no rule '{rule}'.{hint} Known: {', '.join(sorted(READERS))}."
