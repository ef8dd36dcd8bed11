"""The plan of a batch: which files make it up, written before anything else so that a killed run can be finished."""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobs.evidence.intake import LandedFile, batch_id
from schemas.contract import Contract
from schemas.load import load
from schemas.settings import Settings


@dataclass(frozen=True)
class Plan:
    """One batch: its table, business date, files and the time it was taken in; `folder` is its working space."""

    batch: str
    table: str
    date: str
    ingested_at: datetime
    files: tuple[LandedFile, ...]
    folder: Path

    @property
    def candidate(self) -> Path:
        """The Parquet folder of the candidate rows."""
        return self.folder / "rows"

    @property
    def crowded(self) -> Path:
        """The Parquet folder of the rows whose key is not theirs alone, see `discard.crowded`."""
        return self.folder / "crowded_rows"

    @property
    def made(self) -> Path:
        """The Parquet folder of the versions that a dump makes without a row, see `history.measured`."""
        return self.folder / "made_rows"

    @property
    def sentence(self) -> str:
        """Why it is held; empty when it is not."""
        return str((read_json(self.folder / "held") or {}).get("sentence") or "")


def make(settings: Settings, contract: Contract, date: str, files: tuple[LandedFile, ...]) -> Plan:
    """Write the plan of a new batch. The batch id depends on what is in it, so a repeat has the same id."""
    batch = batch_id(contract, date, (file.sha256 for file in files))
    plan = Plan(batch, contract.table, date, datetime.now(UTC), files, _folder(settings, contract.table) / batch)
    plan.folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(contract.path, plan.folder / contract.path.name)
    write_json(plan.folder / "plan.json", {**asdict(plan), "ingested_at": plan.ingested_at.isoformat()})
    return plan


def unfinished(settings: Settings, contract: Contract) -> Plan | None:
    """Return the batch that a killed run left behind, the oldest first; None when there is none."""
    plans = [_read(path) for path in _folder(settings, contract.table).glob("*/plan.json")]
    left = [plan for plan in plans if not (plan.folder / "held").exists()]
    return min(left, key=lambda plan: plan.ingested_at, default=None)


def held(settings: Settings, table: str, batch: str) -> Plan | None:
    """Return a held batch, whose candidate rows still wait for a decision; None when there is none of that id."""
    path = _folder(settings, table) / batch
    return _read(path / "plan.json") if (path / "held").exists() and (path / "plan.json").exists() else None


def holding(settings: Settings, table: str) -> list[Plan]:
    """Return the held batches of a table, oldest first."""
    plans = [_read(path) for path in _folder(settings, table).glob("*/plan.json") if (path.parent / "held").exists()]
    return sorted(plans, key=lambda plan: plan.ingested_at)


def outdated(settings: Settings, contract: Contract, date: str) -> list[Plan]:
    """Return the batches of a date that are held under another version of the contract."""
    return [plan for plan in holding(settings, contract.table) if plan.date == date and not is_current(plan, contract)]


def is_current(plan: Plan, contract: Contract) -> bool:
    """Tell whether the contract's version is the one that the batch was planned under."""
    return plan.batch == batch_id(contract, plan.date, (file.sha256 for file in plan.files))


def is_judged(plan: Plan) -> bool:
    """Tell whether the batch has its verdict: from then on its rows may be in the tables, and it has to be finished."""
    return (plan.folder / "verdict.json").exists()


def begun_under(plan: Plan, today: Contract) -> Contract:
    """Return the contract the batch was planned under, whose columns its candidate rows have."""
    return today if is_current(plan, today) else load(plan.folder / today.path.name)


def abandoned(settings: Settings, table: str) -> list[Path]:
    """Return the working spaces without a plan: killed before it was written, or while they were forgotten. To be asked under the table's lock."""
    return [path for path in _folder(settings, table).glob("*/") if not (path / "plan.json").exists()]


def forget(plan: Plan) -> None:
    """Remove the working space of a finished batch, the plan first so that nobody takes up half of it."""
    (plan.folder / "plan.json").unlink(missing_ok=True)
    shutil.rmtree(plan.folder)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file in one step: it is there whole, or not at all."""
    partial = path.with_suffix(".partial")
    with open(partial, "w", encoding="utf-8") as handle:
        json.dump(value, handle, ensure_ascii=False, default=str)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)


def read_json(path: Path) -> Any | None:
    """Read a JSON file written by `write_json`; None when it is not there."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _folder(settings: Settings, table: str) -> Path:
    return settings.lake / "_candidate" / table


def _read(path: Path) -> Plan:
    raw = json.loads(path.read_text(encoding="utf-8"))
    files = tuple(LandedFile(**{**f, "path": Path(f["path"]), "said": tuple(map(tuple, f.get("said", ())))}) for f in raw["files"])
    return Plan(raw["batch"], raw["table"], raw["date"], datetime.fromisoformat(raw["ingested_at"]), files, path.parent)
