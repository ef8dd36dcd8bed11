"""The audit as a process of its own: Great Expectations starts while Spark works, and judges when it is asked."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from schemas.errors import Refused, Unavailable
from schemas.settings import ROOT, Settings


class Auditor:
    """`python -m expectations TABLE`, started at once and asked once. Leaving the context ends it."""

    def __init__(self, settings: Settings, table: str) -> None:
        command, environment = [sys.executable, "-m", "expectations", table], {**os.environ, **settings.environment}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, text=True)

    def __enter__(self) -> "Auditor":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def verdict(self, measurement: Path, verdict: Path) -> dict[str, Any]:
        """Hand over the measurement file and return the verdict. Raises Refused for a broken contract, Unavailable for a dead auditor."""
        self.process.communicate(json.dumps({"measurement": str(measurement), "verdict": str(verdict)}) + "\n")
        if self.process.returncode == Refused.exit_code:
            raise Refused("The contract was changed while the run went on and is no longer valid. Nothing was released. `govlake lint` says why.")
        if self.process.returncode != 0 or not verdict.is_file():
            raise Unavailable(
                f"The audit ended with code {self.process.returncode} and gave no verdict. "
                "Nothing was released; the candidate is kept and the next try goes on from it."
            )
        found: dict[str, Any] = json.loads(verdict.read_text(encoding="utf-8"))
        return found
