"""Landing bytes as a stream of unpacked bytes: gzip and zstd undone, damage noticed, the content hash on the way."""

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

from jobs.ingest.refusal import refuse

CHUNK = 1 << 20  # one mebibyte: large enough that the work per chunk is done in C, small enough to hold several
MAGIC = {"gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}  # RFC 1952, RFC 8878
SUFFIX = {".gz": "gzip", ".gzip": "gzip", ".zst": "zstd", ".zstd": "zstd"}
FOREIGN = {b"PK\x03\x04": "a zip or Excel file", b"\xd0\xcf\x11\xe0": "an old Excel file", b"%PDF": "a PDF file"}
# Bytes given to the unpacker at once: deflate grows at most 1,032 times, zstd up to 32,768 times, so at most 32 MiB come out.
PIECE = {"gzip": 16 << 10, "zstd": 1 << 10}


def packing_of(path: Path) -> str | None:
    """Return 'gzip', 'zstd' or None, by the first bytes. Raises Refused when the name says otherwise."""
    with path.open("rb") as file:
        head = file.read(4)
    for magic, kind in FOREIGN.items():
        if head.startswith(magic):
            raise refuse(f"is {kind}, not a text file", "Save it as CSV in UTF-8 and land that.")
    found = next((name for name, magic in MAGIC.items() if head.startswith(magic)), None)
    named = SUFFIX.get(path.suffix.lower())
    if head and named and named != found:
        raise refuse(f"is named {path.suffix} but holds no {named} data", "Ask the source to send the file again.")
    return found


def chunks(path: Path, packing: str | None, digest: Any = None) -> Iterator[bytes]:
    """Yield the unpacked bytes in chunks of about CHUNK bytes, in bounded memory.

    digest: fed with the bytes as they lie in landing, to their end.  Raises Refused for a truncated or damaged file.
    """
    pieces = _pieces(path, PIECE.get(packing or "", CHUNK), digest or hashlib.sha256())
    yield from _gathered(_unpacked(pieces, packing)) if packing else pieces


def _pieces(path: Path, size: int, digest: Any) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(size):
            digest.update(piece)
            yield piece


def _unpacked(pieces: Iterator[bytes], packing: str) -> Iterator[bytes]:
    engine = None
    try:
        for piece in pieces:
            while piece.strip(b"\0") or engine:  # zeros between gzip members are padding of tape-like writers
                engine = engine or _engine(packing)
                yield engine.decompress(piece)
                piece = engine.unused_data if engine.eof else b""
                engine = None if engine.eof else engine
                if not piece:
                    break
    except (zlib.error, zstandard.ZstdError):
        raise refuse(f"is a damaged {packing} file", "Ask the source to send the file again.") from None
    if engine is not None:
        raise refuse(f"is a {packing} file cut off before its end", "Ask the source to send the file again.")


def _engine(packing: str) -> Any:
    return zlib.decompressobj(wbits=31) if packing == "gzip" else zstandard.ZstdDecompressor().decompressobj()


def _gathered(parts: Iterator[bytes]) -> Iterator[bytes]:
    held: list[bytes] = []
    size = 0
    for part in parts:
        held.append(part)
        size += len(part)
        if size >= CHUNK:
            yield b"".join(held)
            held, size = [], 0
    if size:
        yield b"".join(held)
