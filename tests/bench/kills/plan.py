"""Who is killed in which kind of source, and how far a batch had come by then."""

import random
from dataclasses import dataclass

from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError

from schemas.settings import Settings
from tests.bench.kills.kinds import Kind

DRIVER, JAVA, BROKER = "driver", "java", "broker"
LEAST, BROKERS, JAVAS = 2, 8, 4  # kills of each kind, of the broker in all, of Java in all
DONE = ("plan.json", "reports.json", "measurement.json", "verdict.json")  # what is in the working space after steps 0 to 3 of jobs/publish/batch.py


@dataclass(frozen=True)
class Kill:
    """A kill that is meant to happen: during which step of `python -m jobs`, and of whom."""

    step: str
    victim: str


def planned(kinds: tuple[Kind, ...], kills: int, chance: random.Random) -> dict[Kind, list[Kill]]:
    """Return for each kind the kills that are meant, in the order in which they come; at least `kills` in all."""
    found: dict[Kind, list[Kill]] = {kind: [] for kind in kinds}
    topics = [kind for kind in kinds if kind.way == "topic"]
    for number in range(BROKERS if topics else 0):
        kind = topics[number % len(topics)]
        found[kind].append(Kill(kind.steps[number // len(topics) % 2], BROKER))
    for kind in kinds:
        found[kind] += [Kill(step, DRIVER) for step in (kind.steps * LEAST)[:max(LEAST, len(kind.steps))]]
        found[kind] += [Kill("run", DRIVER)] * (kind.way == "database")
    while sum(map(len, found.values())) < kills:
        found[chance.choice(kinds)].append(Kill("run", DRIVER))
    for kind in chance.sample(kinds, min(JAVAS, len(kinds))):
        found[kind].append(Kill("run", JAVA))
    for of_kind in found.values():
        chance.shuffle(of_kind)
    return found


def reached(settings: Settings, table: str) -> str:
    """Return in words how far the batch that is under way has come, by what it has left: steps of jobs/publish/batch.py."""
    folders = [path for path in (settings.lake / "_candidate" / table).glob("*/") if (path / "plan.json").is_file()]
    if not folders:
        return "no batch under way"
    folder = max(folders, key=lambda path: (path / "plan.json").stat().st_mtime)
    done = sum((folder / name).is_file() for name in DONE) - 1
    for step, layer, noun, event in ((4, "quarantine", table, folder.name), (5, "silver", table, folder.name), (6, "ledger", "file", f"{folder.name}-released")):
        if _wrote(settings, layer, noun, event):
            done = step
    return f"step {done} done" if done else "planned"


def _wrote(settings: Settings, layer: str, noun: str, event: str) -> bool:
    try:
        return DeltaTable(str(settings.lake / layer / noun)).transaction_version(event) is not None
    except TableNotFoundError:
        return False
