"""A landing file that is being written: JSON lines, aside, and then there in one move."""

import gzip
import os
import time
from pathlib import Path

from schemas.errors import Refused

ASIDE = ".extracting.jsonl.gz"  # landing passes over names that begin with a dot
BEGINNING = ".beginning.jsonl.gz"  # of a table whose changes are followed from here on
SUFFIX = ".jsonl.gz"
LEVEL = 4  # of gzip: a third of the time of 9 for a tenth more bytes
# Landing leaves a file alone that changed a moment ago. This one is whole once it has its name, so its time is set back by as much.
BACK = 60  # seconds


class Draft:
    """The one file of a table that is being written. lines: how many it has. Left where it is by a kill, and by a failure."""

    def __init__(self, folder: Path, aside: str = ASIDE) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path, self.lines = folder / aside, 0
        self._file = self.path.open("wb")
        for other in left(folder.parent, aside):  # of a killed extraction for another date
            if other != self.path:
                other.unlink()
        self._packed = gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=self._file, mtime=0)

    def write(self, line: bytes) -> None:
        """Add one line, its end included."""
        self._packed.write(line)
        self.lines += 1

    def land(self, name: str) -> Path:
        """Give it its name once it is on the disk, whole. Raises Refused when a file has that name already."""
        self._close()
        target = self.path.with_name(name)
        if target.exists():
            raise Refused(f"landing/{target.parent.parent.name}/{target.parent.name}/{name}: is there already. It was left as it is; nothing was landed.")
        at = time.time() - BACK
        os.utime(self.path, (at, at))
        self.path.rename(target)
        _sync(target.parent)
        _sync(target.parent.parent)
        return target

    def drop(self) -> None:
        """Remove it: there was nothing to land."""
        self._close()
        self.path.unlink()

    def _close(self) -> None:
        self._packed.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()


def keep(path: Path, text: str) -> None:
    """Write a small file in one move, once it is on the disk."""
    aside = path.with_name(f"{path.name}.part")
    with aside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    _sync(path.parent)


def landed(table: Path, pattern: str) -> list[Path]:
    """Return the files of a table, of all business dates, whose names fit, in the order of their names."""
    return sorted(table.glob(f"*/{pattern}{SUFFIX}"), key=lambda path: path.name)


def left(table: Path, aside: str) -> list[Path]:
    """Return the drafts of that name, of all business dates, which killed extractions have left."""
    return list(table.glob(f"*/{aside}"))


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
