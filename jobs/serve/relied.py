"""The versions of tables that somebody may still ask for by their number, though a newer one has long come."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from jobs.serve.batches import ledger, released
from jobs.serve.proof.gold import named
from schemas.contract import Contract
from schemas.settings import Settings


def relied(settings: Settings, marts: Iterable[Contract], now: datetime) -> Mapping[str, frozenset[int]]:
    """Return them by table: what readers had when the time that versions are kept began, and what gold as it stands was computed from.

    The first may have ended before that time, by an upkeep: the ledger leads to it all the same until the next release is
    that old. The second are those that `ledger --prove --again` reads.
    """
    found = {table: {version} for table, version in released(settings, now - timedelta(days=settings.version_days)).items()}
    for mart in marts:
        for last in ledger(settings, mart.table)[-1:]:
            for source, version in named(last).items():
                found.setdefault(source, set()).add(version)
    return {table: frozenset(versions) for table, versions in found.items()}
