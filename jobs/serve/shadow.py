"""What a rule in shadow would have rejected, from the recorded verdicts: by region, department and item."""

from dataclasses import dataclass
from datetime import datetime

from jobs.serve import delta, verdicts
from schemas.settings import Settings

# A case number begins with the division that took the case in; what a request says is nobody's name.
STRUCK = """
SELECT substr(json_extract_string(request, '$.project_no'), 1, 6) AS region, json_extract_string(request, '$.org_code') AS department,
       json_extract_string(request, '$.task_code') AS item, count(*) AS struck, count_if(verdict <> 'reject') AS newly
FROM stored
WHERE kind = 'instant' AND received_at >= $2 AND list_contains(json_extract_string(value, '$.shadow[*].rule'), $1) AND json_valid(request)
GROUP BY ALL ORDER BY newly DESC, struck DESC, region, department, item
"""
JUDGED = """SELECT count(*) AS judged, count(DISTINCT rule_set) AS editions FROM stored
            WHERE kind = 'instant' AND received_at >= $1 AND json_extract(value, '$.shadow') IS NOT NULL"""


@dataclass(frozen=True)
class Struck:
    """Requests of one region, department and item that the rule struck. newly: those that were not rejected anyway."""

    region: str | None
    department: str | None
    item: str | None
    struck: int
    newly: int


@dataclass(frozen=True)
class Shadow:
    """What a rule in shadow did. judged: requests looked at since, by `editions` editions of the contract."""

    rule: str
    since: datetime
    judged: int
    editions: int
    by: tuple[Struck, ...]


def shadow(settings: Settings, rule: str, since: datetime) -> Shadow:
    """Return what a rule in shadow would have rejected since an instant. Raises Unavailable when no verdict was written yet."""
    stored = verdicts.table(settings)
    (counted,) = delta.ask(stored, JUDGED, (since,))
    rows = delta.ask(stored, STRUCK, (rule, since))
    return Shadow(rule, since, counted["judged"], counted["editions"], tuple(Struck(**row) for row in rows))
