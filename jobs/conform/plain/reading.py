"""What reading a code part by part gives: the parts, and the first fault found."""

from dataclasses import dataclass

Part = tuple[str, str]


@dataclass(frozen=True)
class Fault:
    """Why a value is not valid, as the end of a sentence in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True)
class Reading:
    """One value as read: `fault` is None when it is valid; `parts` are (label, meaning), as far as it could be read."""

    fault: Fault | None = None
    parts: tuple[Part, ...] = ()


def faulty(zh: str, en: str, *parts: Part) -> Reading:
    """A reading that ends in a fault."""
    return Reading(Fault(zh, en), parts)


def stray(text: str, alphabet: str) -> str:
    """The first character of `text` outside the alphabet, as it may be shown; empty when there is none."""
    found = next((c for c in text if c not in alphabet), "")
    return f"'{found}' (U+{ord(found):04X})" if found else ""


def misshapen(text: str, length: int, alphabet: str) -> Fault | None:
    """The fault of a text that has another length, or a character outside the alphabet."""
    if len(text) != length:
        return Fault(f"应为{length}位，实为{len(text)}位", f"must have {length} characters, has {len(text)}")
    if odd := stray(text, alphabet):
        return Fault(f"含有不允许的字符{odd}", f"holds {odd}, which is not allowed here")
    return None


def checked(found: str, expected: str) -> tuple[Fault | None, Part]:
    """Compare a check character: the fault when it differs, and the part that says both."""
    part = ("校验码 check character", f"{found}" if found == expected else f"{found}, expected {expected}")
    if found == expected:
        return None, part
    return Fault(f"校验码应为{expected}，实为{found}", f"check character should be {expected}, found {found}"), part
