"""Two workers, watched: one that hangs, dies or fills the memory is ended, its input named, and the next one goes on behind it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from schemas.settings import ROOT
from tests.soak.kinds import KINDS
from tests.soak.worker import DONE, PLACE, STARTING, TOLD, places, share

WORKERS = 2
POLL = 0.2  # seconds
START = 120.0  # seconds that a worker may take to start
MEMORY = 2 << 30  # bytes resident, of a worker and of each process it started
SHOWN = 10  # failures of a kind that are told
MEMORY_DISK = "/dev/shm"  # thousands of small files a second come and go; on a disk their folders take longer than their reading
PAGE = os.sysconf("SC_PAGE_SIZE")
NAMES = ("inputs", "rows", "defects", "aside", "refused", "microseconds")
Line = dict[str, Any]


@dataclass
class Lane:
    """Every WORKERS-th input, and the worker that is at it now. asked: seed, and inputs of all kinds.  first: the place it began at.

    limit: seconds for one input, where it is not its kind's own.  told: by kind, what the workers before it did.
    """

    kinds: Sequence[str]
    asked: tuple[int, int]
    first: int
    folder: Path
    limit: float | None = None
    process: "subprocess.Popen[bytes] | None" = None
    told: dict[str, list[int]] = field(default_factory=dict)
    failures: list[Line] = field(default_factory=list)
    peak: int = 0
    at: int = STARTING
    since: float = 0.0

    @property
    def beat(self) -> Path:
        return self.folder / "beat"

    def start(self) -> None:
        """Start a worker from `first` on."""
        self.beat.write_bytes(PLACE.pack(STARTING) + TOLD.pack(*[0] * 6) * len(self.kinds))
        command = [sys.executable, "-m", "tests.soak.worker", " ".join(self.kinds), *map(str, (*self.asked, self.first, WORKERS)), str(self.beat)]
        with (self.folder / "out").open("wb") as out, (self.folder / "err").open("wb") as err:
            # What an ended worker leaves lies in the folder, and goes with it.
            self.process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "TMPDIR": str(self.folder)}, stdout=out, stderr=err)
        self.at, self.since = STARTING, time.monotonic()

    def look(self) -> bool:
        """Look at the worker; tell whether there is anything left to do."""
        assert self.process is not None
        ended = self.process.poll()
        (at,) = PLACE.unpack_from(self.beat.read_bytes())
        if at != self.at:
            self.at, self.since = at, time.monotonic()
        resident = _resident(self.process.pid)
        self.peak = max(self.peak, resident)
        why = None
        if ended is not None and at != DONE:
            why = f"ended its process ({signal.Signals(-ended).name if ended < 0 else f'exit {ended}'}): {_tail(self.folder / 'err')}"
        elif ended is None and time.monotonic() - self.since > self.patience():
            why = f"took longer than {self.patience():.0f} s: {self.stack()}"
        elif resident > MEMORY:
            why = f"took {resident >> 20} MiB"
        if why is None and ended is None:
            return True
        self.leave()
        if why is not None:
            self.go_on(why)
        return why is not None

    def input(self) -> tuple[str, int]:
        """Kind and number of the input at hand."""
        return next(islice(places(self.kinds, self.asked[1]), self.at, None))

    def patience(self) -> float:
        """Seconds that the input at hand may take."""
        if self.at < 0:
            return START
        return self.limit or KINDS[self.input()[0]].limit

    def go_on(self, why: str) -> None:
        """Take note of the input that ended a worker, and start one behind it."""
        if self.at < 0:
            raise RuntimeError(f"a worker does not start: {why}")
        kind, number = self.input()
        self.failures.append({"kind": kind, "number": number, "why": why})
        self.told.setdefault(kind, [0] * 6)[0] += 1
        self.first = self.at + WORKERS
        self.start()

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
        beat = self.beat.read_bytes()
        for place, kind in enumerate(self.kinds):
            counts = TOLD.unpack_from(beat, PLACE.size + TOLD.size * place)
            self.told[kind] = [one + more for one, more in zip(self.told.get(kind, [0] * 6), counts, strict=True)]
        self.failures += [json.loads(line) for line in (self.folder / "out").read_text(encoding="utf-8").splitlines()]


def watched(kinds: Sequence[str], asked: tuple[int, int], minutes: float) -> Iterator[Line]:
    """Yield a line a kind. asked: seed, and inputs of all kinds, of which each has its share; what is not read after so many minutes is left."""
    end = time.monotonic() + 60 * minutes
    with tempfile.TemporaryDirectory(prefix="soak-", dir=MEMORY_DISK if os.access(MEMORY_DISK, os.W_OK) else None) as home:
        lanes = [_lane(Path(home), kinds, asked, first) for first in range(WORKERS)]
        busy = list(lanes)
        while busy:
            time.sleep(POLL)
            busy = [lane for lane in busy if lane.look()]
            if time.monotonic() > end:
                for lane in busy:
                    lane.leave()
                break
    for kind in kinds:
        counts = dict(zip(NAMES, (sum(one) for one in zip(*(lane.told[kind] for lane in lanes), strict=True)), strict=True))
        failures = [one for lane in lanes for one in lane.failures if one["kind"] == kind]
        yield {
            "part": "inputs", "kind": kind, "seed": asked[0], "asked": share(kind, asked[1]), **counts, "failed": len(failures),
            "peak_mib": max(lane.peak for lane in lanes) >> 20, "first": failures[:SHOWN],
        }  # fmt: skip


def _lane(home: Path, kinds: Sequence[str], asked: tuple[int, int], first: int) -> Lane:
    folder = home / str(first)
    folder.mkdir()
    lane = Lane(kinds, asked, first, folder)
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
