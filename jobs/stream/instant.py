"""The job that answers requests and look-ups: Kafka to Kafka, in Spark's Real-Time Mode, as one of two replicas."""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache, partial

from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from jobs.lake import lock
from jobs.session import session
from jobs.stream import changes, kept, queries, sides, topics, turns
from jobs.stream.beside import Beside
from jobs.stream.broker import make_topics, wake
from jobs.stream.kept import Kept
from jobs.stream.pace import BATCH, Pace
from jobs.stream.queries import ANSWERERS
from jobs.stream.sides import Sides
from jobs.stream.taking import Taking
from jobs.stream.turns import Turn
from schemas.contract import Contract
from schemas.errors import Refused, Unavailable
from schemas.settings import Settings

POLL = 1  # seconds between two looks at the tables
PAGE, REST = 40.0, 5.0  # seconds a batch lasts, and at least when tables are new: then the other replica has its turn first
ALONE = BATCH - 10.0  # seconds a batch lasts while nobody else answers: whoever asks during its end waits up to a second
TURN = 120.0  # seconds the other replica may take to start its queries again
# A batch's task holds its slot for the whole batch; reading the sides for the other query needs some beside. Also on a cluster, see pace.
LOCAL = "local[{slots}]"
# At a batch's boundary everybody waits: the sides are small, so one task sorts and counts them (2.0 -> 1.5 s with seven tables).
AT_BOUNDARY = {"spark.sql.shuffle.partitions": "1"}
Say = Callable[[str], None]
Work = tuple[list[StreamingQuery], Pace, Taking]


@dataclass(frozen=True)
class Replica:
    """One of the engines that answer side by side; the asker takes the first answer.

    other: the one beside it.  settle: seconds it goes on with what it has after a table came or went; different, so that both do not start their
    queries again at once.
    """

    name: str
    other: str
    settle: int


REPLICAS = {"a": Replica("a", "b", 2), "b": Replica("b", "a", 25)}


@dataclass(frozen=True)
class Desk:
    """What a replica answers with: where things are, the contract of the requests, the contract of the standing."""

    settings: Settings
    contract: Contract
    standing: Contract
    replica: Replica


def desk(settings: Settings, contracts: Mapping[str, Contract], marts: Mapping[str, Contract], replica: str) -> Desk:
    """Return what a replica answers with. Raises Refused when no contract has the topic, or nothing tells the standing."""
    contract = next((one for one in contracts.values() if one.topic == topics.INSTANT_REQUEST), None)
    standing = marts.get("credit_standing")
    if contract is None or standing is None:
        raise Refused(
            f"No contract has 'topic: {topics.INSTANT_REQUEST}', or there is no gold contract 'credit_standing'. Nothing was started. "
            "Both are shipped under schemas; bring them back."
        )
    return Desk(settings, contract, standing, REPLICAS[replica])


def serve(at: Desk, say: Say) -> None:
    """Answer until the process is stopped.

    1. Wait for the broker, and make the topics that are missing.
    2. Start both queries from their checkpoints, with the tables that have a version. Answers are at-least-once, so askers
       go by request id.
    3. Bring new versions of the tables in; take credit changes in unless the other replica does.
    4. When a table that was away has its first version, or the rules change, start the queries again with it.
    Raises Unavailable when a query died, as when the broker goes away; the process manager starts it again.
    """
    _await_broker(at.settings, say)  # 1
    once = lru_cache(maxsize=8)(say)  # a contract that cannot be read is looked at every second
    spark, turn = _session(at), ExitStack()
    pace = Pace(spark)
    change = changes.contract(at.settings) if at.standing.changes else None
    if change is not None:
        changes.make_table(spark, at.settings, change)
    taking = Taking(spark, at.settings, change, say)
    while True:
        there, due = _versions(at), turns.due(at.settings, at.contract, datetime.now(UTC), once)
        judging = [(one, sides.read(spark, at.settings, one.contract, at.standing)) for one in turns.editions(at.settings, due, at.contract)]
        held = tuple(one for _, known in judging for one in kept.keep(known))
        running = queries.start(spark, queries.Lanes(at.settings, at.replica.name), judging)  # 2
        say(f"replica {at.replica.name} answers {', '.join(ANSWERERS)}{_without(judging[-1][1])}.")
        with turn:
            pace.await_answers(running)
        _keep_fresh(at, (running, pace, taking), held, (there, due, once))  # 3
        turn.enter_context(lock.writing(at.settings, "stream", TURN))  # 4: while one starts again, the other answers
        for query in running:
            query.stop()
        kept.release(held)


def _await_broker(settings: Settings, say: Say) -> None:
    """Make the topics as soon as the broker is there: waiting costs nothing, a restart in a loop would."""
    said = ""
    while True:
        try:
            return make_topics(settings, list(topics.EVERY))
        except Unavailable as failure:
            if said != str(failure):
                say(f"{failure} It is waited for, and this job goes on by itself.")
            said = str(failure)
            time.sleep(POLL)


def _keep_fresh(at: Desk, work: Work, held: Iterable[Kept], known: tuple[dict[str, int], tuple[Turn, ...], Say]) -> None:
    """Renew tables that have a new version; return some seconds after one came or went, or the rules changed.

    work: the queries that answer, when their batches end, and the intake of changes.  known: the versions when `held` was
    made, the turns of the rules then.  Raises Unavailable when a query that answers ended meanwhile.
    """
    (running, pace, taking), (there, turn, say) = work, known
    left, seen, turned, is_new = at.replica.settle, there, time.monotonic(), False
    with Beside(at.settings, at.replica.name, at.replica.other) as beside:
        while left > 0:
            time.sleep(POLL)
            pace.tick()
            taking.look()
            beside.tell()
            if ended := next((query for query in running if not query.isActive), None):
                raise Unavailable(_died(at, str(ended.exception() or "a query ended by itself")))
            now = _versions(at)
            is_new |= kept.renew(held, (name for name in now.keys() & seen.keys() if now[name] != seen[name]))
            if _is_due(beside, time.monotonic() - turned, is_new=is_new) and _turn_page(at, (running, pace), is_new=is_new):
                turned, is_new = time.monotonic(), False
            is_other = now.keys() != there.keys() or turns.due(at.settings, at.contract, datetime.now(UTC), say) != turn
            left, seen = left - (POLL if is_other else 0), now


def _is_due(beside: Beside, seconds: float, *, is_new: bool) -> bool:
    """Whether batches that have lasted so long are to end; new versions are taken in also while nobody answers meanwhile."""
    if is_new or seconds <= PAGE:
        return is_new and seconds > REST
    return seconds > ALONE or not beside.is_alone()


def _turn_page(at: Desk, work: tuple[list[StreamingQuery], Pace], *, is_new: bool) -> bool:
    """End the batches, so that the next ones read what is new; False when the other replica is at it, and so answers nothing."""
    running, pace = work
    is_woken = is_new or at.settings.kafka_partitions > 1  # or a partition with requests would wait for one without
    try:
        with lock.writing(at.settings, "stream"):
            pace.end(running, partial(wake, at.settings, list(ANSWERERS)) if is_woken else None)
    except Unavailable:
        return False
    return True


def _versions(at: Desk) -> dict[str, int]:
    return sides.news(at.settings, at.contract, at.standing)


def _died(at: Desk, why: str) -> str:
    return f"Replica {at.replica.name} stopped: {why.splitlines()[0]}. Unanswered requests stay in Kafka; the next start goes on."


def _without(known: Sides) -> str:
    return f", without {', '.join(sorted(known.away))}: what they would say is unknown, and a person is asked" if known.away else ""


def _session(at: Desk) -> SparkSession:
    own = replace(at.settings, driver_memory=at.settings.stream_memory, spark_master=LOCAL.format(slots=at.settings.stream_slots))
    # A heap that starts small is kept so tight that a full collection of a second came every ten seconds.
    os.environ["SPARK_SUBMIT_OPTS"] = f"{own.java_options} -Xms{own.driver_memory}"
    spark = session(own, f"stream {at.replica.name}", is_long=True)
    for name, value in AT_BOUNDARY.items():
        spark.conf.set(name, value)
    return spark
