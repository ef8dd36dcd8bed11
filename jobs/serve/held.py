"""What the held batches of a table would send to quarantine: read from their candidates, worded and masked as quarantine is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pyarrow import dataset

from jobs.serve import delta
from jobs.serve.locate import contract_of
from jobs.serve.quarantine import COUNTS, ROWS, QuarantinedRow, by_rule, worded
from schemas.contract import Contract
from schemas.settings import Settings

# jobs.publish.plan.holding, handed in by the command line: packages of the upper floor do not import one another.
Holding = Callable[[Settings, str], Iterable[Any]]
REFUSED = "SELECT _path, _row, _batch, _violations, _sent FROM refused"
# Rows of one key that cannot be put in order: jobs/publish/release.py sends them to quarantine beside the refused ones.
TORN = """SELECT _path, _row, _batch, [{{'rule': 'key_conflict', 'column': '{key}', 'severity': 'quarantine', 'value': NULL::VARCHAR}}] AS _violations,
          CAST(to_json(struct_pack({sent})) AS VARCHAR) AS _sent
          FROM kept SEMI JOIN (SELECT _path, _row FROM crowded WHERE reason = 'key_conflict') AS torn USING (_path, _row)"""


@dataclass(frozen=True)
class HeldBatch:
    """One held batch: why it is held, how many of its rows would go to quarantine, in all and by rule, and the first of them."""

    table: str
    batch: str
    date: str
    sentence: str
    rows_quarantined: int
    violations: Mapping[str, int]
    rows: tuple[QuarantinedRow, ...]


def held(settings: Settings, name: str, limit: int, holding: Holding) -> tuple[HeldBatch, ...]:
    """Return the held batches of a table, oldest first, with `limit` rows in all. Raises Refused for an unknown table."""
    contract = contract_of(settings, name)
    found: list[HeldBatch] = []
    for plan in holding(settings, contract.table):
        found.append(_batch(plan, contract, limit - sum(len(one.rows) for one in found)))
    return tuple(found)


def _batch(plan: Any, contract: Contract, limit: int) -> HeldBatch:
    sources = _sources(plan)
    stored = " UNION ALL ".join(_selects(sources, contract))

    def asked(sql: str, *parameters: Any) -> list[dict[str, Any]]:
        return delta.query(sources, f"WITH stored AS ({stored}) {sql}", parameters) if stored else []

    total = sum(row["rows"] for row in asked("SELECT count(*) AS rows FROM stored"))
    rows = tuple(worded(row, contract) for row in asked(ROWS, limit))
    return HeldBatch(plan.table, plan.batch, plan.date, plan.sentence, total, by_rule(asked(COUNTS)), rows)


def _sources(plan: Any) -> dict[str, Any]:
    """The Parquet folders that have files, by the name a query knows them by."""
    folders = {"refused": plan.candidate / "_disposition=quarantine", "kept": plan.candidate / "_disposition=silver", "crowded": plan.crowded}
    files = {name: sorted(map(str, folder.glob("*.parquet"))) for name, folder in folders.items()}
    return {name: dataset.dataset(paths, format="parquet") for name, paths in files.items() if paths}


def _selects(sources: Mapping[str, Any], contract: Contract) -> list[str]:
    found = [REFUSED] if "refused" in sources else []
    if {"kept", "crowded"} <= set(sources):
        names = [delta.quoted(name) for name in sources["kept"].schema.names if not name.startswith("_")]
        sent = ", ".join(f"{name} := CAST({name} AS VARCHAR)" for name in names)
        found.append(TORN.format(key="+".join(contract.identity), sent=sent))
    return found
