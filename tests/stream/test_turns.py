"""A changed contract takes effect at a moment that every replica goes by, and no message falls between two editions."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs.stream import turns
from jobs.stream.rule_set import rule_set
from schemas.contract import Contract
from schemas.load import load
from schemas.settings import ROOT, Settings

NOW = datetime(2026, 3, 2, 2, 0, 0, 500_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MOMENT = (NOW + turns.LEAD).replace(microsecond=0)


@pytest.fixture
def live(tmp_path: Path) -> Contract:
    """The contract of the requests, in a file of our own."""
    path = tmp_path / "case_accept.odcs.yaml"
    shutil.copy(ROOT / "schemas" / "business" / path.name, path)
    return load(path)


def change(live: Contract, version: str = "9.0.0") -> None:
    text = live.path.read_text(encoding="utf-8")
    live.path.write_text(text.replace(f"\nversion: {live.version}\n", f"\nversion: {version}\n"), encoding="utf-8")


def seen(here: Settings, live: Contract, now: datetime) -> list[tuple[str, datetime | None, datetime | None]]:
    found = turns.editions(here, turns.due(here, live, now, pytest.fail), live)
    return [(one.contract.version, one.since, one.until) for one in found]


def test_before_any_change_one_edition_judges_without_a_limit(here: Settings, live: Contract) -> None:
    assert seen(here, live, NOW) == [(live.version, None, None)]


def test_around_a_change_both_editions_judge_each_its_own_time(here: Settings, live: Contract) -> None:
    seen(here, live, NOW - SECOND)
    change(live)
    assert seen(here, live, NOW) == [(live.version, None, MOMENT), ("9.0.0", MOMENT, None)]


def test_the_second_replica_goes_by_the_moment_of_the_first(here: Settings, live: Contract) -> None:
    seen(here, live, NOW - SECOND)
    change(live)
    seen(here, live, NOW)
    assert seen(here, live, NOW + 25 * SECOND) == [(live.version, None, MOMENT), ("9.0.0", MOMENT, None)]


def test_after_the_grace_the_new_edition_judges_alone(here: Settings, live: Contract) -> None:
    seen(here, live, NOW - SECOND)
    change(live)
    seen(here, live, NOW)
    assert seen(here, live, MOMENT + turns.GRACE + SECOND) == [("9.0.0", None, None)]


def test_the_old_edition_is_kept_as_it_was(here: Settings, live: Contract) -> None:
    seen(here, live, NOW - SECOND)
    name = rule_set(live)
    change(live)
    old, new = turns.editions(here, turns.due(here, live, NOW, pytest.fail), live)
    assert (rule_set(old.contract), rule_set(new.contract)) == (name, rule_set(live))


def test_a_second_change_waits_for_the_first_to_be_over(here: Settings, live: Contract) -> None:
    seen(here, live, NOW - SECOND)
    change(live)
    seen(here, live, NOW)
    live.path.write_text(live.path.read_text(encoding="utf-8").replace("version: 9.0.0", "version: 9.0.1"), encoding="utf-8")
    assert seen(here, live, NOW + SECOND)[-1][0] == "9.0.0"
    later = MOMENT + turns.GRACE + SECOND
    assert seen(here, live, later) == [("9.0.0", None, (later + turns.LEAD).replace(microsecond=0)), ("9.0.1", (later + turns.LEAD).replace(microsecond=0), None)]


def test_a_broken_contract_changes_nothing_and_is_said(here: Settings, live: Contract) -> None:
    seen(here, live, NOW - SECOND)
    live.path.write_text("kind: nothing\n", encoding="utf-8")
    said: list[str] = []
    assert len(turns.due(here, live, NOW, said.append)) == 1
    assert said[0].endswith("The rules stay as they are.")


def test_a_contract_that_is_being_replaced_changes_nothing(here: Settings, live: Contract) -> None:
    seen(here, live, NOW - SECOND)
    live.path.unlink()
    assert len(turns.due(here, live, NOW, pytest.fail)) == 1
