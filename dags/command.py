"""A command of `govlake` as an Airflow task, which fails with the command's own sentence."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from airflow.sdk import BaseOperator

from schemas.errors import Refused, Unavailable

PATIENCE = 60  # seconds a command may take; half a second is usual


class Govlake(BaseOperator):
    """Ask govlake for one thing. Raises Unavailable, or Refused where repeating changes nothing, with its sentence. patience: seconds it may take."""

    template_fields: Sequence[str] = ("asked",)

    def __init__(self, *, asked: tuple[str, ...], patience: int = PATIENCE, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asked, self.patience = asked, patience

    def execute(self, context: Any) -> str:
        """Return what was answered."""
        command = [str(Path(sys.executable).with_name("govlake")), *self.asked]
        done = subprocess.run(command, capture_output=True, text=True, timeout=self.patience, check=False)
        if done.returncode:
            kind = Refused if done.returncode == Refused.exit_code else Unavailable
            raise kind(done.stderr.strip() or f"`govlake {' '.join(self.asked)}` ended with exit code {done.returncode} and said nothing.")
        print(done.stdout)
        return done.stdout
