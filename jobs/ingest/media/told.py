"""What is found out about one media file: values by name, thumbnails, and the fault that ended the looking."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

PIXELS = 100_000_000  # of one picture; the largest sensors have as many, a bomb has more
SIDE = 320  # pixels of a thumbnail's longer side: enough to recognise a place, 10 KB
TEXT = 4_000_000  # characters kept of a document: four thousand full pages


class Fault(Exception):
    """Why a file is no sound one of its kind. defect: the rule's name.  why: half a sentence without any content of the file."""

    def __init__(self, defect: str, why: str) -> None:
        super().__init__(f"{defect}: {why}")
        self.defect, self.why = defect, why


@dataclass
class Told:
    """Filled as the file is read, so that what was read before a fault is kept. thumbnails: pictures by content hash."""

    values: dict[str, str] = field(default_factory=dict)
    thumbnails: dict[str, bytes] = field(default_factory=dict)

    def say(self, **values: object) -> None:
        """Keep what is known, as the texts that a record holds, without NUL, which no table takes; None is not known."""
        self.values.update({name: str(value).replace("\0", "") for name, value in values.items() if value is not None})

    def keep(self, picture: bytes) -> str:
        """Keep a thumbnail; return its content hash."""
        name = hashlib.sha256(picture).hexdigest()
        self.thumbnails[name] = picture
        return name


def moment(text: str | None) -> str | None:
    """Return an instant of a container's tag with seconds and its zone, as `2026-03-01T08:30:00Z`; None for what is none."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return None if found.tzinfo is None else found.isoformat(timespec="seconds").replace("+00:00", "Z")
