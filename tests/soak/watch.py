"""Two workers a kind, watched: one that hangs, dies or fills the memory is ended, its input named, and the next one goes on behind it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schemas.settings import ROOT
from tests.soak.account import Account
from tests.soak.kinds import KINDS
from tests.soak.worker import BEAT

MILLION = 1_000_000
WORKERS = 2
POLL = 0.2  # seconds
START = 60.0  # seconds that a worker may take to start
MEMORY = 2 << 30  # bytes resident, of a worker and of each process it started
SHOWN = 10  # failures of a kind that are told
MEMORY_DISK = "/dev/shm"  # thousands of small files a second come and go; on a disk their folders take longer than their reading
PAGE = os.sysconf("SC_PAGE_SIZE")
Line = dict[str, Any]


@dataclass
class Lane:
    """Every WORKERS-th input of a kind, and the worker that is at it now. told: what workers before it did."""

    kind: str
    seed: int
    numbers: range
    folder: Path
    limit: float  # seconds for one input
    process: "subprocess.Popen[bytes] | None" = None
    told: Account = field(default_factory=Account)
    inputs: int = 0
    failures: list[Line] = field(default_factory=list)
    peak: int = 0
    at: int = -2
    since: float = 0.0

    @property
    def beat(self) -> Path:
        return self.folder / "beat"

    def start(self) -> None:
        """Start a worker on what is left."""
        self.beat.write_bytes(BEAT.pack(-2, 0, *Account(), 0))
        command = [sys.executable, "-m", "tests.soak.worker", self.kind, str(self.seed), str(self.numbers.start), str(self.numbers.step), str(self.numbers.stop), str(self.beat)]
        with (self.folder / "out").open("wb") as out, (self.folder / "err").open("wb") as err:
            # What an ended worker leaves lies in the folder, and goes with it.
            self.process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "TMPDIR": str(self.folder)}, stdout=out, stderr=err)
        self.at, self.since = -2, time.monotonic()

    def look(self) -> bool:
        """Look at the worker; tell whether there is anything left to do."""
        assert self.process is not None
        ended = self.process.poll()
        number, *_ = BEAT.unpack(self.beat.read_bytes())
        if number != self.at:
            self.at, self.since = number, time.monotonic()
        resident = _resident(self.process.pid)
        self.peak = max(self.peak, resident)
        why = None
        if ended is not None and number != -1:
            why = f"ended its process ({signal.Signals(-ended).name if ended < 0 else f'exit {ended}'}): {_tail(self.folder / 'err')}"
        elif ended is None and time.monotonic() - self.since > self.limit + (START if number == -2 else 0):
            why = f"took longer than {self.limit:.0f} s: {self.stack()}"
        elif resident > MEMORY:
            why = f"took {resident >> 20} MiB"
        if why is None and ended is None:
            return True
        self.leave()
        if why is None:
            return False
        self.inputs += 1
        self.failures.append({"number": number, "why": why})
        if number < 0:
            raise RuntimeError(f"the worker of {self.kind} does not start: {why}")
        self.numbers = range(number + self.numbers.step, self.numbers.stop, self.numbers.step)
        if self.numbers:
            self.start()
        return bool(self.numbers)

    def stack(self) -> str:
        """Ask a hanging worker where it is."""
        assert self.process is not None
        self.process.send_signal(signal.SIGUSR1)
        time.sleep(POLL)
        return _tail(self.folder / "err")

    def leave(self) -> None:
        """End the worker, if it has not ended, and what it started; keep what it did."""
        assert self.process is not None
        for child in _children(self.process.pid):
            os.kill(child, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        _, inputs, *counts, _ = BEAT.unpack(self.beat.read_bytes())
        self.told, self.inputs = self.told + Account(*counts), self.inputs + inputs
        self.failures += [json.loads(line) for line in (self.folder / "out").read_text(encoding="utf-8").splitlines()]


def watched(names: Sequence[str], asked: tuple[int, int], minutes: float) -> Iterator[Line]:
    """Yield a line a kind. asked: seed, and inputs of all kinds, of which each has its share; what is not read after so many minutes is left."""
    (seed, count), end = asked, time.monotonic() + 60 * minutes
    for name in names:
        begun = time.monotonic()
        inputs = -(-count * KINDS[name].share // MILLION)
        with tempfile.TemporaryDirectory(prefix="soak-", dir=MEMORY_DISK if os.access(MEMORY_DISK, os.W_OK) else None) as home:
            lanes = [_lane(Path(home), name, seed, range(first, inputs, WORKERS)) for first in range(min(WORKERS, inputs))]
            busy = list(lanes)
            while busy:
                time.sleep(POLL)
                busy = [lane for lane in busy if lane.look()]
                if time.monotonic() > end:
                    for lane in busy:
                        lane.leave()
                    break
        total, failures = sum((lane.told for lane in lanes), Account()), [one for lane in lanes for one in lane.failures]
        yield {
            "part": "inputs", "kind": name, "seed": seed, "asked": inputs, "inputs": sum(lane.inputs for lane in lanes), **total._asdict(), "failed": len(failures),
            "seconds": round(time.monotonic() - begun, 1), "peak_mib": max(lane.peak for lane in lanes) >> 20, "first": failures[:SHOWN],
        }  # fmt: skip


def _lane(home: Path, kind: str, seed: int, numbers: range) -> Lane:
    folder = home / str(numbers.start)
    folder.mkdir()
    lane = Lane(kind, seed, numbers, folder, KINDS[kind].limit)
    lane.start()
    return lane


def _children(pid: int) -> list[int]:
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [int(one) for one in found]


def _resident(pid: int) -> int:
    """Bytes that a process, or one it started, has in memory: the largest of them."""
    sizes = [0]
    for one in (pid, *_children(pid)):
        try:
            sizes.append(int(Path(f"/proc/{one}/statm").read_text().split()[1]) * PAGE)
        except (OSError, IndexError):
            continue
    return max(sizes)


def _tail(path: Path) -> str:
    return " ".join(path.read_text(encoding="utf-8", errors="replace").split())[-600:]
