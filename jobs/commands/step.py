"""A Spark step of `python -m jobs`, in a process of its own."""

import os
import subprocess
import sys

from schemas.errors import Refused, Unavailable
from schemas.settings import ROOT, Settings


def step(settings: Settings, *arguments: str) -> list[str]:
    """Run a step with these settings and return the lines it said. Raises Refused or Unavailable with its last sentence."""
    command = [sys.executable, "-m", "jobs", *arguments]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **settings.environment}, check=False, capture_output=True, text=True)
    said = done.stderr.strip().splitlines()[-1:] or [f"`python -m jobs {arguments[0]}` ended with exit code {done.returncode} and said nothing."]
    if done.returncode == Unavailable.exit_code:
        raise Unavailable(said[0].removeprefix("UNAVAILABLE: "))
    if done.returncode:
        raise Refused(said[0].removeprefix("REFUSED: "))
    return done.stdout.strip().splitlines()
