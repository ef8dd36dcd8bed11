"""`python -m tests.soak.worker KIND SEED FIRST STEP END BEAT`: reads one spoilt input after another, in a process that may be killed for it.

BEAT is a file of numbers: the input at hand, then what became of those before it. A failure is a line of JSON on standard output.
"""

import faulthandler
import json
import os
import resource
import shutil
import signal
import struct
import sys
import tempfile
import traceback
from pathlib import Path
from random import Random
from typing import Any

from tests.soak.account import Account
from tests.soak.kinds import KINDS, Made

MEMORY = 4 << 30  # bytes of address space; a soft limit, since the readers' own processes set theirs
BEAT = struct.Struct("<7q")  # number at hand (-1: done), inputs, and the four of an account; microseconds spent


def made(kind: str, seed: int, number: int) -> Made:
    """Return one input again, by its number."""
    return KINDS[kind].make(Random(f"{seed} {kind} {number}"))


def tried(kind: str, seed: int, number: int, folder: Path) -> Account | str:
    """Return what became of an input, or how it failed."""
    try:
        variant, content = made(kind, seed, number)
        return KINDS[kind].take(variant, content, folder)
    except Exception as error:  # whatever it is, it is what is looked for
        places = [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in traceback.extract_tb(error.__traceback__)][-4:]
        return f"{type(error).__name__}: {str(error)[:300]} ({' < '.join(reversed(places))})"


def main(kind: str, seed: int, numbers: range, beat: Path) -> None:
    """Read them all."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))
    faulthandler.register(signal.SIGUSR1)
    total, inputs = Account(), 0
    with beat.open("r+b", buffering=0) as file, tempfile.TemporaryDirectory(prefix="soak-") as home:
        for number in numbers:
            os.pwrite(file.fileno(), BEAT.pack(number, inputs, *total, 0), 0)
            folder = Path(home) / "at"
            folder.mkdir()
            found: Any = tried(kind, seed, number, folder)
            if isinstance(found, str):
                print(json.dumps({"number": number, "why": found}), flush=True)
            else:
                total += found
            inputs += 1
            shutil.rmtree(folder)
        os.pwrite(file.fileno(), BEAT.pack(-1, inputs, *total, 0), 0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), range(*(int(one) for one in (sys.argv[3], sys.argv[5], sys.argv[4]))), Path(sys.argv[6]))
