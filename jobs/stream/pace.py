"""When the batches of a replica end: when there is something new to read, and else seldom."""

import time
from collections.abc import Callable, Sequence

from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

BATCH = 120  # seconds a batch lasts at most; `Pace.end` ends it before
QUIET = 1.0  # seconds after which a batch that has not ended is one in which nobody asks anything
SETTLED, POLL = 60.0, 0.25  # seconds


class Pace:
    """The clock that real-time batches look at, so that they can be ended.

    Spark fixes a batch's length when the query is started; its end is a moment of `LowLatencyClock`, which may be set.
    The readers look at it before each record, and wait for a record until the batch's end at most. Readers in other processes
    have clocks of their own: a replica therefore keeps a local master on a cluster too (jobs/stream/instant.py).
    """

    def __init__(self, spark: SparkSession) -> None:
        self._spark, self._ahead = spark, 0
        jvm = spark._jvm
        assert jvm is not None
        self._clock = jvm.org.apache.spark.util.ManualClock(_now())
        jvm.org.apache.spark.sql.execution.datasources.v2.LowLatencyClock.setClock(self._clock)

    def tick(self) -> None:
        """Let the clock go on; to be called about every second."""
        self._clock.setTime(_now() + self._ahead)

    def end(self, answering: Sequence[StreamingQuery], wake: Callable[[], None] | None = None) -> None:
        """End the batches that run now and return once every query answers from a new one, SETTLED seconds later at the latest.

        A reader that waits for a record does not see the clock. wake: sends each of them one; None where a batch in which
        nobody asks anything may as well go on.
        """
        before = [_batch(one) for one in answering]
        self._ahead += BATCH * 1000
        self.tick()

        def have_ended() -> bool:
            return all(not one.isActive or _batch(one) != was for one, was in zip(answering, before, strict=True))

        if not self._await(have_ended, QUIET) and wake is not None:
            wake()
            self._await(have_ended, SETTLED)
        self.await_answers(answering)

    def await_answers(self, answering: Sequence[StreamingQuery]) -> None:
        """Wait until each query has just one job, twice: while it makes its sides ready it has none, or several."""
        seen = [False, False]

        def are_settled() -> bool:
            seen[:] = [seen[1], all(not one.isActive or self._jobs(one) == 1 for one in answering)]
            return all(seen)

        self._await(are_settled, SETTLED)

    def _jobs(self, query: StreamingQuery) -> int:
        tracker = self._spark.sparkContext.statusTracker()
        found = [tracker.getJobInfo(job) for job in tracker.getJobIdsForGroup(str(query.runId))]
        return sum(one is not None and one.status == "RUNNING" for one in found)

    def _await(self, holds: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not (held := holds()) and time.monotonic() < deadline:
            time.sleep(POLL)
            self.tick()
        return held


def _batch(query: StreamingQuery) -> int | None:
    """Number of the last batch that the query ended; None when it ended none since it was started."""
    progress = query.lastProgress
    return None if progress is None else int(progress["batchId"])


def _now() -> int:
    return time.time_ns() // 1_000_000
