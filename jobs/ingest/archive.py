"""Zip files from outside: what is in them, looked at before a byte is unpacked, and one member at a time taken out."""

import hashlib
import lzma
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from jobs.ingest.refusal import refuse
from jobs.ingest.workspace import written
from schemas.errors import Refused

MOST = 1_000  # members; a day's delivery has dozens
LARGEST = 32 << 30  # bytes in all, unpacked
RATIO, FROM = 300, 64 << 20  # texts shrink 5 to 50 times; only files that unpack to more than FROM are held to the ratio
PIECE = 1 << 20
UTF8_NAME, ENCRYPTED = 0x800, 0x1  # bits of a member's flags
DRIVE = re.compile(r"[A-Za-z]:")
AGAIN = "Ask the source to send the file again."
PLAIN = "Ask the source for a zip of the files alone."


def members(path: Path) -> dict[str, ZipInfo]:
    """Return the members by name, folders left out. Raises Refused for a file that is damaged or not safe to unpack."""
    with _opened(path) as file:
        found = [info for info in file.infolist() if not info.is_dir()]
    if any(not 0 <= info.header_offset < path.stat().st_size for info in found):  # seeking there would be an error of the system's
        raise _damaged()
    if len(found) > MOST:
        raise refuse(f"holds {len(found)} files, more than {MOST}", "Ask the source to split it.")
    size, packed = sum(info.file_size for info in found), sum(info.compress_size for info in found)
    if size > LARGEST:
        raise refuse(f"unpacks to more than {LARGEST >> 30} GiB", "Ask the source to split it.")
    if size > FROM and size > RATIO * packed:
        raise refuse(f"unpacks to more than {RATIO} times its size, as a zip bomb does", PLAIN)
    named: dict[str, ZipInfo] = {}
    folded: set[str] = set()
    for info in found:
        name = _name(info)
        _check(name, info)
        if name.casefold() in folded:
            raise refuse(f"holds '{name[:100]}' twice", AGAIN)
        named[name] = info
        folded.add(name.casefold())
    return named


def unpack(path: Path, name: str, target: Path) -> None:
    """Write one member to `target`. Raises Refused when it is gone or damaged, Unavailable when the disk is full."""
    info = members(path).get(name)
    if info is None:
        raise refuse("has changed since it was planned", "Run the batch again: it will be planned as it is now.")
    with written(target) as file:
        for piece in pieces(path, info, name):
            file.write(piece)


def sha256(path: Path, info: ZipInfo, name: str) -> str:
    """Return the hash of a member's content."""
    digest = hashlib.sha256()
    for piece in pieces(path, info, name):
        digest.update(piece)
    return digest.hexdigest()


def pieces(path: Path, info: ZipInfo, name: str) -> Iterator[bytes]:
    """Yield the content of a member. Raises Refused where it is damaged."""
    try:
        with _opened(path) as file, file.open(info) as stream:
            while piece := stream.read(PIECE):
                yield piece
    except (BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError):
        raise refuse(f"holds a damaged '{name[:100]}'", AGAIN) from None
    except OSError as error:
        if error.errno is not None:  # the system's own; what bz2 says of its bytes has no number
            raise
        raise refuse(f"holds a damaged '{name[:100]}'", AGAIN) from None


@contextmanager
def _opened(path: Path) -> Iterator[ZipFile]:
    try:
        file = ZipFile(path)
    except (BadZipFile, ValueError, NotImplementedError):
        raise _damaged() from None
    with file:
        yield file


def _damaged() -> Refused:
    return refuse("is a damaged zip file, or cut off before its end", AGAIN)


def _name(info: ZipInfo) -> str:
    """The member's name. Chinese programs write GB 18030 where the format says code page 437; UTF-8 is tried first."""
    if info.flag_bits & UTF8_NAME or info.orig_filename.isascii():
        return info.orig_filename
    sent = info.orig_filename.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return sent.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refuse("holds a file whose name is in no known encoding", "Ask the source for names in UTF-8.")


def _check(name: str, info: ZipInfo) -> None:
    shown = name[:100].encode("unicode_escape").decode() if any(ord(sign) < 32 for sign in name) else name[:100]
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or DRIVE.match(name) or ".." in parts or "" in parts or shown != name[:100]:
        raise refuse(f"holds a name that leads out of it or is none: '{shown}'", PLAIN)
    if stat.S_ISLNK(info.external_attr >> 16):
        raise refuse(f"holds a link, '{shown}'", PLAIN)
    if info.flag_bits & ENCRYPTED:
        raise refuse(f"is encrypted ('{shown}')", "Ask the source to send it without a password.")
    if name.lower().endswith((".zip", ".rar", ".7z", ".tar", ".tgz")):
        raise refuse(f"holds another archive, '{shown}'", PLAIN)
