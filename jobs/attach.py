"""A run's way into the shared Spark application (jobs/shared.py): a session of its own in a Java that is warm already."""

import atexit
import json
import os
import signal
import socket
from typing import Any

from py4j.finalizer import ThreadSafeFinalizer  # type: ignore[import-untyped]
from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from jobs.lake import lock
from schemas import sockets
from schemas.errors import Unavailable
from schemas.settings import Settings

PATIENCE = 120.0  # seconds until Java has started for the first run
MOST_BYTES = 4096  # of the answer
GATEWAY = ("PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET")
_wires: list[socket.socket] = []  # open as long as this process lives: the application takes their end for ours


def attach(settings: Settings, name: str) -> SparkSession | None:
    """Return a new session of the shared application; None when there is none, or this process has a Java already.

    The locks that this process holds are handed over: if it dies, they are held until Java has ended what it was at.
    Raises Unavailable when the application is there and does not answer.
    """
    if GATEWAY[0] in os.environ:  # a spark-submit started us
        return None
    wire = sockets.reach(settings.spark_socket, PATIENCE)
    told = _told(wire) if wire else None
    if wire is None or told is None:
        return None
    session = _session(told)
    thread = session.sparkContext._jvm.java.lang.Thread.currentThread().getId()  # type: ignore[union-attr]
    group = f"{name} {os.getpid()}"
    session.sparkContext.setJobGroup(group, name)
    session.sparkContext.setLocalProperty("spark.scheduler.pool", name.split(" ")[0])
    socket.send_fds(wire, [json.dumps({"group": group, "thread": thread}).encode()], [held.fileno() for held in lock.held])
    _wires.append(wire)
    atexit.register(_let_go, session.sparkContext._gateway)
    return session


def _told(wire: socket.socket) -> dict[str, Any] | None:
    """Where Java listens; None when the application ended just now."""
    try:
        said = wire.recv(MOST_BYTES)
    except TimeoutError:
        raise Unavailable("The shared Spark application gives no answer. Nothing was started; this run is tried again. `make status` shows whether spark is up.") from None
    except ConnectionError:
        said = b""
    return json.loads(said) if said else None


def _session(told: dict[str, Any]) -> SparkSession:
    given = dict(zip(GATEWAY, (str(told["port"]), told["secret"]), strict=True))
    os.environ.update(given)
    try:
        java = launch_gateway()
    finally:
        for variable in given:
            del os.environ[variable]
    found = java.jvm.org.apache.spark.sql.classic.SparkSession.getDefaultSession().get().newSession()
    context = java.jvm.org.apache.spark.api.java.JavaSparkContext(found.sparkContext())
    spark = SparkContext(gateway=java, jsc=context, conf=SparkConf(_jconf=found.sparkContext().conf()))
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # PySpark's own handler would cancel the jobs of every run
    return SparkSession(spark, jsparkSession=found)


def _let_go(java: Any) -> None:
    """Name every object we hold to Java as no longer needed: plans, and the tables they broadcast, would stay there for good."""
    for found in [reference() for reference in list(ThreadSafeFinalizer.finalizers.values())]:
        if hasattr(found, "_target_id"):
            java.detach(found)
