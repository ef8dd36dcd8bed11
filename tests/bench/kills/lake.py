"""An installation of the chaos run: what runs share, deliveries put into landing, and drivers that may be killed."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from schemas.load import load_all
from schemas.settings import ROOT, settings
from tests.bench.kills.kinds import Kind
from tests.crash.shared import eventually, is_reached
from tests.serve.answering import Broker

SETTLED = 1_700_000_000  # 2023-11-14: a file touched just now counts as still being written
LONGEST = 600.0  # seconds that a step may take before it counts as one that hangs
AWAY = 120.0  # seconds that a broker stays away when the driver does not end
SHARED = {"spark": ("-m", "jobs", "spark"), "audit": ("-m", "expectations.warm")}  # what runs of one machine share


@dataclass(frozen=True)
class Attempt:
    """One start of a driver. code: its exit code.  said: its last line.  after: seconds until somebody was killed; None when it was over by then."""

    code: int
    seconds: float
    said: str
    after: float | None = None


class Lake:
    """An installation, whose shared programs are started again when they have died, as the process manager does."""

    def __init__(self, home: Path, contracts: Path, variables: Mapping[str, str]) -> None:
        self.environment = {**os.environ, **variables, "GOVLAKE_HOME": str(home), "GOVLAKE_CONTRACTS": str(contracts), "PYTHONPATH": str(ROOT)}
        self.settings = settings(self.environment)
        self.contracts = load_all(contracts)
        self.shared = dict[str, subprocess.Popen[bytes]]()
        (home / "logs").mkdir(parents=True)

    def up(self) -> None:
        """Start what runs share, unless it is up, and again when it dies meanwhile."""
        if not eventually(self._is_up):
            raise RuntimeError(f"the shared Spark application does not start; see {self.settings.home}/logs/spark.log")

    def _is_up(self) -> bool:
        for name, arguments in SHARED.items():
            if name not in self.shared or self.shared[name].poll() is not None:
                with (self.settings.home / "logs" / f"{name}.log").open("ab") as log:
                    self.shared[name] = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        return is_reached(self.environment)

    def down(self) -> None:
        """End what runs share."""
        for process in self.shared.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.shared.values():
            process.wait(60)

    def kill_java(self) -> None:
        """Kill the Java of the shared application, in which the drivers' work is done."""
        for child in psutil.Process(self.shared["spark"].pid).children():
            if child.name() == "java":
                child.kill()

    def land(self, kind: Kind, number: int, day: str) -> None:
        """Put a round's files into landing, as if written long ago."""
        folder = self.settings.landing / self.contracts[kind.table].source_class / kind.table / day
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in kind.arrives(number).items():
            (folder / name).write_bytes(content)
            os.utime(folder / name, (SETTLED, SETTLED))

    def step(self, kind: Kind, step: str, day: str, kill: tuple[float, Callable[["subprocess.Popen[bytes]"], None]] | None = None) -> Attempt:
        """Start a driver and wait for its end. kill: after how many seconds, and what is done then to the driver, or to what it works with."""
        self.up()
        begun, after = time.monotonic(), None
        with tempfile.TemporaryFile() as said:
            command = [sys.executable, "-m", "jobs", step, kind.table, "--date", day]
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True)
            if kill is not None:
                try:
                    process.wait(kill[0])
                except subprocess.TimeoutExpired:
                    after = time.monotonic() - begun
                    kill[1](process)
            code = process.wait(LONGEST)
            said.seek(0)
            told = said.read().decode(errors="replace")
        self._note(kind, step, code, told)
        lines = [line for line in told.splitlines() if line.strip()]
        return Attempt(code, time.monotonic() - begun, lines[-1][:300] if lines else "", after)

    def govlake(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of `govlake`."""
        return subprocess.run([sys.executable, "-m", "jobs.cli", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)

    def _note(self, kind: Kind, step: str, code: int, told: str) -> None:
        with (self.settings.home / "logs" / f"{kind.table}.log").open("a", encoding="utf-8") as log:
            log.write(f"--- {step}, exit code {code}\n{told}")


def driver(process: "subprocess.Popen[bytes]") -> None:
    """Kill the driver itself, and nothing that it has started."""
    process.kill()


def broker(running: Broker, *, at_once: bool) -> Callable[["subprocess.Popen[bytes]"], None]:
    """Kill the broker, and start it again at once, or when the driver has found that it is gone and ended."""

    def fall(process: "subprocess.Popen[bytes]") -> None:
        running.kill()
        if not at_once:
            with suppress(subprocess.TimeoutExpired):
                process.wait(AWAY)
        running.start()

    return fall
