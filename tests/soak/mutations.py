"""Bytes gone wrong on their way: bits flipped, cut, doubled, spliced, in another charset, with signs that no sender means."""

import json
import re
from collections.abc import Callable, Sequence
from random import Random

HUGE = (b"9" * 400, b"-1", b"1e999", b"4294967296", b"18446744073709551615", b"99999999999999999999", b"0x7fffffff", b"NaN", b"-0")
# What readers look for, where nobody put it.
SIGNS = (b"\0", b"\xff", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n", b"\n\n", b'"', b'""', b"'", b",", b";", b"\\", b"\\N", b"##", b"##9999", b"&&", b"=",
         b"{", b"}", b"[", b"<", b">", b"</", b"<!--", b"]]>", b"&#0;", b"&#xD800;", b"&lt", b"\\ud800", b"\\u0000", b"\x1a", b"\xc2\x85", b"\xe2\x80\xa8", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
         b"\x81\x30\x81\x30", b"\x80", b"\x1f\x8b\x08", b"PK\x03\x04", b"PK\x05\x06", b"--", b"/*", b"*/", b"$$", b"WARC/1.0\r\n", b"\r\n\r\n", b"Content-Length: ", "合计".encode(), "０".encode())  # fmt: skip
CHARSETS = ("gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "big5hkscs", "latin-1", "cp1252", "hz", "utf-7")
LONGEST = 20_000  # bytes that a slice is repeated to at most
Way = Callable[[Random, bytes], bytes]


def mutated(rng: Random, samples: Sequence[bytes]) -> bytes:
    """Return one of the samples with one to four things gone wrong; sometimes two of them put together."""
    content = rng.choice(samples)
    if rng.random() < 0.1:
        other = rng.choice(samples)
        content = content[: rng.randrange(len(content) + 1)] + other[rng.randrange(len(other) + 1) :]
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        content = rng.choice(WAYS)(rng, content)
    return content


def _slice(rng: Random, content: bytes) -> tuple[int, int]:
    start = rng.randrange(len(content) + 1)
    return start, min(len(content), start + rng.choice((1, 2, 4, 16, 64, 256, 4096)))


def _flipped(rng: Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8)) if changed else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _set(rng: Random, content: bytes) -> bytes:
    start, end = _slice(rng, content)
    return content[:start] + rng.choice((b"\0", b"\xff", bytes([rng.randrange(256)]))) * (end - start) + content[end:]


def _cut(rng: Random, content: bytes) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _beheaded(rng: Random, content: bytes) -> bytes:
    return content[rng.randrange(min(len(content), 64) + 1) :]


def _deleted(rng: Random, content: bytes) -> bytes:
    start, end = _slice(rng, content)
    return content[:start] + content[end:]


def _doubled(rng: Random, content: bytes) -> bytes:
    start, end = _slice(rng, content)
    return content[:end] + content[start:]


def _repeated(rng: Random, content: bytes) -> bytes:
    start, end = _slice(rng, content)
    count = min(rng.choice((3, 20, 300)), LONGEST // max(1, end - start))
    return content[:start] + content[start:end] * count + content[end:]


def _inserted(rng: Random, content: bytes) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.choice((rng.choice(SIGNS), rng.choice(SIGNS), rng.choice(HUGE), rng.randbytes(rng.choice((1, 3, 16))))) + content[at:]


def _huge(rng: Random, content: bytes) -> bytes:
    found = list(re.finditer(rb"[0-9]+", content[:20_000]))
    if not found:
        return content
    one = rng.choice(found)
    return content[: one.start()] + rng.choice((*HUGE, b"", b"0", str(int(one[0][:18]) + rng.choice((-1, 1))).encode())) + content[one.end() :]


def _lines(rng: Random, content: bytes) -> bytes:
    lines = content.split(b"\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    pick = rng.randrange(3)
    if pick == 0:
        lines[one], lines[other] = lines[other], lines[one]
    elif pick == 1:
        lines.insert(one, lines[other])
    else:
        del lines[one]
    return b"\n".join(lines)


def _fields(rng: Random, content: bytes) -> bytes:
    mark = rng.choice((b",", b";", b"=", b":", b" ", b"<", b"\t"))
    parts = content.split(mark)
    one, other = rng.randrange(len(parts)), rng.randrange(len(parts))
    parts[one], parts[other] = parts[other], parts[one]
    return mark.join(parts)


def _charset(rng: Random, content: bytes) -> bytes:
    return content.decode("utf-8", "replace").encode(rng.choice(CHARSETS), "replace")


def _patched(rng: Random, content: bytes) -> bytes:
    """A slice in another charset: a file put together from two."""
    start, end = _slice(rng, content)
    return content[:start] + content[start:end].decode("utf-8", "replace").encode(rng.choice(CHARSETS[:2]), "replace") + content[end:]


WAYS: tuple[Way, ...] = (_flipped, _flipped, _set, _cut, _beheaded, _deleted, _doubled, _repeated, _inserted, _inserted, _huge, _lines, _fields, _charset, _patched)

ODD = (None, True, 0, -1, 1.5, 10**30, 1e308, "", " ", "\x00", "\ud800", "\U0010ffff", "𠮷", "null", "9" * 400, "x" * 60_000, [], {}, ["甲", None], [[[[]]]], {"a": {"b": [1]}}, "2026-13-45", "0000-00-00", "９")


def odd_json(rng: Random, content: bytes) -> bytes:
    """A JSON object with values, or a name, that nobody expects; still JSON, but for half a surrogate pair here and there."""
    given = json.loads(content)
    for _ in range(rng.choice((1, 1, 2, 3))):
        name = rng.choice(sorted(given))
        pick = rng.randrange(8)
        if pick < 5:
            given[name] = rng.choice(ODD)
        elif pick == 5:
            given[rng.choice((name.upper(), f" {name}", f"{name}\x00", "", "x" * 60_000, "__proto__", "甲", "\ud800"))] = given.pop(name)
        elif pick == 6:
            given[name] = str(given[name]) * rng.choice((2, 50))
        else:
            del given[name]
        if not given:
            break
    text = json.dumps(given, ensure_ascii=rng.random() < 0.5, indent=rng.choice((None, None, 1)))
    return text.encode("utf-8", "surrogatepass")
