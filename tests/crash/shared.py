"""The shared Spark application of one installation, started for a test."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

from schemas import sockets
from schemas.settings import ROOT, settings


def begun(variables: Mapping[str, str]) -> "subprocess.Popen[str]":
    """Start it and wait until it lets runs in; Java starts with the first."""
    command, environment = [sys.executable, "-m", "jobs", "spark"], {**os.environ, **variables}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, start_new_session=True)
    assert eventually(lambda: is_reached(environment))
    return process


def end(process: "subprocess.Popen[str]") -> None:
    """Ask it and its Java to end, unless they are gone."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
    process.wait(60)


def is_reached(variables: Mapping[str, str]) -> bool:
    """Whether somebody listens at this installation's socket."""
    wire = sockets.reach(settings(variables).spark_socket, 1.0)
    if wire:
        wire.close()
    return wire is not None


def eventually(condition: Callable[[], bool], seconds: float = 60) -> bool:
    """Wait until it holds; return whether it did."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    return condition()
