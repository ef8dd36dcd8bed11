"""`python -m jobs …` as a process of a task: its lines go into the task's log, and its last ones are kept."""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable

from schemas.settings import ROOT

KEPT = 500  # lines, as Airflow's own hook keeps of a failed spark-submit


class Attached:
    """A run that needs no Java of its own, since the machine's shared Spark application is up."""

    def __init__(self, arguments: list[str]) -> None:
        # Airflow's variables hold the way into its database: none of a run's business.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
        self.lines: deque[str] = deque(maxlen=KEPT)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "jobs", *arguments],
            cwd=ROOT, env={**environment, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        )  # fmt: skip

    def wait(self, say: Callable[[str], None]) -> int:
        """Pass on every line and return the exit code."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            say(self.lines[-1])
        return self.process.wait()

    def end(self) -> None:
        """Ask it to end."""
        self.process.terminate()
