"""Which of the replicas takes credit changes in: the first one that finds nobody doing it."""

import time
from collections.abc import Callable
from contextlib import ExitStack

from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from jobs.lake import lock
from jobs.stream import changes
from schemas.contract import Contract
from schemas.errors import Refused, Unavailable
from schemas.settings import Settings

REST = 30.0  # seconds until a failed intake is begun again; the other replica looks every second


class Taking:
    """The intake of changes in a replica: it begins when no other replica has it. Its end ends no answering.

    contract None: there are no changes to take in.
    """

    def __init__(self, spark: SparkSession, settings: Settings, contract: Contract | None, say: Callable[[str], None]) -> None:
        self.spark, self._settings, self._contract, self._say = spark, settings, contract, say
        self._query: StreamingQuery | None = None
        self._turn = ExitStack()
        self._rest = 0.0  # when it may be begun again after it failed

    def look(self) -> None:
        """Start taking changes in if nobody does; let the other replica try when it failed here."""
        if self._query is not None and not self._query.isActive:
            self._failed(str(self._query.exception() or "The query ended by itself."))
        if self._contract is None or self._query is not None or time.monotonic() < self._rest:
            return
        try:
            self._turn.enter_context(lock.writing(self._settings, "changes"))
            self._query = changes.start(self.spark, self._settings, self._contract, self._settings.home / "checkpoints" / self._contract.table)
        except Unavailable:
            return
        except Refused as refused:
            self._failed(str(refused))

    def _failed(self, why: str) -> None:
        self._say(f"Credit changes are not taken in here: {why.splitlines()[0]} They stay in Kafka; this is tried again in {REST:.0f} s.")
        self._query, self._rest = None, time.monotonic() + REST
        self._turn.close()
