"""A violation in words, Chinese and English, for people who never read a rule's name."""

from schemas.contract import Contract
from schemas.rules import RULES


def sentence(rule: str, column: str, contract: Contract | None) -> tuple[str, str]:
    """Return (Chinese, English) for a rule broken in a column, or in columns joined by '+', or in the whole row ('')."""
    names = [name for name in column.split("+") if name]
    titles = {known.name: known.title for known in contract.columns} if contract else {}
    zh, en = (RULES[rule].zh, RULES[rule].en) if rule in RULES else (f"不符合规则 {rule}", f"breaks the rule {rule}")
    subject_zh = "、".join(f"{titles[name]}（{name}）" if name in titles else name for name in names)
    return f"{subject_zh}{zh}", f"{', '.join(names)} {en}".strip()
