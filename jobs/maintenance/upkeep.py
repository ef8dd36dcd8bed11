"""Upkeep of Delta tables, without Spark: few files instead of many small ones, and none that nobody can ask for any more."""

import json
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from jobs.lake import lock
from schemas.errors import Refused, Unavailable
from schemas.settings import Settings, kept_for

PATIENCE = 30.0  # seconds to wait for whoever writes the table; the stream's intake lets go of its own every second


@dataclass(frozen=True)
class Task:
    """Tables to keep up together, since one lock is held for writing them: `<layer>.<noun>` for each layer.

    lock: its name.  days: for how long a version can still be read after the next one came.  named: by layer, versions that
    evidence refers to, kept however old they are.  is_busy: whether a run is half done.  abandoned: folders that nobody will use.
    """

    noun: str
    layers: tuple[str, ...]
    lock: str
    days: int
    named: Mapping[str, frozenset[int]] = field(default_factory=dict)
    is_busy: Callable[[], bool] = lambda: False
    abandoned: Callable[[], Iterable[Path]] = tuple


@dataclass(frozen=True)
class Upkept:
    """One table after its upkeep. files, bytes: what readers of the newest version read.  removed, freed: files that are gone now, and their bytes."""

    table: str
    version: int
    files_before: int
    files: int
    bytes_before: int
    bytes: int
    removed: int
    freed: int


def upkeep(settings: Settings, task: Task, after: Callable[[int], None] = lambda step: None) -> list[Upkept]:
    """Keep the tables of a task up, while holding their lock; a table without a version is passed over.

    1. Write into the table for how long its versions are kept, where it does not say so, and that nobody else cleans its log.
    2. Make few files of many small ones: the same rows in a new version.
    3. Remove files which only versions refer to that ended more than `days` ago and that nothing names, and files of writes that were killed.
    4. Give the log a checkpoint, unless its newest version has one; remove what no version that is kept needs of the log.
    5. After all tables, remove abandoned folders.
    Each finds nothing to do where it was done, so killed between any two and repeated it gives the same; a table in which nothing
    happened gets no new version. Readers keep the version they have opened: 2 removes no file.
    Raises Unavailable when the tables are being written, or the disk does not take it; Refused when rows would be lost.
    """
    with lock.writing(settings, task.lock, PATIENCE):
        if task.is_busy():
            raise Unavailable(f"{task.noun}: a run is half done, and the next run of the table goes on with it. Nothing was touched; upkeep comes after it.")
        found = [_kept_up(settings, task, layer, after) for layer in task.layers]
        for folder in task.abandoned():
            shutil.rmtree(folder)  # 5
        after(5)
    return [one for one in found if one is not None]


def _kept_up(settings: Settings, task: Task, layer: str, after: Callable[[int], None]) -> Upkept | None:
    path, name = settings.lake / layer / task.noun, f"{layer}.{task.noun}"
    try:
        table = DeltaTable(str(path))
        before = _size(table)
        _say_how_long(table, task.days)  # 1
        after(1)
        _compact(table, name)  # 2
        after(2)
        named = _there(path, task.named.get(layer, frozenset()))
        removed, freed = _vacuum(table, path, task.days, named)  # 3
        after(3)
        if _checkpoint(path) != table.version():
            table.create_checkpoint()  # 4
        _shorten(path, min([*named, _current(path, task.days)]))
        after(4)
    except TableNotFoundError:
        return None
    except (DeltaError, OSError) as error:
        told = str(error).splitlines()[0][:200]
        raise Unavailable(f"Upkeep of {name} has stopped: {told} Readers have all the rows they had. Repeat `govlake upkeep {name}`.") from error
    now = _size(table)
    return Upkept(name, table.version(), before[0], now[0], before[1], now[1], removed, freed)


def _say_how_long(table: DeltaTable, days: int) -> None:
    wanted = kept_for(days)
    known = table.metadata().configuration
    if {key: known.get(key) for key in wanted} != wanted:
        table.alter.set_table_properties(wanted)


def _compact(table: DeltaTable, name: str) -> None:
    version, rows = table.version(), table.count()
    table.optimize.compact()
    if table.count() != rows:
        raise Refused(
            f"{name}: version {table.version()}, written by upkeep, counts {table.count()} rows and version {version} counts {rows}. "
            f"No file was removed. Restore version {version} and report it: this is a defect of govlake."
        )


def _vacuum(table: DeltaTable, path: Path, days: int, named: list[int]) -> tuple[int, int]:
    """Remove what is too old; return how many files, and their bytes. Looked at first: a vacuum of nothing would be two commits."""
    found = table.vacuum(retention_hours=24 * days, dry_run=True, full=True, keep_versions=named or None)
    if not found:
        return 0, 0
    freed = sum((path / one).stat().st_size for one in found if (path / one).is_file())
    table.vacuum(retention_hours=24 * days, dry_run=False, full=True, keep_versions=named or None)
    for one in found:  # Hadoop's check sum of a local file
        (path / one).with_name(f".{Path(one).name}.crc").unlink(missing_ok=True)
    return len(found), freed


def _current(path: Path, days: int) -> int:
    """The version that a table had when the time that versions are kept began; its first one when it is younger."""
    begun = time.time() - 86_400 * days
    commits = sorted((path / "_delta_log").glob("*.json"))
    before = [int(one.stem) for one in commits if one.stem.isdigit() and one.stat().st_mtime < begun]
    return before[-1] if before else 0


def _shorten(path: Path, version: int) -> None:
    """Remove the log's entries before the last checkpoint that leads to a version: nothing from that version on needs them."""
    log = path / "_delta_log"
    known = [int(one.name.split(".")[0]) for one in log.glob("*.checkpoint.parquet")]
    begin = max((number for number in known if number <= version), default=0)
    for one in sorted(log.iterdir()):
        number = one.name.lstrip(".").split(".")[0]
        if number.isdigit() and int(number) < begin:
            one.unlink()


def _there(path: Path, versions: Iterable[int]) -> list[int]:
    """The versions among these that can be opened; naming another one fails a vacuum."""
    found = []
    for version in sorted(versions):
        try:
            DeltaTable(str(path), version=version)
        except DeltaError:
            continue
        found.append(version)
    return found


def _size(table: DeltaTable) -> tuple[int, int]:
    sizes: Any = table.get_add_actions(flatten=True)["size_bytes"]
    return len(sizes), sum(sizes.to_pylist())


def _checkpoint(path: Path) -> int | None:
    last = path / "_delta_log" / "_last_checkpoint"
    return int(json.loads(last.read_text(encoding="utf-8"))["version"]) if last.is_file() else None
