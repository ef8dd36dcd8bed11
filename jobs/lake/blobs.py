"""Bytes that rows point to, kept once by their content hash beside the lake: <home>/blobs/ab/cdef…"""

import hashlib
import os
from pathlib import Path

from schemas.errors import Refused
from schemas.settings import Settings

BLOCK = 1 << 20  # bytes held in memory


def place(sha256: str) -> str:
    """Return where the bytes of this hash are kept, below the home of the installation."""
    return f"blobs/{sha256[:2]}/{sha256[2:]}"


def keep(settings: Settings, writer: str, sha256: str, source: Path) -> None:
    """Keep the bytes of a file under their hash; what is there already stays.

    1. Copy them beside their place, under a name that only this writer uses, and to the disk.
    2. Move the copy to its place, which then holds all of it.
    Killed between the two, a repeat by the same writer replaces the copy.  writer: the table, which one process writes at a time.
    Raises Refused when the file no longer has this content.
    """
    target = settings.home / place(sha256)
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{writer}")
    if _copied(source, partial) != sha256:  # 1
        partial.unlink()
        raise Refused(f"{source.name} has changed since it was planned. Nothing was kept of it. Run the batch again: it will be planned as it is now.")
    partial.replace(target)  # 2
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _copied(source: Path, target: Path) -> str:
    """Copy in blocks; return the hash of what was copied."""
    digest = hashlib.sha256()
    with source.open("rb") as read, target.open("wb") as written:
        while block := read.read(BLOCK):
            digest.update(block)
            written.write(block)
        written.flush()
        os.fsync(written.fileno())
    return digest.hexdigest()
