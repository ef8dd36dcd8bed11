"""`tables`: how a table stands, from its ledger and its versions."""

from datetime import datetime, timedelta

import pytest

from jobs.serve.lake import tables
from jobs.serve.status import TableStatus
from schemas.settings import Settings
from tests.serve.made_lake import FILE, HELD, HOP, REFUSED, RELEASED, RELEASED_AT, file, hop, put

LATER = RELEASED_AT + timedelta(days=1)
SENTENCE = "applicant 2026-03-02 is held: rowCount must be at least 10, found 2. Readers keep 2026-03-01."


def status(settings: Settings, now: datetime = RELEASED_AT) -> TableStatus:
    return next(one for one in tables(settings, now) if one.table == "applicant")


def hold(settings: Settings) -> None:
    given = {"batch": HELD, "date": "2026-03-02"}
    walk = [hop("ingest", (2, 2, 0, 0), LATER, **given), hop("conform", (2, 1, 1, 0), LATER, **given),
            hop("hold", (2, 0, 0, 0), LATER, **given, rows_filtered=2, note=SENTENCE)]
    put(settings.lake / "ledger" / "hop", HOP, walk)
    put(settings.lake / "ledger" / "file", FILE, [file("e" * 64, "held", LATER, **given)])


def sums(one: TableStatus) -> tuple[int, ...]:
    return one.rows_in, one.rows_silver, one.rows_quarantined, one.rows_duplicate, one.rows_filtered


def test_a_released_table_has_its_version_and_its_rows(lake: Settings) -> None:
    one = status(lake)
    assert (one.name, one.state, one.version, one.rows, one.batch) == ("silver.applicant", "released", 0, 3, RELEASED)


def test_the_sums_of_a_batch_balance(lake: Settings) -> None:
    assert sums(status(lake)) == (6, 3, 2, 1, 0)


def test_a_table_that_never_ran_has_no_version(empty: Settings) -> None:
    one = status(empty)
    assert (one.state, one.version, one.rows, one.freshness, sums(one)) == ("never", None, None, None, (0, 0, 0, 0, 0))


def test_a_held_batch_is_shown_with_its_reason_and_the_version_readers_keep(lake: Settings) -> None:
    hold(lake)
    one = status(lake)
    assert (one.state, one.reason, one.version, one.released_at) == ("held", SENTENCE, 0, RELEASED_AT)


def test_a_held_batch_stays_in_sight_when_another_date_comes_after_it(lake: Settings) -> None:
    hold(lake)
    put(lake.lake / "ledger" / "hop", HOP, [hop("release", (1, 1, 0, 0), LATER + timedelta(hours=1), batch="f" * 16, date="2026-03-05")])
    one = status(lake)
    assert (one.state, one.date, one.held_dates) == ("released", "2026-03-05", ("2026-03-02",))
    assert one.reason == "Held too 另有待放行批次: 2026-03-02; `govlake ledger applicant` says why."


def test_the_sums_of_a_held_batch_balance_too(lake: Settings) -> None:
    hold(lake)
    assert sums(status(lake)) == (2, 1, 1, 0, 0)


def test_a_held_batch_that_a_person_accepted_is_released(lake: Settings) -> None:
    hold(lake)
    accepted = hop("release", (1, 1, 0, 0), LATER + timedelta(hours=1), batch=HELD, date="2026-03-02", note="accepted: seen")
    put(lake.lake / "ledger" / "hop", HOP, [accepted])
    one = status(lake)
    assert (one.state, one.reason, one.batch) == ("released", None, HELD)


def test_a_batch_recorded_twice_counts_once(lake: Settings) -> None:
    put(lake.lake / "ledger" / "hop", HOP, [hop("conform", (6, 4, 2, 0), LATER)])
    assert sums(status(lake)) == (6, 3, 2, 1, 0)


def test_a_batch_of_refused_files_is_refused_with_the_files_sentence(lake: Settings) -> None:
    given = {"batch": REFUSED, "date": "2026-03-02", "path": "business/applicant/2026-03-02/2.csv"}
    put(lake.lake / "ledger" / "file", FILE, [file("d" * 64, "refused", LATER, **given, note="2.csv: is empty.")])
    one = status(lake)
    assert (one.state, one.reason, one.released_at) == ("refused", "2.csv: is empty.", RELEASED_AT)


# The contract promises a release within 24 h of each 02:00 in Beijing; the batch was released at 02:05 on 2 March.
@pytest.mark.parametrize(("now", "late"), [
    pytest.param("2026-03-02T02:05:00+08:00", False, id="just released"),
    pytest.param("2026-03-04T01:59:00+08:00", False, id="the next may still come"),
    pytest.param("2026-03-04T02:01:00+08:00", True, id="the next is overdue"),
])
def test_a_table_is_late_when_a_scheduled_release_is_overdue(lake: Settings, now: str, late: bool) -> None:
    assert status(lake, datetime.fromisoformat(now)).late is late


def test_freshness_is_said_in_hours(lake: Settings) -> None:
    assert status(lake, RELEASED_AT + timedelta(hours=60)).freshness == "60 h, late"
