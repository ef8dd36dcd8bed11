"""Answers that are no longer in memory, from the verdict ledger."""

from jobs.serve import delta, verdicts
from jobs.serve.gateway.answer import asker_of
from schemas.settings import Settings

LEDGER = ("silver", "verdict")
AGAIN = ":again"  # ends the id under which a look-up answered on stale data is asked again, jobs/serve/again.py


def stored(settings: Settings, key: tuple[str, str], office: str) -> bytes | None:
    """Return the answer of the ledger, the bytes as they were sent; None without one, and for another office's look-up.

    A look-up that was asked again since the data was stale has the newer answer.
    """
    route, request_id = key
    table = delta.opened(settings.lake.joinpath(*LEDGER))
    row = None if table is None else verdicts.of_request(table, f"{request_id}{AGAIN}") or verdicts.of_request(table, request_id)
    if row is None or row["kind"] != route or (route == "credit" and asker_of(row["request"]) != office):
        return None
    return str(row["value"]).encode()
