"""The last released edition of every contract, with its code lists, kept in tests/golden/contracts. `make freeze` renews it.

A release renews it, after its versions have been raised; a contract that breaks its readers or senders without a major
version cannot be frozen.
"""

import shutil
import sys
from pathlib import Path

from schemas.compatibility import compare, edition
from schemas.load import SUFFIX
from schemas.settings import ROOT

FROZEN = ROOT / "tests" / "golden" / "contracts"
SHIPPED = ROOT / "schemas"
RENEW = "`make freeze` renews the frozen copies once a release ships what they are compared with."


def refusals(frozen: Path = FROZEN, shipped: Path = SHIPPED) -> list[str]:
    """Return why the shipped contracts may not follow the frozen ones, a sentence a contract; a new table follows nothing."""
    said = []
    for old in sorted(frozen.rglob(f"*{SUFFIX}")):
        new = shipped / old.relative_to(frozen)
        gone = f"{new}: is gone, which breaks all who read the table. Bring it back, or, when its withdrawal was decided, delete {old} too."
        refusal = compare(edition(old), edition(new)).refusal if new.is_file() else gone
        said += [f"{refusal} {RENEW}"] if refusal else []
    return said


def freeze(frozen: Path = FROZEN, shipped: Path = SHIPPED) -> list[str]:
    """Replace the frozen copies by what ships now, unless that is refused; return the refusals.

    1. Compare every contract with its frozen copy.
    2. Remove the copies, and copy contracts and code lists. Killed in between, version control has them, and a repeat ends it.
    """
    if found := refusals(frozen, shipped):  # 1
        return found
    shutil.rmtree(frozen, ignore_errors=True)  # 2
    for path in (*shipped.rglob(f"*{SUFFIX}"), *(shipped / "codes").glob("*.csv")):
        copy = frozen / path.relative_to(shipped)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return []


if __name__ == "__main__":
    sys.exit("\n".join(freeze()) or 0)
