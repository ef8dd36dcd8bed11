"""`python -m tests.soak.worker KINDS SEED COUNT FIRST STEP BEAT`: reads one spoilt input after another, in a process that may be killed for it.

BEAT is a file of numbers: the place at hand, then what became of the inputs of each kind. A failure is a line of JSON on standard output.
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
import time
import traceback
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random

from tests.soak.account import Account
from tests.soak.kinds import KINDS, Made

MILLION = 1_000_000
ROUNDS = 200  # in each of them every kind has its turn, so that a run that is ended early has read some of all
MEMORY = 4 << 30  # bytes of address space; a soft limit, since the readers' own processes set theirs
STARTING, DONE = -2, -1
PLACE, TOLD = struct.Struct("<q"), struct.Struct("<6q")  # place at hand; of a kind: inputs, the four of an account, microseconds


def share(kind: str, count: int) -> int:
    """Return how many of so many inputs are of a kind."""
    return -(-count * KINDS[kind].share // MILLION)


def places(kinds: Sequence[str], count: int) -> Iterator[tuple[str, int]]:
    """Yield kind and number of every input, in the order they are read."""
    for turn in range(ROUNDS):
        for kind in kinds:
            whole = share(kind, count)
            yield from ((kind, number) for number in range(whole * turn // ROUNDS, whole * (turn + 1) // ROUNDS))


def made(kind: str, seed: int, number: int) -> Made:
    """Return one input again, by its number."""
    return KINDS[kind].make(Random(f"{seed} {kind} {number}"))


def tried(kind: str, seed: int, number: int, folder: Path) -> Account | str:
    """Return what became of an input, or how it failed."""
    try:
        variant, content = made(kind, seed, number)
        return KINDS[kind].take(variant, content, folder)
    except Exception as error:  # whatever it is, it is what is looked for
        stack = [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in traceback.extract_tb(error.__traceback__)][-4:]
        return f"{type(error).__name__}: {str(error)[:300]} ({' < '.join(reversed(stack))})"


def main(kinds: list[str], asked: tuple[int, int], numbers: slice, beat: Path) -> None:
    """Read every `step`-th input from the first on. asked: seed, and inputs of all kinds together."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))
    faulthandler.register(signal.SIGUSR1)
    told = {kind: (0, Account(), 0) for kind in kinds}
    file, folder = os.open(beat, os.O_RDWR), Path(tempfile.mkdtemp()) / "at"
    at = numbers.start
    for kind, number in islice(places(kinds, asked[1]), numbers.start, None, numbers.step):
        os.pwrite(file, PLACE.pack(at), 0)
        folder.mkdir()
        begun = time.perf_counter()
        found = tried(kind, asked[0], number, folder)
        spent = round(1e6 * (time.perf_counter() - begun))
        if isinstance(found, str):
            print(json.dumps({"kind": kind, "number": number, "why": found}), flush=True)
            found = Account()
        shutil.rmtree(folder)
        inputs, account, before = told[kind]
        told[kind] = inputs + 1, account + found, before + spent
        os.pwrite(file, TOLD.pack(inputs + 1, *(account + found), before + spent), PLACE.size + TOLD.size * kinds.index(kind))
        at += numbers.step
    os.pwrite(file, PLACE.pack(DONE), 0)


if __name__ == "__main__":
    seed, count, first, step = map(int, sys.argv[2:6])
    main(sys.argv[1].split(), (seed, count), slice(first, None, step), Path(sys.argv[6]))
