"""The minute of load: real-looking requests, each under its own number, and figures of what was answered."""

import shutil

import pytest

from infra.rush import Rush, _requests
from schemas.errors import Refused
from schemas.settings import ROOT, Settings


def test_requests_are_made_of_the_cases_in_landing_and_no_two_have_one_number(here: Settings) -> None:
    shutil.copytree(ROOT / "tests" / "data" / "landing" / "business" / "case_accept", here.landing / "business" / "case_accept")
    made = _requests(here, 200)
    cases = [body["project_no"] for question, body in made if question == "instant"]
    assert (len(made), len(set(cases)) == len(cases), 10 < len(made) - len(cases) < 80) == (200, True, True)


def test_without_cases_nothing_is_sent_and_it_is_said(here: Settings) -> None:
    with pytest.raises(Refused, match=r"has no made cases\. Nothing was sent"):
        _requests(here, 1)


def test_the_figures_are_percentiles_and_what_was_said(here: Settings) -> None:
    found = Rush([float(number) for number in range(1, 101)])
    found.said.update({"instant accept": 70, "instant reject": 30, "instant 503": 5})
    assert found.worded.startswith("  100 of 105 answered within 5 s: p50 51 ms, p90 91 ms, p99 100 ms\n  instant accept 70, instant reject 30, instant 503 5")
