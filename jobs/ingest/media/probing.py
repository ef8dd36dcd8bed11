"""The process that looks at media files, kept for many of them: asked, waited for, and started anew when a file ends it."""

import json
import os
import select
import subprocess
import sys
import weakref
from functools import cache
from pathlib import Path
from typing import Any

SECONDS = 900  # for one file: reading 2 GB takes a minute on a slow disk, a file that takes longer keeps others waiting
CODE = Path(__file__).parents[3]


@cache
def shared() -> "Probe":
    """Return the one of this process: proofs make a reader a file, and a start for each would take longer than all the looking."""
    return Probe()


class Probe:
    """Started with the first question; it ends when its asker does, since its input ends then."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self.process: subprocess.Popen[str] | None = None

    def ask(self, path: Path, name: str, folder: Path) -> dict[str, Any]:
        """Return what `probe.answer` says of a file; of one that ends the process, or takes too long, that it cannot be read."""
        process = self.process if self.process and self.process.poll() is None else self._started()
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps({"path": str(path), "name": name, "folder": str(folder)}) + "\n")
        process.stdin.flush()
        line = process.stdout.readline() if select.select([process.stdout], [], [], self.seconds)[0] else ""
        if line:
            said: dict[str, Any] = json.loads(line)
            return said
        why = "ends the program that reads it" if process.poll() is not None else f"takes longer than {self.seconds:.0f} s"
        self.close()
        return {"values": {"file_name": name, "size": str(path.stat().st_size)}, "defect": "media_unreadable", "why": why, "thumbnails": []}

    def close(self) -> None:
        """End the process, if there is one."""
        if self.process:
            _end(self.process)
        self.process = None

    def _started(self) -> "subprocess.Popen[str]":
        places = os.pathsep.join(dict.fromkeys([str(CODE), *(place for place in sys.path if place)]))
        command = [sys.executable, "-m", "jobs.ingest.media.probe"]
        self.process = subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": places}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
        )  # fmt: skip
        weakref.finalize(self, _end, self.process)
        return self.process


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe and not pipe.closed:
            pipe.close()
