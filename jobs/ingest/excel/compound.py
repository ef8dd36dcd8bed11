"""The stream 'Workbook' of an old Excel file, out of the compound file it lies in ([MS-CFB])."""

import struct

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
END = 0xFFFFFFFA  # sector numbers from here on are marks, not sectors
ENTRY = 128  # bytes of an entry of the directory
IN_HEADER = 109  # sectors of the allocation table that the header itself names


def streams(data: bytes) -> dict[str, tuple[int, int]]:
    """Return first sector and length of each stream, by name. Raises ValueError for what is no compound file."""
    if not data.startswith(MAGIC) or len(data) < 512:
        raise ValueError("no compound file")
    directory = _chain(data, _table(data), _number(data, 0x30))
    found = {}
    for at in range(0, len(directory) - ENTRY + 1, ENTRY):
        entry = directory[at : at + ENTRY]
        length = min(max(struct.unpack_from("<H", entry, 64)[0] - 2, 0), 62)
        found[entry[:length].decode("utf-16-le", "replace")] = struct.unpack_from("<II", entry, 116)
    return found


def stream(data: bytes, name: str) -> bytes:
    """Return the bytes of one stream. Raises ValueError when there is none, KeyError when it is not named."""
    entries, table = streams(data), _table(data)
    first, size = entries[name]
    if size >= _number(data, 0x38):
        return _chain(data, table, first)[:size]
    small = _chain(data, table, entries["Root Entry"][0])
    pieces = _chain(data, table, _number(data, 0x3C))
    width = 1 << struct.unpack_from("<H", data, 0x20)[0]
    links = struct.unpack(f"<{len(pieces) // 4}I", pieces[: len(pieces) // 4 * 4])
    return b"".join(small[n * width : (n + 1) * width] for n in _numbers(links, first))[:size]


def _number(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])


def _sector(data: bytes, number: int) -> bytes:
    size = 1 << struct.unpack_from("<H", data, 0x1E)[0]
    return data[(number + 1) * size : (number + 2) * size]


def _table(data: bytes) -> tuple[int, ...]:
    """The allocation table: for each sector, the one after it. However often a damaged file names its sectors, no more of them are read than it has."""
    numbers, most = list(struct.unpack_from(f"<{IN_HEADER}I", data, 0x4C)), len(data) >> min(struct.unpack_from("<H", data, 0x1E)[0], 32)
    more, seen = _number(data, 0x44), 0
    while more < END and seen < _number(data, 0x48) and len(numbers) < most + IN_HEADER:
        held = _sector(data, more)
        *further, more = struct.unpack(f"<{len(held) // 4}I", held)
        numbers += further
        seen += 1
    whole = b"".join(_sector(data, number) for number in [one for one in numbers if one < END][:most])
    return struct.unpack(f"<{len(whole) // 4}I", whole[: len(whole) // 4 * 4])


def _chain(data: bytes, table: tuple[int, ...], first: int) -> bytes:
    return b"".join(_sector(data, number) for number in _numbers(table, first))


def _numbers(links: tuple[int, ...], first: int) -> list[int]:
    found: list[int] = []
    number = first
    while number < len(links) and len(found) < len(links):  # a chain that bites its tail ends too
        found.append(number)
        number = links[number]
    return found
