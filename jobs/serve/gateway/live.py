"""The figures of the live page: the last minute in numbers, the last three minutes as lines."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from jobs.serve.gateway.answer import VERDICTS
from jobs.serve.gateway.figures import KEPT, Cell, Figures, merged, percentile

MINUTE = 60
STEP = 2  # seconds a point of a line stands for
TOP = 8
SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def live(figures: Figures) -> dict[str, Any]:
    """Return what /live.json answers. Rates are a second; latencies are ms, null where there was no request."""
    now = figures.clock()
    last = int(now)  # the present second is not over yet
    minute = [figures.cells.get(second, Cell()) for second in range(last - MINUTE, last)]
    verdicts = _sum([cell.verdicts for cell in minute])
    return {
        "now": round(now, 3), "broker_up": figures.broker_up, "in_flight": figures.in_flight, "up_s": round(now - figures.started),
        "http": _latency([cell.http for cell in minute]), "engine": _latency([cell.engine for cell in minute]),
        "verdicts": {route: {name: verdicts[route, name] for name in (*names, "other")} for route, names in VERDICTS.items()},
        "rules": _sum([cell.rules for cell in minute]).most_common(TOP),
        "replicas": [{"name": name, "alive": alive, "silent_s": round(now - figures.replicas[name])} for name, alive in figures.alive().items()],
        "totals": {name: sum(count for key, count in figures.totals.items() if key[0] == name) for name in ("answers", "doubles", "timeouts", "disagreements", "dead_letters")},
        "alerts": [asdict(alert) for alert in figures.alerts],
        "series": [_point(figures, second) for second in range(last - KEPT, last, STEP)],
    }  # fmt: skip


def _point(figures: Figures, begin: int) -> dict[str, Any]:
    cells = [figures.cells.get(second, Cell()) for second in range(begin, begin + STEP)]
    http, engine = merged(cell.http for cell in cells), merged(cell.engine for cell in cells)
    was_up = begin >= int(figures.started)  # before that nobody counted: no line instead of a line at nought
    return {
        "at": begin,
        "rate": sum(cell.answered for cell in cells) / STEP if was_up else None,
        "http_rate": sum(cell.asked for cell in cells) / STEP if was_up else None,
        "http_p50": _rounded(percentile(http, 0.5)), "http_p99": _rounded(percentile(http, 0.99)),
        "engine_p50": _rounded(percentile(engine, 0.5)), "engine_p99": _rounded(percentile(engine, 0.99)),
    }  # fmt: skip


def _latency(counters: Sequence[Counter[int]]) -> dict[str, float | None]:
    counts = merged(counters)
    return {"rate": round(counts.total() / MINUTE, 1), **{name: _rounded(percentile(counts, share)) for name, share in SHARES.items()}}


def _sum(counters: Sequence[Counter[Any]]) -> Counter[Any]:
    total: Counter[Any] = Counter()
    for one in counters:
        total.update(one)
    return total


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
