"""The end of a replica's batches, on a real broker and a real-time query."""

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any

import pytest
from kafka import KafkaProducer
from pyspark.sql.streaming.query import StreamingQuery

from infra.place import Place
from jobs.evidence.questions import WAKE
from jobs.stream import pace, queries, topics
from jobs.stream.broker import wake
from jobs.stream.pace import Pace
from schemas.settings import Settings, settings
from tests.serve.answering import Broker, eventually

pytestmark = pytest.mark.spark
BASE = "17500"  # ports no other test takes
SOON = pace.BATCH / 2  # seconds: a batch that was not told to end lasts longer


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Broker]]:
    """An installation with a broker."""
    place = Place(settings({"GOVLAKE_HOME": str(tmp_path_factory.mktemp("pace") / "var"), "GOVLAKE_PORT_BASE": BASE}))
    broker = Broker(place)
    broker.start()
    broker.make_topics()
    yield place.settings, broker
    broker.kill()


@pytest.fixture
def paced(spark: Any) -> Iterator[Pace]:
    """The pace of the tests' session, whose clock is the system's again afterwards."""
    yield Pace(spark)
    jvm = spark._jvm
    jvm.org.apache.spark.sql.execution.datasources.v2.LowLatencyClock.setClock(jvm.org.apache.spark.util.SystemClock())


@pytest.fixture
def echo(spark: Any, here: tuple[Settings, Broker], paced: Pace, monkeypatch: pytest.MonkeyPatch) -> Iterator[StreamingQuery]:
    """A replica's query that answers each request with itself."""
    monkeypatch.setitem(
        queries.ANSWERERS, topics.INSTANT_REQUEST, lambda asked, sides, replica: asked.selectExpr(f"'{topics.INSTANT_VERDICT}' AS topic", "key", "value")
    )
    lane = queries.Lanes(here[0], "a")
    query = queries._query(spark, lane, (topics.INSTANT_REQUEST, None), (topics.INSTANT_REQUEST, None, None))  # type: ignore[arg-type]
    paced.await_answers([query])
    yield query
    query.stop()


def ask(here: tuple[Settings, Broker], key: str, value: bytes | None) -> int:
    """Put a request, and return how many answers there are to that key once there is one."""
    with closing(KafkaProducer(bootstrap_servers=here[0].kafka)) as producer:
        producer.send(topics.INSTANT_REQUEST, value, key=key.encode())
    assert eventually(lambda: bool(here[1].records(topics.INSTANT_VERDICT, key)))
    return len(here[1].records(topics.INSTANT_VERDICT, key))


def test_a_batch_ends_when_it_is_told_to_and_nobody_asked_or_answered_for_it(here: tuple[Settings, Broker], paced: Pace, echo: StreamingQuery) -> None:
    ask(here, "first", b"1")
    paced.end([echo])
    assert (echo.lastProgress, echo.isActive) == (None, True)  # its reader waits for a record, and is left in peace
    ask(here, "second", b"2")  # which comes
    assert eventually(lambda: echo.lastProgress is not None, SOON)
    assert echo.lastProgress["numInputRows"] == 2

    paced.end([echo], partial(wake, here[0], [topics.INSTANT_REQUEST]))
    assert (echo.lastProgress["batchId"], ask(here, "third", b"3")) == (1, 1)
    assert here[1].records(topics.INSTANT_VERDICT, WAKE) == []
    assert ask(here, WAKE, b"4") == ask(here, "empty", None) == 1  # only a record without a value, of that very key, asks nothing
