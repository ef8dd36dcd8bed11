"""A landed workbook made readable: what kind it is by its bytes, and its cells as lines of a file in the workspace."""

import hashlib
import json
import os
import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from jobs.evidence.intake import LandedFile
from jobs.ingest.excel.compound import MAGIC, streams
from jobs.ingest.inspection import Inspection, same
from jobs.ingest.packing import MAGIC as PACKED
from jobs.ingest.packing import chunks
from jobs.ingest.refusal import refuse
from jobs.ingest.workspace import full_disk, written
from schemas.errors import Refused, Unavailable

LARGEST = 4 << 30  # bytes of a workbook out of its gzip or zstd: none is as large, a bomb is
AGAIN = "Ask the source to send the file again."
SAVE = "Ask the source to save it as .xlsx in the program it was made with."
CODE = Path(__file__).parents[3]


@dataclass(frozen=True)
class Workbook:
    """A workbook whose name ends as its kind does, which is what calamine goes by."""

    path: Path
    kind: str
    packing: str | None


def opened(file: LandedFile, workspace: Path, wanted: Sequence[str | int]) -> Inspection:
    """Write the cells of the wanted sheets into the workspace. Raises Refused for what is no readable workbook."""
    book = _workbook(file, workspace)
    cells = workspace / f"{file.sha256}.cells"
    _extract(book, wanted, cells)
    return Inspection(book.packing, book.kind, b"\n", 0, 0, False, (0,), cells)


def _workbook(file: LandedFile, workspace: Path) -> Workbook:
    """Bring the bytes into the workspace: unpacked, or as a link. Raises Refused when they are not those planned with."""
    with file.path.open("rb") as handle:
        head = handle.read(8)
    if not head:
        raise refuse("is empty", "Ask the source for the file.")
    packing = next((name for name, magic in PACKED.items() if head.startswith(magic)), None)
    digest, size, plain = hashlib.sha256(), 0, workspace / f"{file.sha256}.workbook"
    plain.unlink(missing_ok=True)
    with written(plain) as target:
        for chunk in chunks(file.path, packing, digest):
            size += len(chunk)
            if size > LARGEST:
                raise refuse(f"unpacks to more than {LARGEST >> 30} GiB", AGAIN)
            target.write(chunk)
    same(file, digest.hexdigest())
    kind = kind_of(plain)
    return Workbook(plain.rename(plain.with_suffix(f".{kind}")), kind, packing)


def kind_of(path: Path) -> str:
    """Return xls, xlsx, xlsb or ods, by the bytes: names are often wrong. Raises Refused for anything else."""
    with path.open("rb") as handle:
        head = handle.read(2048)
    if head.startswith(MAGIC):
        return _kind_of_compound(path)
    if head.startswith(b"PK"):
        return _kind_of_zip(path)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<style")) or b"<table" in text:
        raise refuse("is an HTML page with the name of a workbook", SAVE)
    if text.startswith((b"<?xml", b"<workbook")):
        raise refuse("is an XML text with the name of a workbook", SAVE)
    if head.startswith((b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")):
        raise refuse("is a workbook of Excel 4 or older", SAVE)
    if b"\0" not in head and any(sign in head for sign in (b",", b"\t", b";", b"\n")):
        raise refuse("is a text such as CSV with the name of a workbook", "Ask for a real workbook, or say sourceFormat csv in the contract.")
    raise refuse("is not a workbook", SAVE)


def _kind_of_compound(path: Path) -> str:
    try:
        names = streams(path.read_bytes())
    except (ValueError, IndexError, ArithmeticError, struct.error):
        raise refuse("is a damaged workbook, or cut off before its end", AGAIN) from None
    if "EncryptedPackage" in names:
        raise refuse("is protected by a password", "Ask the source to send it without one.")
    if not {"Workbook", "Book"} & set(names):
        raise refuse("is an Office file without a workbook in it", SAVE)
    return "xls"


def _kind_of_zip(path: Path) -> str:
    try:
        with ZipFile(path) as file:
            names = {name.replace("\\", "/").lower() for name in file.namelist()}
    except (BadZipFile, OSError, ValueError, NotImplementedError):
        raise refuse("is a damaged workbook, or cut off before its end", AGAIN) from None
    if {"content.xml", "meta-inf/manifest.xml"} <= names:
        return "ods"
    if "[content_types].xml" not in names:
        raise refuse("is a zip file and no workbook", "A zip of workbooks needs a manifest.json or manifest.csv.")
    return "xlsb" if any(name.endswith("workbook.bin") for name in names) else "xlsx"


def _extract(book: Workbook, wanted: Sequence[str | int], cells: Path) -> None:
    """Read the cells in a process of its own; it inherits nothing but where the code is."""
    command = [sys.executable, "-m", "jobs.ingest.excel.cells", str(book.path), book.kind, json.dumps(list(wanted)), str(cells)]
    places = os.pathsep.join(dict.fromkeys([str(CODE), *(place for place in sys.path if place)]))
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": places}, capture_output=True, text=True, check=False)
    if done.returncode == Refused.exit_code:
        raise Refused(done.stderr.strip())
    if done.returncode == Unavailable.exit_code:
        raise full_disk(cells.parent)
    if done.returncode:
        raise refuse(_broke(done), "Delete empty rows and columns beyond the table and save it as .xlsx, or ask for CSV.")


def _broke(done: "subprocess.CompletedProcess[str]") -> str:
    if done.returncode < 0 or "MemoryError" in done.stderr:
        return "is a workbook that takes more memory or time than the reader may use"
    return "is a workbook that the reader cannot read"
