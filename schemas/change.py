"""One difference between two editions of a contract: what it is, in words, who notices it, and whose work it breaks."""

from dataclasses import dataclass
from typing import Literal

Party = Literal["readers", "senders"]
NOBODY: frozenset[Party] = frozenset()
READERS: frozenset[Party] = frozenset({"readers"})
SENDERS: frozenset[Party] = frozenset({"senders"})
BOTH = READERS | SENDERS


@dataclass(frozen=True)
class Change:
    """One difference. kind: a stable word for programs.  column: None for the table.  before: the column's old name, when it had one.

    breaks: whose work can fail from it though they did nothing; none when it is not breaking.  touches: who notices it.
    """

    kind: str
    column: str | None
    sentence: str
    breaks: frozenset[Party] = NOBODY
    touches: frozenset[Party] = BOTH
    before: str | None = None

    @property
    def is_breaking(self) -> bool:
        """Whether it breaks anybody's work."""
        return bool(self.breaks)


def among(change: Change, parties: frozenset[Party]) -> Change:
    """Return the change as these parties see it."""
    return Change(change.kind, change.column, change.sentence, change.breaks & parties, change.touches & parties, change.before)
