"""What may be wrong with the stream: one finding a check, each with its limit, a sentence and the page that says what to do."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jobs.evidence.questions import CHANGES, QUESTIONS
from jobs.serve import delta, positions, records
from schemas.errors import Refused
from schemas.settings import Settings

SILENT = 180.0  # seconds without the end of a batch: a replica's last 120 s at most
BEHIND = 60.0  # seconds an answer may wait for its row before somebody is called
UNREAD = 180.0  # and a request for its answer: a checkpoint knows nothing of the present batch
DAY, HOUR = 86_400.0, 3_600.0
FEW, SHARE = 20, 0.05  # dead letters within an hour: more than these, and more than this share of the requests
STANDING = ("gold", "credit_standing")


@dataclass(frozen=True)
class Finding:
    """One check. value, limit: in `unit`; value None: nothing to measure.  sentence: what is crossed, and what to read.

    absent: what should run was never started, so that there is nothing to measure.
    """

    check: str
    value: float | None
    limit: float
    unit: str
    sentence: str
    absent: bool = False

    @property
    def is_crossed(self) -> bool:
        """Whether somebody should act."""
        return self.absent or (self.value is not None and self.value > self.limit)


def watch(settings: Settings, names: Iterable[str], freshness: Mapping[str, int]) -> tuple[Finding, ...]:
    """Return the findings of these checks.

    freshness: hours within which each gold table promises to be computed, by its name.  Raises Refused for an unknown check.
    """
    wanted = list(names) or list(CHECKS)
    if unknown := [name for name in wanted if name not in CHECKS]:
        raise Refused(f"There is no check '{unknown[0]}'. There are: {', '.join(CHECKS)}.")
    return tuple(CHECKS[name](settings, freshness) for name in wanted)


def _heartbeat(settings: Settings, freshness: Mapping[str, int]) -> Finding:
    replicas = sorted((settings.home / "checkpoints").glob("stream-*"))
    silent = {path.name: _oldest_beat(path) for path in replicas}
    worst = max(silent.values(), default=None)
    said = ", ".join(f"{name} for {_span(seconds)}" for name, seconds in silent.items() if seconds > SILENT)
    is_all = bool(silent) and min(silent.values()) > SILENT
    what = "nobody answers instant requests: they wait in Kafka" if is_all else "the other replica answers alone"
    never = f"The stream was never started here: {settings.home / 'checkpoints'} has no replica, and nobody answers instant requests. `make up` starts it"
    sentence = f"Silent: {said}; {what}" if replicas else never
    return Finding("heartbeat", worst, SILENT, "s", f"{sentence}. See docs/runbooks/stream-heartbeat.md", absent=not replicas)


def _oldest_beat(replica: Path) -> float:
    """Seconds since the slowest of a replica's queries ended a batch; since its checkpoint was made when none did."""
    return max((time.time() - (positions.beats(path) or path.stat().st_mtime) for path in replica.iterdir()), default=0.0)


def _lag(settings: Settings, freshness: Mapping[str, int]) -> Finding:
    replicas = sorted((settings.home / "checkpoints").glob("stream-*"))
    waits = {one.requests: _least_behind(settings, one.requests, [path / one.requests for path in replicas]) for one in QUESTIONS}
    return _late("lag", UNREAD, waits, ("Requests wait", "docs/runbooks/stream-lag.md"))


def _ledger(settings: Settings, freshness: Mapping[str, int]) -> Finding:
    table = delta.opened(settings.lake / "silver" / "verdict")
    written = {one.answers: positions.written(table, one.answers, range(settings.kafka_partitions)) for one in QUESTIONS}
    waits = {topic: _longest_wait(settings, topic, [found[topic]] if topic in found else []) for topic, found in written.items()}
    waits[CHANGES.requests] = _least_behind(settings, CHANGES.requests, [settings.home / "checkpoints" / "credit_change"])
    return _late("ledger", BEHIND, waits, ("Answers or credit changes wait for their row", "docs/runbooks/stream-lag.md"))


def _late(check: str, limit: float, waits: Mapping[str, float | None], told: tuple[str, str]) -> Finding:
    (what, page), known = told, {topic: seconds for topic, seconds in waits.items() if seconds is not None}
    said = ", ".join(f"{topic} for {_span(seconds)}" for topic, seconds in known.items() if seconds > limit)
    return Finding(check, max(known.values(), default=None), limit, "s", f"{what}: {said}. They stay in Kafka and nothing is lost. See {page}")


def _least_behind(settings: Settings, topic: str, checkpoints: list[Path]) -> float | None:
    """Seconds the oldest record has waited that none of these queries has read; 0 when there is none, None when none ever ran.

    What came within the present batch is not in a checkpoint yet: a wait below the limit says nothing.
    """
    return _longest_wait(settings, topic, [found[topic] for path in checkpoints if topic in (found := positions.position(path))])


def _longest_wait(settings: Settings, topic: str, read: list[dict[int, int]]) -> float | None:
    if not read:
        return None
    waits = [_waited(settings, topic, part, max(one.get(part, 0) for one in read)) for part in {part for one in read for part in one}]
    return max(waits, default=0.0)


def _waited(settings: Settings, topic: str, part: int, offset: int) -> float:
    moment = records.moment(settings, topic, part, offset)
    return 0.0 if moment is None else max(0.0, time.time() - moment)


def _staleness(settings: Settings, freshness: Mapping[str, int]) -> Finding:
    gold = delta.opened(settings.lake.joinpath(*STANDING))
    newest = None if gold is None else delta.ask(gold, 'SELECT max("_ingested_at") AS newest FROM stored')[0]["newest"]
    age = None if newest is None else (datetime.now(UTC) - newest).total_seconds() / HOUR
    limit = float(freshness.get(STANDING[1], 24))
    said = f"gold.credit_standing was computed {age or 0:.0f} h ago, promised are {limit:.0f} h: look-ups are answered from it and marked stale."
    return Finding("staleness", age, limit, "h", f"{said} See docs/runbooks/stream-staleness.md")


def _disagreement(settings: Settings, freshness: Mapping[str, int]) -> Finding:
    stored = delta.opened(settings.lake / "ledger" / "disagreement")
    sql = "SELECT count(*) AS answers FROM stored WHERE reason = 'answer' AND answered_at > now() - INTERVAL 1 DAY"
    count = 0 if stored is None else delta.ask(stored, sql)[0]["answers"]
    said = f"The replicas gave different answers to {count} request(s) within a day; the first one counts and both are kept in ledger.disagreement."
    return Finding("disagreement", float(count), 0.0, "answers", f"{said} See docs/runbooks/stream-disagreement.md")


def _dead_letters(settings: Settings, freshness: Mapping[str, int]) -> Finding:
    since = time.time() - HOUR
    replicas = max(1, len(list((settings.home / "checkpoints").glob("stream-*"))))
    dead = sum(records.since(settings, one.dead_letters, since) for one in QUESTIONS) // replicas  # each writes its own letter
    answered = sum(records.since(settings, one.answers, since) for one in QUESTIONS) // replicas
    asked = dead + answered  # not the records on the requests' topics: among them are those that only wake a reader
    said = f"{dead} of {asked} requests of the last hour could not be read; they are kept whole."
    return Finding("dead-letters", float(dead), max(float(FEW), SHARE * asked), "letters", f"{said} See docs/runbooks/stream-dead-letters.md")


def _span(seconds: float) -> str:
    if seconds > 2 * DAY:
        return f"{seconds / DAY:.0f} days"
    return f"{seconds / HOUR:.0f} h" if seconds > 2 * HOUR else f"{seconds / 60:.0f} min" if seconds > 120 else f"{seconds:.0f} s"


CHECKS: Mapping[str, Callable[[Settings, Mapping[str, int]], Finding]] = {
    "heartbeat": _heartbeat, "lag": _lag, "ledger": _ledger, "staleness": _staleness, "disagreement": _disagreement, "dead-letters": _dead_letters,
}
