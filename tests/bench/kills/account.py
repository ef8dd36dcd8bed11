"""The account of a chaos run: is every row where it belongs, are the tables those of a lake that nobody killed, is nothing left half done?"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

from schemas.contract import Contract
from schemas.settings import Settings
from tests.bench.kills.kinds import Kind
from tests.bench.kills.lake import Lake

UNTOLD = {"licence": ("changed_at",)}  # by table, the columns that only the database knows: when it committed
DRAFTS = (".partial", ".part", ".extracting.jsonl.gz", ".beginning.jsonl.gz")


def proved(lake: Lake) -> list[str]:
    """Return what `govlake ledger --prove` finds wrong."""
    done = lake.govlake("ledger", "--prove", "--json")
    if done.returncode == 0:
        return []
    told = json.loads(done.stdout) if done.stdout.startswith("{") else {"tables": []}
    found = [finding["sentence"] for table in told["tables"] for finding in table["findings"]]
    return [f"`govlake ledger --prove` ends with exit code {done.returncode}: {one}" for one in found or [done.stderr.strip()[-300:]]]


def differences(killed: Lake, quiet: Lake, kinds: Sequence[Kind]) -> Iterator[str]:
    """Compare each table of two installations: rows of silver by key and content, rows of quarantine by what is wrong with them."""
    for table in dict.fromkeys(kind.table for kind in kinds):
        contract = killed.contracts[table]
        names = [name for name in contract.names if name not in UNTOLD.get(table, ())]
        mine, theirs = (_rows(lake.settings, "silver", table, names) for lake in (killed, quiet))
        if mine != theirs:
            yield f"silver.{table} has {_count(mine - theirs)} row(s) that it should not have, and lacks {_count(theirs - mine)} of {_count(theirs)}."
        if not theirs:
            yield f"silver.{table} has no row even where nobody was killed: the run has shown nothing of it."
        yield from _doubled(killed.settings, contract)
        bad = [Counter(map(_rules, _read(lake.settings, "quarantine", table, ["_violations"]))) for lake in (killed, quiet)]
        if bad[0] != bad[1]:
            yield f"quarantine.{table} has {_count(bad[0] - bad[1])} row(s) too many and {_count(bad[1] - bad[0])} too few."


def halves(killed: Lake, quiet: Lake) -> Iterator[str]:
    """Name what is left half done: working spaces, drafts in landing, bytes kept under another hash than their own, or kept for nobody."""
    here = killed.settings
    for folder in here.lake.glob("_candidate/*/*/"):
        yield f"{folder.relative_to(here.home)}: a working space is left."
    for path in (*here.landing.rglob("*"), *(here.home / "blobs").rglob("*")):
        if path.is_file() and (path.name.endswith(DRAFTS) or (path.name.startswith(".") and "blobs" in path.parts)):
            yield f"{path.relative_to(here.home)}: a draft is left."
    mine, theirs = (dict(_blobs(lake.settings.home)) for lake in (killed, quiet))
    yield from (f"{name}: its bytes have another hash." for name, is_whole in mine.items() if not is_whole)
    if mine.keys() != theirs.keys():
        yield f"{len(mine.keys() - theirs.keys())} file(s) are kept beside the lake for nobody, and {len(theirs.keys() - mine.keys())} are missing."


def rows(lake: Lake, kinds: Sequence[Kind]) -> int:
    """Return how many rows the tables of these kinds have."""
    return sum(_count(_rows(lake.settings, "silver", table, list(lake.contracts[table].key))) for table in {kind.table for kind in kinds})


def _blobs(home: Path) -> Iterator[tuple[str, bool]]:
    for path in (home / "blobs").rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            yield f"{path.parent.name}{path.name}", hashlib.sha256(path.read_bytes()).hexdigest() == path.parent.name + path.name


def _doubled(settings: Settings, contract: Contract) -> Iterator[str]:
    """A key that two rows have; of a table that keeps the past, two rows that begin in the same moment by the same batch."""
    more = ["_valid_from", "_batch", "_is_deleted"] if contract.keeps_past else []
    keys = _rows(settings, "silver", contract.table, [*contract.key, *more]) if contract.key else Counter[str]()
    if twice := sum(count > 1 for count in keys.values()):
        yield f"silver.{contract.table} has {twice} key(s) in more than one row."


def _rows(settings: Settings, layer: str, table: str, names: list[str]) -> Counter[str]:
    return Counter(json.dumps(list(row.values()), default=str, ensure_ascii=False) for row in _read(settings, layer, table, names))


def _rules(row: dict[str, Any]) -> str:
    return ",".join(sorted(str(one["rule"]) for one in row["_violations"] or ()))


def _read(settings: Settings, layer: str, table: str, names: list[str]) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = DeltaTable(str(settings.lake / layer / table)).to_pyarrow_table(columns=names).to_pylist()
    except TableNotFoundError:
        return []
    return found


def _count(rows: "Counter[str]") -> int:
    return sum(rows.values())
