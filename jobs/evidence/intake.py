"""What ingest hands over: the landed files, one frame of raw records, and what is to be said about each file."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from schemas.contract import Contract

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class LandedFile:
    """One file that waits. relative: below landing, with /.  same_as: the file of this batch with equal content.

    refused: why it is not opened at all (its sha256 is then empty), None for a file that can be read.
    member: its name in the zip file at `path`, whose relative then ends in !/<member>; records: how many its manifest says;
    said: what else the manifest says of it, by name.
    """

    path: Path
    relative: str
    sha256: str
    bytes: int
    same_as: str | None = None
    refused: str | None = None
    member: str | None = None
    records: int | None = None
    said: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Kept:
    """Bytes that a row points to. path: where they are now; they are kept under their hash beside the lake."""

    sha256: str
    path: Path


@dataclass(frozen=True)
class FileReport:
    """One file of the batch.

    path: relative to landing.  records: records in the frame, defective ones included.  blank: lines that are none.
    missing: optional columns of the contract that the file lacks.  unknown: its headers that went to `_extra`.
    refused: the sentence why nothing of it was read.  same_as: the file of this batch that has the same content.
    aside: what stands in it and is no record of this table; aside_at: where the first of them stand, and why.
    """

    path: str
    sha256: str
    bytes: int
    encoding: str | None = None
    records: int = 0
    blank: int = 0
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    refused: str | None = None
    same_as: str | None = None
    aside: int = 0
    aside_at: tuple[str, ...] = ()

    @property
    def state(self) -> Literal["taken", "refused", "same"]:
        """The word for the ledger."""
        return "refused" if self.refused else "same" if self.same_as else "taken"


@dataclass(frozen=True)
class Intake:
    """frame: every contract column as string, then `_extra`, `_file`, `_path`, `_row`, `_defect`, `_raw`.  kept: what its rows point to."""

    frame: "DataFrame"
    files: tuple[FileReport, ...] = field(default=())
    kept: tuple[Kept, ...] = ()


def batch_id(contract: Contract, date: str, hashes: Iterable[str]) -> str:
    """Return the id of the batch that files of these content hashes are, for a date, under a version of a contract.

    It depends on nothing else: a repeat has the same id, and under another version the same files are another batch.
    """
    parts = [contract.table, date, contract.version, *sorted(hashes)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def computing_id(contract: Contract, date: str, versions: Mapping[str, int]) -> str:
    """Return the id of a gold table computed for a day from these versions of the tables it reads: the same again gives the same."""
    named = [contract.table, contract.version, date, *(f"{name} {version}" for name, version in sorted(versions.items()))]
    return hashlib.sha256("\n".join(named).encode()).hexdigest()[:16]
