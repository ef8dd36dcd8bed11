"""`pending`: which landed files no batch has settled."""

import hashlib
import os
from pathlib import Path

import pytest

from jobs.ingest.landing import waiting
from jobs.serve.lake import Pending, pending, strays
from schemas.settings import Settings
from tests.serve.made_lake import FILE, RELEASED_AT, file, put

LONG_AGO = RELEASED_AT.timestamp()


def land(settings: Settings, date: str, name: str, content: bytes) -> Path:
    path = settings.landing / "business" / "applicant" / date / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def test_nothing_waits_in_an_empty_landing(empty: Settings) -> None:
    assert pending(empty, waiting) == ()


def test_each_business_date_with_new_files_is_one_run(empty: Settings) -> None:
    land(empty, "2026-03-01", "1.csv", b"case_no\n1\n")
    land(empty, "2026-03-02", "2.csv", b"case_no\n2\n")
    assert pending(empty, waiting) == (
        Pending("applicant", "business.applicant", "2026-03-01", ("business/applicant/2026-03-01/1.csv",)),
        Pending("applicant", "business.applicant", "2026-03-02", ("business/applicant/2026-03-02/2.csv",)),
    )


def test_content_that_was_taken_in_does_not_wait_under_any_name(lake: Settings) -> None:
    land(lake, "2026-03-02", "again.csv", b"case_no\n1\n")
    put(lake.lake / "ledger" / "file", FILE, [file(hashlib.sha256(b"case_no\n1\n").hexdigest(), "taken", RELEASED_AT)])
    assert pending(lake, waiting) == ()


@pytest.mark.parametrize("date", ["old", "2026-02-30", "2026-13-01"])
def test_a_folder_that_is_no_date_is_passed_over_and_told(empty: Settings, date: str) -> None:
    land(empty, date, "1.csv", b"case_no\n1\n")
    land(empty, "2026-03-02", "2.csv", b"case_no\n2\n")
    assert [one.date for one in pending(empty, waiting)] == ["2026-03-02"]
    assert [f"'{date}' is no business date" in told for told in strays(empty)] == [True]


def test_a_folder_that_is_a_link_is_told_and_keeps_nothing_else_from_being_listed(empty: Settings, tmp_path: Path) -> None:
    land(empty, "2026-03-02", "2.csv", b"case_no\n2\n")
    (tmp_path / "theirs").mkdir()
    (empty.landing / "business" / "applicant" / "2026-03-03").symlink_to(tmp_path / "theirs")
    assert [one.date for one in pending(empty, waiting)] == ["2026-03-02"]
    assert strays(empty) == ("landing/business/applicant/2026-03-03: is a link that leads elsewhere. Its files are not taken in. Put a real folder in its place.",)


@pytest.mark.parametrize(("place", "said"), [
    ("business/applicants/2026-03-01", "no table lands in 'business/applicants'. Did you mean 'business/applicant'?"),
    ("social/applicant/2026-03-01", "no table lands in 'social/applicant'."),
    ("business/applicant/2026-3-1", "'2026-3-1' is no business date, written 2026-03-01."),
    ("business/applicant/2026-03-01/more", "'2026-03-01/more' is no business date"),
    ("business/applicant", "'' is no business date"),
])  # fmt: skip
def test_a_file_where_nobody_looks_is_told_with_the_place_it_may_have_been_meant_for(empty: Settings, place: str, said: str) -> None:
    folder = empty.landing / place
    folder.mkdir(parents=True)
    (folder / "1.csv").write_bytes(b"case_no\n1\n")
    (sentence,) = strays(empty)
    assert (sentence.startswith(f"landing/{place}: {said}"), sentence.endswith("Its files are not taken in. Move them.")) == (True, True)


def test_a_file_in_its_place_is_not_astray(empty: Settings) -> None:
    land(empty, "2026-03-01", "1.csv", b"case_no\n1\n")
    assert strays(empty) == ()
