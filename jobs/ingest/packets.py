"""HJ 212-2017 packets in a stream of bytes: cut out, check sums proved, taken apart; what is no sound packet has a reason."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST_DATA = 1024  # bytes of the data segment, HJ 212-2017 table 1
WINDOW = 6 + 9_999 + 6  # bytes that any packet fits in, whatever its four digits of length say
START = re.compile(rb"##[0-9]{4}")
MARK = re.compile(rb"@([0-9]{13})\r\n\Z")  # line that a feed puts before a record: when it came, in milliseconds since 1970
FOLLOWING = re.compile(rb"##[0-9]{4}|@[0-9]{13}\r\n")  # where what is no sound packet ends
OVERLAP = 15  # bytes of a beginning that may stand before a cut made anywhere
END = b"\r\n"
CHECK = re.compile(r"[0-9A-Fa-f]{1,3}\Z")
DATA = re.compile(r"(?P<head>.*?;)?CP=&&(?P<cp>.*)&&\Z", re.DOTALL)
FORMS = {"ST": r"[0-9A-Z]{2}", "CN": r"[0-9]{4}", "MN": r"[^;=]{1,24}"}  # what a packet cannot be without
FLAG = re.compile(r"[0-9]{1,3}\Z")
SPLIT = 0b10  # bit of Flag: the packet is one part of several, and says which
PASSWORD = re.compile(r"(PW\s*=)[^;&]*", re.IGNORECASE)
# PW stands before MN. Where its name is damaged, or a capture begins inside it, its place gives it away.
PLACE = re.compile(r"(?:(?<=;)|\A)(?!(?:QN|ST|CN|PW|Flag)=)[^;]*(?=;MN=)")
MASK = "******"
Pairs = tuple[tuple[str, str], ...]


def _shifted(register: int) -> int:
    for _ in range(8):
        register = (register >> 1) ^ (0xA001 if register & 1 else 0)
    return register


SHIFTED = tuple(map(_shifted, range(256)))  # shifting a byte out leaves a byte, so these are all there are


@dataclass(frozen=True)
class Packet:
    """One sound packet, without its password. fields: those before CP, and those of CP that speak of no factor.

    factors: by pollutant factor, its values as sent: Rtd, Avg, Min, Max, Cou, Flag and what else there is.
    """

    fields: Pairs
    factors: tuple[tuple[str, Pairs], ...]


def check_sum(data: bytes) -> str:
    """Return the four upper-case hexadecimal digits of a data segment's check sum.

    Not Modbus: the register is shifted before the byte is put in. Source: HJ 212-2017, annex A.
    """
    register = 0xFFFF
    for byte in data:
        register = SHIFTED[(register >> 8) ^ byte]
    return f"{register:04X}"


def pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut a stream into packets and what lies between them, in order and without losing a byte but blank ones.

    Memory does not grow with the stream, and the cuts do not depend on how it comes in chunks.
    """
    buffer = b""
    for chunk in chunks:
        buffer += chunk
        at = 0
        while len(buffer) - at >= WINDOW:
            end = _end(buffer, at)
            yield from _given(buffer[at:end])
            at = end
        buffer = buffer[at:]
    while buffer:
        end = _end(buffer, 0)
        yield from _given(buffer[:end])
        buffer = buffer[end:]


def _given(piece: bytes) -> Iterator[bytes]:
    if piece.strip():
        yield piece


def _end(buffer: bytes, at: int) -> int:
    """Where the piece that begins at `at` ends: a sound packet by its length, anything else before what follows it."""
    if START.match(buffer, at):
        whole = at + 6 + int(buffer[at + 2 : at + 6]) + 6
        if buffer[whole - 2 : whole] == END and check_sum(buffer[at + 6 : whole - 6]).encode() == buffer[whole - 6 : whole - 2]:
            return whole
    window = buffer[at : at + WINDOW]
    line = window.find(END) + len(END)
    following = FOLLOWING.search(window, 1)
    ends = [end for end in (line if line >= len(END) else 0, following.start() if following else 0) if end]
    return at + min(ends, default=len(window) if len(window) < WINDOW else WINDOW - OVERLAP)


def judged(piece: bytes) -> Packet | str:
    """Return the packet that a piece is, or the reason why it is none: one of `PACKET` in conform.violations, or 'encoding'."""
    if not START.match(piece):
        return "packet_length" if b"##" in piece else "packet_noise"
    if not piece.endswith(END):
        return "packet_cut"
    size, body = int(piece[2:6]), piece[6 : -len(END)]
    data, check = body[:size], body[size:]
    if size > LONGEST_DATA or len(data) < size:
        return "packet_length"
    if len(check) != 4:  # senders that write the number without its leading zeros leave less
        short = CHECK.match(check.decode("latin-1"))
        return "packet_crc" if short and int(short[0], 16) == int(check_sum(data), 16) else "packet_length"
    if check_sum(data).encode() != check:
        return "packet_crc"
    return _parsed(data.decode("ascii")) or "packet_field" if data.isascii() and b"\0" not in data else "encoding"


def _parsed(data: str) -> Packet | None:
    found = DATA.match(data)
    head = _pairs((found["head"] or "").split(";")) if found else None
    if found is None or head is None or not _is_sound(dict(head)):
        return None
    given = _pairs(re.split("[;,]", found["cp"]))
    if given is None:
        return None
    factors: dict[str, list[tuple[str, str]]] = {}
    for name, value in given:
        factor, dash, part = name.rpartition("-")
        if dash:
            factors.setdefault(factor, []).append((part, value))
    fields = [pair for pair in (*head, *given) if "-" not in pair[0] and pair[0].upper() != "PW"]
    if len({name.upper() for name, _ in fields}) != len(fields):
        return None
    return Packet(tuple(fields), tuple((factor, tuple(parts)) for factor, parts in factors.items()))


def _pairs(items: Iterable[str]) -> Pairs | None:
    """Take `name=value` apart; None where one is none or a name stands twice. Empty items are the ends of lists."""
    pairs = [tuple(part.strip() for part in item.split("=", 1)) for item in items if item.strip()]
    names = {pair[0].upper() for pair in pairs}
    return tuple((pair[0], pair[1]) for pair in pairs) if len(names) == len(pairs) and all(len(pair) == 2 and pair[0] for pair in pairs) else None


def _is_sound(head: dict[str, str]) -> bool:
    """Whether the fields before CP have their form: PNUM and PNO stand where Flag says that the packet is a part."""
    if not all(re.fullmatch(form, head.get(name, "")) for name, form in FORMS.items()):
        return False
    flag = head.get("Flag")
    if flag is None:
        return True
    return bool(FLAG.match(flag)) and (not int(flag) & SPLIT or {"PNUM", "PNO"} <= head.keys())


def masked(text: str) -> str:
    """Return the text of a piece without the password, as far as it can be told where one is."""
    return PLACE.sub(MASK, PASSWORD.sub(rf"\1{MASK}", text))
