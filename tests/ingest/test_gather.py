"""Thousands of small transcripts become a few files whose lines say where they come from."""

import json
from pathlib import Path

import pytest

from jobs.ingest import gather
from jobs.ingest.gather import FEW, gathered


def transcripts(folder: Path, number: int) -> list[Path]:
    """So many transcripts of two lines, with a line separator of Unicode inside a value, which ends no line."""
    paths = [folder / f"{n:03}.jsonl" for n in range(number)]
    for n, path in enumerate(paths):
        path.write_text(f'{{"r":1,"v":["{n}\u2028\x85"]}}\n{{"r":2,"d":"shape","t":"}}"}}\n', encoding="utf-8")
    return paths


def told(paths: list[Path]) -> list[tuple[str, int]]:
    """The file and number of each line."""
    return sorted((said["n"], said["r"]) for path in paths for said in map(json.loads, path.read_text(encoding="utf-8").rstrip("\n").split("\n")))


def test_few_files_are_read_as_they_are(tmp_path: Path) -> None:
    paths = transcripts(tmp_path, FEW - 1)
    assert gathered(paths, tmp_path) == paths


def test_many_small_files_become_few_that_lose_no_line_and_a_large_one_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "FULL", 1_000)
    large, paths = tmp_path / "large.jsonl", transcripts(tmp_path, 100)
    large.write_bytes(b" " * (gather.SMALL + 1))
    first, *rest = gathered([large, *paths], tmp_path)
    assert (first, 1 < len(rest) < 20) == (large, True)
    assert told(rest) == [(path.name, row) for path in paths for row in (1, 2)]
