"""Untrusted content is parsed by native code in a process of its own: kept for many questions, started anew when one ends it."""

import json
import os
import resource
import select
import subprocess
import sys
import time
import weakref
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

CODE = Path(__file__).parents[2]
SECONDS = 900  # for one answer: reading 2 GB of video takes a minute on a slow disk, what takes longer keeps others waiting
TRIES = 2  # a process that ended may have been killed by somebody else
NO_MEMORY = "takes more memory than the reader may use"


class Apart:
    """`python -m MODULE`, which calls `answering`. Started with the first question; it ends when its asker does, since its input ends then."""

    def __init__(self, module: str, seconds: float = SECONDS) -> None:
        self.module, self.seconds = module, seconds
        self.process: subprocess.Popen[str] | None = None

    def ask(self, question: dict[str, Any]) -> dict[str, Any] | str:
        """Return the answer, or, as what the questioned content does, why there is none: it ends the process twice, or takes too long."""
        for _ in range(TRIES):
            process = self.process if self.process and self.process.poll() is None else self._started()
            line = self._answer(process, json.dumps(question))
            if line.endswith("\n"):
                said: dict[str, Any] = json.loads(line)
                return said
            is_late = process.poll() is None and not line
            self.close()
            if is_late:
                return f"takes longer than {self.seconds:.0f} s"
        return "ends the program that reads it"

    def close(self) -> None:
        """End the process, if there is one."""
        if self.process:
            _end(self.process)
        self.process = None

    def _answer(self, process: "subprocess.Popen[str]", question: str) -> str:
        assert process.stdin and process.stdout
        try:
            process.stdin.write(question + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            process.wait()
            return ""
        if not select.select([process.stdout], [], [], self.seconds)[0]:
            return ""
        line = process.stdout.readline()
        if not line.endswith("\n"):
            process.wait()
        return line

    def _started(self) -> "subprocess.Popen[str]":
        self.close()
        places = os.pathsep.join(dict.fromkeys([str(CODE), *(place for place in sys.path if place)]))
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.module], env={**os.environ, "PYTHONPATH": places},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
        )  # fmt: skip
        weakref.finalize(self, _end, self.process)
        return self.process


@cache
def shared(module: str) -> Apart:
    """Return the one of this process: proofs make a reader a file, and a start for each would take longer than all the reading."""
    return Apart(module)


def answering(answer: Callable[[dict[str, Any]], dict[str, Any]], memory: int, cpu_seconds: int | None = None) -> int:
    """Answer each line of standard input with a line, until it ends.

    memory: bytes of address space.  cpu_seconds: what one answer may take; the process is killed for more, on a slow machine as on a fast one.
    """
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_CORE, 0)
    # The libraries may write to standard output: what they write must not get among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        if cpu_seconds is not None:
            _limit(resource.RLIMIT_CPU, int(time.process_time()) + 1 + cpu_seconds)
        print(json.dumps(answer(json.loads(line))), file=answers, flush=True)
    return 0


def _limit(what: int, value: int) -> None:
    """Set the limit that holds, as far as the one that nobody may exceed allows."""
    most = resource.getrlimit(what)[1]
    resource.setrlimit(what, (value if most == resource.RLIM_INFINITY else min(value, most), most))


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe and not pipe.closed:
            try:
                pipe.close()
            except BrokenPipeError:  # a question it no longer reads
                continue
