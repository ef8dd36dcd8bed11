"""Contracts made for tests: a small real one, and a large one, under other names."""

from schemas.settings import ROOT

SMALL = (ROOT / "schemas" / "reference" / "working_day.odcs.yaml").read_text(encoding="utf-8")
LARGE = (ROOT / "schemas" / "business" / "enterprise.odcs.yaml").read_text(encoding="utf-8")


def renamed(text: str, old: str, new: str) -> str:
    """A contract's YAML as that of a table of another name."""
    return text.replace(f"  - name: {old}\n", f"  - name: {new}\n").replace(f".{old}\n", f".{new}\n")


def small(count: int) -> dict[str, str]:
    """`count` contracts of few columns, by their path in the contracts folder."""
    return {f"reference/made_{n}.odcs.yaml": renamed(SMALL, "working_day", f"made_{n}") for n in range(count)}


def large(count: int) -> dict[str, str]:
    """`count` contracts of 24 columns; they look divisions up in `reference.admin_division`."""
    return {f"business/made_{n}.odcs.yaml": renamed(LARGE, "enterprise", f"made_{n}") for n in range(count)}
