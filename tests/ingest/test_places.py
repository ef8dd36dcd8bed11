"""Places of rows, read without Spark: the same file, part and row as the frame that a run is made of."""

from pathlib import Path
from typing import Any

import pytest

from jobs.ingest.landing import survey
from jobs.ingest.places import places
from jobs.ingest.read import read
from schemas.load import load_all
from schemas.settings import ROOT

CONTRACTS = load_all(ROOT / "schemas")
SAMPLES = ROOT / "tests" / "data" / "landing"


@pytest.mark.spark
def test_every_sample_has_the_rows_that_spark_reads_of_it(spark: Any, tmp_path: Path) -> None:
    differing, rows = {}, 0
    for name, contract in CONTRACTS.items():
        for day in sorted((SAMPLES / contract.source_class / name).glob("2026-*")):
            files = survey(day, SAMPLES, settle=0).files
            (tmp_path / name).mkdir(exist_ok=True)
            intake = read(spark, contract, files, tmp_path / name / "spark")
            meant = sorted((row["_path"], row["_row"]) for row in intake.frame.select("_path", "_row").collect())
            (tmp_path / name / "plain").mkdir(exist_ok=True)
            found = [(f"{file.relative}{place.within}", place) for file in files for place in places(file, contract, tmp_path / name / "plain")]
            told = sorted((path, place.row) for path, place in found if not place.is_aside)
            aside = sum(place.is_aside for _, place in found)
            rows += len(told)
            if (told, aside) != (meant, sum(report.aside for report in intake.files)):
                differing[name] = (len(told), len(meant))
    assert (differing, rows > 10_000) == ({}, True)
