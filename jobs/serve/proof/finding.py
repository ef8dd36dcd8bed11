"""What a proof found to be wrong."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was booked. kind: missing, doubled, altered, foreign, file, sum or moving.

    path, row: where it stands in landing, None for what is no row.  batch: the batch that put it where it should be.
    """

    table: str
    path: str | None
    row: int | None
    kind: str
    batch: str | None
    sentence: str
