"""Five times the sustainable rate for a short while: how long requests wait, whether one is lost, how long until it is as before."""

from collections.abc import Mapping
from typing import Any

from tests.bench.stream.load import Load, latencies, summary

TIMES, CALM = 5, 100  # the burst's rate in sustainable ones; requests a second before and after it
BEFORE, BURST, AFTER, GRACE = 5.0, 10.0, 60.0, 120.0  # seconds; GRACE: for the last answers
LONG = 250.0  # ms: an asker waits


def measure(place: tuple[str, str, str], rate: int, example: Mapping[str, str | None], number: str) -> dict[str, Any]:
    """Return the waits of the burst's requests, how many of all were not answered, and when the last one waited.

    place: broker, topic of the requests, topic of the answers.  rate: the sustainable one.
    back_s: seconds from the burst's end until no request waits LONG any more; None when it did not come to that.
    """
    load = Load(*place, ((CALM, BEFORE), (TIMES * rate, BURST), (CALM, AFTER)), "o", GRACE)
    waits, due = latencies(load, example, number), load.due()
    burst = [wait for wait, moment in zip(waits, due, strict=True) if BEFORE <= moment < BEFORE + BURST]
    slow = [moment - BEFORE - BURST for wait, moment in zip(waits, due, strict=True) if wait is None or wait > LONG]
    back = max(0.0, max(slow, default=0.0))
    return {
        "rate": TIMES * rate, "calm_rate": CALM, "burst_s": BURST, **summary(burst),
        "missed": sum(wait is None for wait in waits), "back_s": None if back > AFTER - 1 else round(back, 1),
    }  # fmt: skip
