"""The landing folder: which files wait to be taken in, told apart by content, and which are still being written."""

import hashlib
import os
import stat
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date as Date
from pathlib import Path

from jobs.evidence.intake import LandedFile
from jobs.ingest import delivery
from jobs.ingest.refusal import landed, stays
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.settings import Settings

SETTLE_SECONDS = 2.0  # a writer that pauses longer between two writes is taken for finished
UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".swp")  # names that FTP clients, browsers and editors use


@dataclass(frozen=True)
class Survey:
    """What lies in a landing folder: files that are whole, and names of files that are still being written."""

    files: tuple[LandedFile, ...]
    unsettled: tuple[str, ...]


def waiting(
    settings: Settings, contract: Contract, date: str | Date, taken: frozenset[str], settle: float = SETTLE_SECONDS
) -> tuple[LandedFile, ...]:
    """Return the files of one table and business date that wait to be taken in, sorted by name.

    A file is known by its content: one whose sha256 is in `taken` is left out. The second of two names for the same
    content carries `same_as`. A file still being written (see `survey`) is left alone until the next call.
    Raises Refused when table or date lead out of landing.
    """
    found = survey(folder_of(settings, contract, date), settings.landing, settle)
    return tuple(file for file in found.files if file.sha256 not in taken)


def unsettled(settings: Settings, contract: Contract, date: str | Date, settle: float = SETTLE_SECONDS) -> tuple[str, ...]:
    """Return the names of a table's and business date's files that are still being written, see `survey`."""
    return survey(folder_of(settings, contract, date), settings.landing, settle).unsettled


def folder_of(settings: Settings, contract: Contract, date: str | Date) -> Path:
    """Return <landing>/<class>/<table>/<business date>. Raises Refused when a link there leads elsewhere, to other departments' files for one."""
    try:
        day = date if isinstance(date, Date) else Date.fromisoformat(date)
    except ValueError:
        raise Refused(f"'{date}' is no business date. Nothing was read. Write it as 2026-03-01.") from None
    place = Path(contract.source_class, contract.table, day.isoformat())
    folder = settings.landing / place
    if folder.exists() and folder.resolve() != settings.landing.resolve() / place:
        raise Refused(f"landing/{place}: is a link that leads elsewhere. Nothing was read. Put a real folder in its place.")
    return folder


def survey(folder: Path, landing: Path, settle: float = SETTLE_SECONDS) -> Survey:
    """Look at every file of `folder` twice, around hashing it.

    Still being written means: a process holds it open for writing, its size or time changed while it was hashed, or
    it changed less than `settle` seconds ago. A time in the future counts as settled, else a wrong clock at the
    sender would keep a file out for ever.  A zip file is told by its members, see `delivery.spread`.
    """
    if not folder.is_dir():
        return Survey((), ())
    names = sorted(name for name in os.listdir(folder) if not _is_passed_over(name))
    looked = [(name, _look(folder / name, landing, settle)) for name in names if not (folder / name).is_dir()]
    written = _open_for_writing()
    whole = [(name, file) for name, file in looked if file and (file.refused or not _is_among(file.path, written))]
    kept = {name for name, _ in whole}
    return Survey(_twins_marked([one for _, file in whole for one in delivery.spread(file)]), tuple(n for n, _ in looked if n not in kept))


def _is_passed_over(name: str) -> bool:
    return name.startswith((".", "_")) or name.lower().endswith(UNFINISHED)


def _look(path: Path, landing: Path, settle: float) -> LandedFile | None:
    relative = path.relative_to(landing).as_posix()
    if not _is_text(path.name):  # what bears such a name can be written into no ledger
        shown = path.with_name(path.name.encode("utf-8", "backslashreplace").decode())
        relative = shown.relative_to(landing).as_posix()
        fact = f"has a name that is not in UTF-8{_perhaps(os.fsencode(path.name))}"
        return LandedFile(shown, relative, "", 0, refused=f"{landed(relative)}: {stays(fact, 'Rename it, or have the sender write names in UTF-8.')}")
    if path.resolve().parent != path.parent.resolve():
        return LandedFile(path, relative, "", 0, refused=_sentence(relative, "is a link that leads out of its folder"))
    try:
        before = path.stat()
        if not stat.S_ISREG(before.st_mode):
            return LandedFile(path, relative, "", 0, refused=_sentence(relative, "is not a regular file"))
        if 0 <= time.time() - before.st_mtime < settle:
            return None
        digest, after = _hash(path), path.stat()
    except FileNotFoundError:
        return None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        return None
    return LandedFile(path, relative, digest, after.st_size)


def _is_text(name: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in name)


def _perhaps(name: bytes) -> str:
    """What a name says in the encoding that Chinese programs wrote before."""
    try:
        return f", most likely in GBK: '{landed(name.decode('gb18030')).removeprefix('landing/')}'"
    except UnicodeDecodeError:
        return ""


def _sentence(relative: str, fact: str) -> str:
    return f"{landed(relative)}: {stays(fact, 'Put the file itself in its place.')}"


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _twins_marked(files: Iterable[LandedFile]) -> tuple[LandedFile, ...]:
    first: dict[str, str] = {}
    marked = []
    for file in files:
        twin = None if file.refused else first.setdefault(file.sha256, file.relative)
        same_as = twin if twin != file.relative else None
        marked.append(replace(file, same_as=same_as))
    return tuple(marked)


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _is_among(path: Path, identities: frozenset[tuple[int, int]]) -> bool:
    """Whether the file is one of these; one that has gone in the meantime counts as such and is looked at next time."""
    try:
        return _identity(path) in identities
    except FileNotFoundError:
        return True


def _open_for_writing() -> frozenset[tuple[int, int]]:
    """Device and inode of every file that some process we may look at holds open for writing."""
    found = set()
    for handle in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            flags = (handle.parent.parent / "fdinfo" / handle.name).read_text().split("flags:")[1].split()[0]
            if int(flags, 8) & (os.O_WRONLY | os.O_RDWR):
                found.add(_identity(handle))
        except (OSError, IndexError):
            continue
    return frozenset(found)
