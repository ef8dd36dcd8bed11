"""The working space of a batch: files written there, and what is said when its disk is full."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from schemas.errors import Unavailable


@contextmanager
def written(target: Path) -> Iterator[BinaryIO]:
    """Open `target` for writing, replacing it. Raises Unavailable when the disk is full."""
    try:
        with target.open("wb") as file:
            yield file
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise full_disk(target.parent) from None


def full_disk(folder: Path) -> Unavailable:
    """Return the failure to raise when the disk of a folder is full."""
    where = f"No space is left on the disk of {folder}."
    return Unavailable(f"{where} Nothing was committed; the next try starts the batch again. Free space.")
