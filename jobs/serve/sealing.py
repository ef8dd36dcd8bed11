"""Seals for the batches of the verdict ledger that have none: after each commit, and at a start for what a kill left."""

from datetime import UTC, datetime
from pathlib import Path

from jobs.evidence import leaf, seal
from jobs.evidence.seal import FIRST, Seal
from jobs.serve import verdicts
from schemas.errors import Refused
from schemas.settings import Settings


def seal_all(settings: Settings) -> list[Seal]:
    """Seal every batch that has no seal, oldest first, and return the new seals.

    1. Heads that a kill left unwritten are written from the seals in the lake.
    2. The new seals are written to the lake, in one commit.
    3. Their heads are appended to the file outside, and are on the disk.
    Called only by the holder of the ledger's lock. Raises Refused when lake and file disagree about the newest seal.
    """
    path = seal.heads_file(settings)
    last = _mended(settings, path)  # 1
    made: list[Seal] = []
    for number, rows in verdicts.batches(verdicts.table(settings), last.batch_id + 1 if last else 0):
        leaves = [leaf.leaf(leaf.fields(row)) for row in rows]
        last = seal.make(number, leaves, last.seal if last else FIRST, datetime.now(UTC).strftime(leaf.INSTANT))
        made.append(last)
    if made:
        verdicts.add_seals(settings, made)  # 2
        seal.append(path, made)  # 3
    return made


def _mended(settings: Settings, path: Path) -> Seal | None:
    """Return the newest seal, once its head is in the file."""
    seal.mend(path)
    head = seal.newest(path)
    known = verdicts.seals(settings, head.batch_id if head else 0)
    if head is not None and (not known or known[0] != head):
        raise Refused(
            f"The newest head in {path} is not in ledger.seal: one of them was changed. Nothing was sealed; rows without a seal are kept. "
            "`govlake evidence` says which batch; see docs/runbooks/evidence.md."
        )
    if lost := known[1:] if head else known:
        seal.append(path, lost)
    return known[-1] if known else None
