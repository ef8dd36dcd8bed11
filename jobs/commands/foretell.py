"""What the audit of a run would say of a file that was only looked at."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobs.publish.audit import Auditor
from jobs.publish.plan import write_json
from schemas.contract import Contract
from schemas.errors import Unavailable
from schemas.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

RUNBOOK = "docs/runbooks/audit-held.md"


def foretold(reasons: Sequence[str]) -> str:
    """Return the sentence for a person: released, or held and why."""
    if not reasons:
        return "Taken alone, this delivery would be released 单独交付时可放行."
    return f"This delivery would be held 将被扣留: {'; '.join(reasons)}. Readers would keep the version they have. See {RUNBOOK}."


def judged(auditor: Auditor, measured: Mapping[str, Any], workspace: Path) -> tuple[str, ...]:
    """Return what the audit, which sees nothing but the measurements, has against them. Raises Unavailable when it gives no verdict."""
    write_json(workspace / "measurement.json", measured)
    try:
        return tuple(auditor.verdict(workspace / "measurement.json", workspace / "verdict.json")["reasons"])
    except Unavailable:
        sentence = "was conformed, but the audit ended without a verdict, its last words above. Nothing was written to the lake. Try again."
        raise Unavailable(f"{measured['file']} {sentence}") from None


def missing(candidate: "DataFrame", settings: Settings, contract: Contract, date: str) -> Mapping[str, int]:
    """Return how many records readers have on the day of a whole dump, and how many of them it lacks; none for other tables."""
    from jobs.lake import tables
    from jobs.publish.history import lacking

    silver = tables.read(candidate.sparkSession, tables.table(settings, "silver", contract.table))
    found = lacking(candidate, silver, contract, date)
    return {} if found is None else dict(zip(("records", "records_missing"), (frame.count() for frame in found), strict=True))
