"""Look-ups that were answered on stale or missing data, asked again by themselves once the data is back."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jobs.evidence.questions import QUESTIONS
from jobs.serve import delta, records
from jobs.serve.gateway.stored import AGAIN
from schemas.settings import Settings

BACK = timedelta(days=2)  # an older look-up has been decided on without us
MOST = 1_000  # a run; what is left comes with the next
CREDIT = next(one for one in QUESTIONS if one.kind == "credit")

OPEN = f"""
SELECT request_id, request, json_extract_string(value, '$.sources_unavailable[*]') AS away FROM stored
WHERE kind = 'credit' AND received_at >= $1 AND json_valid(request) AND NOT ends_with(request_id, '{AGAIN}')
  AND (json_extract_string(value, '$.stale') = 'true' OR json_array_length(value, '$.sources_unavailable') > 0)
ORDER BY received_at
"""
ASKED = f"SELECT request_id FROM stored WHERE kind = 'credit' AND received_at >= $1 AND ends_with(request_id, '{AGAIN}')"


@dataclass(frozen=True)
class Again:
    """What was asked again. waiting: look-ups whose data is not back yet.  asked: their own request ids."""

    waiting: int
    asked: tuple[str, ...]


def again(settings: Settings, hours: int) -> Again:
    """Ask again what was answered on stale or missing data, when the standing is there and no older than `hours`.

    The second answer stands in the ledger under the first one's id with AGAIN behind it, and is given to who asks for the
    first by its id. Sent twice by a killed run, it is one row all the same.  Raises Unavailable when the broker does not answer.
    """
    waiting, messages = due(settings, hours, datetime.now(UTC))
    if messages:
        records.send(settings, CREDIT.requests, messages)
    return Again(waiting, tuple(name.removesuffix(AGAIN) for name, _ in messages))


def due(settings: Settings, hours: int, now: datetime) -> tuple[int, list[tuple[str, bytes]]]:
    """Return how many look-ups wait for their data, and the messages (key, value) that ask again those whose data is back."""
    stored = delta.opened(settings.lake / "silver" / "verdict")
    if stored is None:
        return 0, []
    done = {row["request_id"] for row in delta.ask(stored, ASKED, (now - BACK,))}
    found = [row for row in delta.ask(stored, OPEN, (now - BACK,)) if f"{row['request_id']}{AGAIN}" not in done]
    some = [row for row in found if _is_there(settings, row["away"])][:MOST] if found and _is_fresh(settings, hours, now) else []
    return len(found) - len(some), [(f"{row['request_id']}{AGAIN}", _renamed(row["request"])) for row in some]


def _renamed(request: str) -> bytes:
    asked = json.loads(request)
    return json.dumps({**asked, "request_id": f"{asked['request_id']}{AGAIN}"}, ensure_ascii=False).encode()


def _is_there(settings: Settings, away: list[str]) -> bool:
    """Whether every table that a look-up was answered without can be read now."""
    return all(delta.opened(settings.lake.joinpath(*name.split("."))) is not None for name in away)


def _is_fresh(settings: Settings, hours: int, now: datetime) -> bool:
    """Whether the standing can be read, and is as fresh as promised."""
    gold = delta.opened(settings.lake / "gold" / "credit_standing")
    newest = None if gold is None else delta.ask(gold, 'SELECT max("_ingested_at") AS newest FROM stored')[0]["newest"]
    return newest is not None and now - newest <= timedelta(hours=hours)
