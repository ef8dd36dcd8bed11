"""What the gateway counts: latencies, verdicts, rules, replicas, alerts. Used by one thread only, the event loop's."""

import math
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from jobs.serve.gateway.answer import Answer, Meaning

KEPT = 180  # seconds of history for the live page
ALIVE = 15.0  # seconds after its last answer a replica counts as alive
FORGOTTEN = 600.0  # seconds after which a replica that is gone was taken away on purpose
ALERTS = 20
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)  # seconds, of the histogram for Prometheus
SMALLEST, GROWTH = 0.1, 1.08  # milliseconds, and the width of a bucket: a percentile shown is right within 4 %
QUIET = 60.0  # seconds before the same alert is said again


@dataclass(frozen=True)
class Alert:
    """Something an operator should know. at: UTC.  level: warn or bad, or good when something came back."""

    at: str
    code: str
    level: str
    zh: str
    en: str


@dataclass
class Cell:
    """One second. http, engine: latency bucket -> count."""

    asked: int = 0
    answered: int = 0
    http: Counter[int] = field(default_factory=Counter)
    engine: Counter[int] = field(default_factory=Counter)
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)


@dataclass
class Histogram:
    """A histogram as Prometheus reads it: how many within each bound, and the sum of seconds."""

    within: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.within[next((place for place, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))] += 1
        self.total += seconds


class Figures:
    """Everything counted since the start, and the last three minutes second by second."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.started = clock()
        self.in_flight = 0
        self.broker_up = False
        self.latency: dict[tuple[str, str], Histogram] = {}
        self.totals: Counter[tuple[str, ...]] = Counter()  # (name, label, …) -> count
        self.replicas: dict[str, float] = {}
        self.missed = -math.inf  # when a request last got no answer within its deadline
        self.cells: dict[int, Cell] = {}
        self.alerts: deque[Alert] = deque(maxlen=ALERTS)
        self._said: dict[str, float] = {}

    def cell(self, at: float) -> Cell:
        """Return the cell of a moment; cells older than the page shows are dropped."""
        second = int(at)
        if second not in self.cells:
            oldest = int(self.clock()) - KEPT
            for gone in [known for known in self.cells if known < oldest]:
                del self.cells[gone]
            self.cells[second] = Cell()
        return self.cells[second]

    def asked(self) -> None:
        """One more HTTP request waits for its answer."""
        self.in_flight += 1
        self.cell(self.clock()).asked += 1

    def answered(self, route: str, verdict: str, seconds: float) -> None:
        """One HTTP request got its answer."""
        self.latency.setdefault((route, verdict), Histogram()).add(seconds)
        self.cell(self.clock()).http[bucket(seconds * 1000)] += 1

    def seen(self, answer: Answer, said: Meaning) -> None:
        """A first answer was read from its topic, whoever asked."""
        self.totals["answers", answer.route, said.verdict] += 1
        cell = self.cell(answer.at_ms / 1000)
        cell.answered += 1
        cell.verdicts[answer.route, said.verdict] += 1
        cell.rules.update(said.rules)
        if said.engine_ms is not None:
            cell.engine[bucket(said.engine_ms)] += 1

    def replica(self, engine: str, at: float) -> None:
        """A replica gave an answer."""
        self.replicas[engine] = max(at, self.replicas.get(engine, 0.0))

    def alive(self) -> dict[str, bool]:
        """Return every replica ever seen, and whether it answered lately."""
        now = self.clock()
        self.replicas = {name: seen for name, seen in self.replicas.items() if now - seen <= FORGOTTEN}
        return {name: now - seen <= ALIVE for name, seen in sorted(self.replicas.items())}

    @property
    def is_mute(self) -> bool:
        """Whether nobody answers: no replica did lately, and somebody waited in vain within the last minute. Without requests nobody can tell."""
        return self.clock() - self.missed <= QUIET and not any(self.alive().values())

    def judge_replicas(self) -> None:
        """Keep an alert when one replica is silent while another answers. Without requests all are silent: that says nothing."""
        alive = self.alive()
        for name in (name for name, is_alive in alive.items() if not is_alive and any(alive.values())):
            seconds = f"{ALIVE:.0f}"
            self.alert(f"replica_{name}", "bad", f"副本 {name} 已 {seconds} 秒没有答复。", f"Replica {name} has given no answer for {seconds} s.")

    def alert(self, code: str, level: str, zh: str, en: str) -> None:
        """Keep an alert, unless the same one was kept within the last minute."""
        if self.is_due(code) or level == "good":
            self.alerts.appendleft(Alert(self.at, code, level, zh, en))

    def is_due(self, what: str) -> bool:
        """Whether something may be said again: the first time, and then once a minute."""
        now = self.clock()
        if now - self._said.get(what, -QUIET) < QUIET:
            return False
        self._said[what] = now
        return True

    @property
    def at(self) -> str:
        """This moment as text."""
        return datetime.fromtimestamp(self.clock(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def bucket(milliseconds: float) -> int:
    """Return the bucket of a latency."""
    return max(0, math.ceil(math.log(max(milliseconds, SMALLEST) / SMALLEST, GROWTH)))


def percentile(counts: Counter[int], share: float) -> float | None:
    """Return the latency in ms below which a share (0 … 1) of the counts lies; None without counts."""
    wanted, passed = share * counts.total(), 0
    for place in sorted(counts):
        passed += counts[place]
        if passed >= wanted:
            return float(SMALLEST * GROWTH ** (place - 0.5))
    return None


def merged(counters: Iterable[Counter[int]]) -> Counter[int]:
    """Return the sum of counters."""
    total: Counter[int] = Counter()
    for one in counters:
        total.update(one)
    return total
