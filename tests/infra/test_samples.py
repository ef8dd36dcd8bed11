"""The shipped samples in landing: landed once, left alone afterwards."""

from pathlib import Path

import pytest

from infra import samples
from infra.place import Place


def landed(place: Place) -> dict[str, int]:
    files = (path for path in place.settings.landing.rglob("*") if path.is_file())
    return {str(path.relative_to(place.settings.landing)): path.stat().st_ino for path in files}


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """One sample, a few rows for tests beside it, and a page about it."""
    folder = tmp_path / "samples"
    for name in ("2026-03-02/a.csv", "2026-03-02/made-sample-a.csv", "ORIGIN.md"):
        file = folder / "iot/air" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x", encoding="utf-8")
    return folder


def test_samples_are_landed_without_what_is_beside_them(few: Path, place: Place) -> None:
    samples.land_from(few, place)
    assert set(landed(place)) == {"iot/air/2026-03-02/a.csv"}


def test_a_sample_that_is_there_is_left_alone(few: Path, place: Place) -> None:
    samples.land_from(few, place)
    before = landed(place)
    assert samples.land_from(few, place) == 0
    assert landed(place) == before


def test_a_changed_sample_is_landed_again(few: Path, place: Place) -> None:
    samples.land_from(few, place)
    (few / "iot/air/2026-03-02/a.csv").write_text("y", encoding="utf-8")
    assert samples.land_from(few, place) == 1
    assert (place.settings.landing / "iot/air/2026-03-02/a.csv").read_text(encoding="utf-8") == "y"
