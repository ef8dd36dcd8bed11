"""Many small transcripts put together: Spark lists and opens thousands of files for longer than it reads them."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from jobs.ingest.workspace import written

FEW = 64  # files: fewer are read as they are
SMALL, FULL = 1 << 20, 32 << 20  # bytes of a transcript that is put together with others, and of what they become


def gathered(transcripts: Iterable[Path], folder: Path) -> list[Path]:
    """Return the files to read in place of these. A line that was put among others tells as `n` which file it comes from."""
    found = [(path, path.stat().st_size) for path in transcripts]
    small = [(path, size) for path, size in found if size <= SMALL]
    if len(small) < FEW:
        return [path for path, _ in found]
    together = []
    for number, group in groupby(_numbered(small), key=lambda one: one[0]):
        target = folder / f"gathered-{number}.jsonl"
        with written(target) as file:
            for _, path in group:
                mark = f',"n":"{path.name}"}}\n'.encode()
                file.writelines(line.rstrip()[:-1] + mark for line in path.read_bytes().splitlines())
        together.append(target)
    return [*(path for path, size in found if size > SMALL), *together]


def _numbered(files: Iterable[tuple[Path, int]]) -> Iterator[tuple[int, Path]]:
    """Each file with the number of the one that it goes into."""
    total = 0
    for path, size in files:
        total += size
        yield total // FULL, path
