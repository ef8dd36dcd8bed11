"""Puts the shipped samples into landing: real ones as they are, made ones by the seeded script. What is there is left alone."""

import filecmp
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from infra.place import Place
from jobs.ingest.landing import SETTLE_SECONDS
from schemas.errors import Unavailable
from schemas.settings import ROOT

REAL = ROOT / "tests" / "data" / "landing"
TEST_ONLY = "made-sample-"  # a few rows of the made ones, beside the real ones
PATIENCE, POLL = 10.0, 0.2  # seconds
MAKER = ROOT / "tests" / "data" / "made" / "make.py"


def land(place: Place) -> int:
    """Land every sample, real and made, that is not in landing already; return how many those were."""
    return land_from(REAL, place) + land_from(_made(place), place)


def land_from(source: Path, place: Place) -> int:
    """Land the files below `source` that are not in landing with the same content; return how many those were."""
    # Only <class>/<table>/<date>/<file>: what stands higher up is about the samples, not one of them.
    files = sorted(path for path in source.glob("*/*/*/*") if path.is_file() and not path.name.startswith(TEST_ONLY))
    return sum(_put(file, place.settings.landing / file.relative_to(source)) for file in files)


def department(place: Place) -> Path:
    """Return the file of made rows that stand in a department's database (infra/department.py)."""
    return _made(place) / "department" / "made-case_process.jsonl"


def _made(place: Place) -> Path:
    """Make the made samples, once for each version of their script."""
    folder, stamp = place.run / "samples", place.run / "samples.key"
    texts = [path.read_bytes() for path in sorted(MAKER.parent.rglob("*.py"))]
    key = hashlib.sha256(b"\0".join(texts)).hexdigest()
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != key:
        shutil.rmtree(folder, ignore_errors=True)
        command = [sys.executable, "-m", "tests.data.made.make", str(folder)]
        done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            raise Unavailable(f"{MAKER.relative_to(ROOT)} failed: {done.stderr.strip()[-300:]}. Nothing was landed.")
        for path in folder.rglob("*"):  # the age of their script: the reader waits for files that were just written
            os.utime(path, (MAKER.stat().st_mtime,) * 2)
        stamp.write_text(key, encoding="utf-8")
    return folder


def _put(source: Path, target: Path) -> bool:
    if target.is_file() and filecmp.cmp(source, target, shallow=False):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    shutil.copy2(source, part)  # with its age
    part.rename(target)
    return True


def await_settled(place: Place) -> None:
    """Wait until no file in landing was changed within the time a reader takes for 'still being written', 10 s at most."""
    deadline = time.monotonic() + PATIENCE
    while _changed_just_now(place.settings.landing) and time.monotonic() < deadline:
        time.sleep(POLL)


def _changed_just_now(landing: Path) -> bool:
    now = time.time()
    return any(0 <= now - path.stat().st_mtime < SETTLE_SECONDS for path in landing.glob("*/*/*/*") if path.is_file())
