"""The figures as Prometheus reads them (text format 0.0.4)."""

from collections.abc import Iterator

from jobs.serve.gateway.figures import BOUNDS, Figures, Histogram

PREFIX = "govlake_gateway"
TOTALS = {
    "answers": (("route", "verdict"), "First answers read from the answer topics, whoever asked."),
    "responses": (("path", "status"), "HTTP responses."),
    "problems": (("status", "code"), "Answers that are no verdict, by the code in them."),
    "timeouts": (("route",), "Requests that got no answer within their deadline."),
    "doubles": (("route",), "Answers to a request that had one already."),
    "disagreements": (("route",), "Doubles that differ from the first answer to the same request."),
    "behind": (("route",), "Answers left out since newer credit data was answered from before."),
    "dead_letters": (("route",), "Requests the stream could not read."),
}


def metrics(figures: Figures) -> str:
    """Return every figure as one text."""
    return "".join(f"{line}\n" for line in (*_latency(figures), *_totals(figures), *_gauges(figures)))


def _latency(figures: Figures) -> Iterator[str]:
    name = f"{PREFIX}_latency_seconds"
    yield f"# HELP {name} From the arrival of an HTTP request to its answer."
    yield f"# TYPE {name} histogram"
    for (route, verdict), histogram in sorted(figures.latency.items()):
        yield from _histogram(name, f'route="{route}",verdict="{verdict}"', histogram)


def _histogram(name: str, labels: str, histogram: Histogram) -> Iterator[str]:
    passed = 0
    for bound, count in zip((*(f"{bound:g}" for bound in BOUNDS), "+Inf"), histogram.within, strict=True):
        passed += count
        yield f'{name}_bucket{{{labels},le="{bound}"}} {passed}'
    yield f"{name}_sum{{{labels}}} {histogram.total:.6f}"
    yield f"{name}_count{{{labels}}} {passed}"


def _totals(figures: Figures) -> Iterator[str]:
    for total, (labels, meaning) in TOTALS.items():
        name = f"{PREFIX}_{total}_total"
        yield f"# HELP {name} {meaning}"
        yield f"# TYPE {name} counter"
        for key, count in sorted(figures.totals.items()):
            if key[0] == total:
                said = ",".join(f'{label}="{value}"' for label, value in zip(labels, key[1:], strict=True))
                yield f"{name}{{{said}}} {count}"


def _gauges(figures: Figures) -> Iterator[str]:
    alive = figures.alive()
    for name, meaning, value in (
        ("in_flight", "Requests that wait for an answer.", figures.in_flight),
        ("broker_up", "1 while the broker can be reached.", int(figures.broker_up)),
        ("replicas_alive", "Replicas that answered within the last 15 s.", sum(alive.values())),
        ("start_time_seconds", "When the gateway was started.", round(figures.started, 3)),
    ):
        yield f"# HELP {PREFIX}_{name} {meaning}"
        yield f"# TYPE {PREFIX}_{name} gauge"
        yield f"{PREFIX}_{name} {value}"
    yield f"# HELP {PREFIX}_replica_alive 1 when the replica answered within the last 15 s."
    yield f"# TYPE {PREFIX}_replica_alive gauge"
    yield from (f'{PREFIX}_replica_alive{{engine="{name}"}} {int(is_alive)}' for name, is_alive in alive.items())
