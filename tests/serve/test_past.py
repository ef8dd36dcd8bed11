"""Reads of the past: what counted on a day, what was known at an instant, and a sentence where that is not kept."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import hypothesis
import pyarrow as pa
import pytest
from deltalake import write_deltalake
from hypothesis import strategies as st

from jobs.serve import delta
from jobs.serve.lake import Asked, show
from jobs.serve.past import counting, instant
from schemas.errors import Refused
from schemas.load import load
from schemas.settings import ROOT, Settings
from tests.publish.histories import DAYS, Record, changes
from tests.serve.made_lake import RELEASED_AT

LICENCE = load(ROOT / "tests" / "data" / "past" / "licence.odcs.yaml")
BATCHES, RECORDS, EXAMPLES = 3, 100, 100
HOUR = timedelta(hours=1)
STORED = pa.schema([
    ("licence_no", pa.string()), ("seats", pa.int32()), ("_valid_from", pa.date32()), ("_valid_to", pa.date32()), ("_is_deleted", pa.bool_()),
    ("_ingested_at", pa.timestamp("us", tz="UTC")), ("_batch", pa.string()),
])  # fmt: skip


def taken_at(batch: int) -> datetime:
    return RELEASED_AT + batch * HOUR


def rows(number: str, record: Record) -> list[dict[str, Any]]:
    """The versions of a record as a run stores them, without their ends, which `--known-at` finds itself."""
    return [
        {"licence_no": number, "seats": change.seats, "_valid_from": change.day, "_is_deleted": change.seats is None,
         "_ingested_at": taken_at(batch), "_batch": str(batch)}
        for batch, change in record.taken
    ]  # fmt: skip


@hypothesis.settings(deadline=None, max_examples=EXAMPLES)
@hypothesis.given(st.randoms(use_true_random=True))
def test_ten_thousand_random_histories_are_read_as_by_the_model(random: Random) -> None:
    model = {f"L{number}": Record() for number in range(RECORDS)}
    for record in model.values():
        for batch, sent in enumerate(changes(random, BATCHES)):
            record.take(batch, sent)
    stored = pa.Table.from_pylist([row for number, record in model.items() for row in rows(number, record)], schema=STORED)
    batch, day = random.randrange(BATCHES), random.choice(DAYS)
    found = counting(delta.connection().from_arrow(stored), LICENCE, Asked(day, taken_at(batch))).project("licence_no, seats").fetchall()
    meant = {number: record.seats(day, batch) for number, record in model.items()}
    assert sorted(found) == sorted((number, seats) for number, seats in meant.items() if seats is not None)


@pytest.mark.parametrize(("day", "seats"), [(date(2026, 3, 1), 1), (date(2026, 3, 2), 3), (date(2026, 3, 3), 3)])
def test_of_several_versions_on_one_day_the_one_at_its_end_counts_by_beijing_time(day: date, seats: int) -> None:
    kind = pa.timestamp("us", tz="UTC")
    schema = STORED.set(2, STORED.field(2).with_type(kind)).set(3, STORED.field(3).with_type(kind))
    starts = [datetime(2026, 3, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, 16, tzinfo=UTC), datetime(2026, 3, 2, 15, 59, tzinfo=UTC)]
    versions = [{"licence_no": "L1", "seats": number, "_valid_from": start, "_valid_to": end, "_is_deleted": False}
                for number, (start, end) in enumerate(zip(starts, [*starts[1:], None], strict=True), start=1)]  # fmt: skip
    made = delta.connection().from_arrow(pa.Table.from_pylist(versions, schema=schema))
    assert counting(made, LICENCE, Asked(day)).project("seats").fetchall() == [(seats,)]


def test_a_table_without_versions_has_no_answer_for_a_day_and_says_what_there_is_instead(lake: Settings) -> None:
    with pytest.raises(Refused, match=r"silver\.applicant keeps no versions of its records, so what counted on 2026-03-01 is not known.*--known-at"):
        show(lake, "applicant", asked=Asked(date(2026, 3, 1)))


def test_a_table_without_versions_shows_what_readers_had_at_an_instant(lake: Settings) -> None:
    path = lake.lake / "silver" / "applicant"
    empty = show(lake, "applicant").rows
    write_deltalake(str(path), delta.opened(path).to_pyarrow_table().slice(0, 1), mode="overwrite")  # type: ignore[union-attr]
    then = show(lake, "applicant", asked=Asked(known_at=RELEASED_AT + HOUR))
    assert (len(show(lake, "applicant").rows), then.version, then.rows, then.as_of) == (1, 0, empty, None)


def test_before_the_first_release_there_was_nothing_to_read(lake: Settings) -> None:
    with pytest.raises(Refused, match=r"silver\.applicant had no released version by 2026-03-02 01:05:00 Beijing time\. `govlake ledger applicant`"):
        show(lake, "applicant", asked=Asked(known_at=RELEASED_AT - HOUR))


def test_a_version_whose_files_are_gone_is_said_to_be_gone(lake: Settings) -> None:
    for file in Path(lake.lake / "silver" / "applicant").glob("*.parquet"):
        file.unlink()
    with pytest.raises(Refused, match=r"silver\.applicant: version 0, which readers had then, is no longer kept \(versions are for 190 days\)"):
        show(lake, "applicant", asked=Asked(known_at=RELEASED_AT))


@pytest.mark.parametrize(("text", "meant"), [
    pytest.param("2026-03-01", datetime(2026, 3, 1, 15, 59, 59, 999999, tzinfo=UTC), id="a day: its end in Beijing"),
    pytest.param("2026-03-01 09:30", datetime(2026, 3, 1, 1, 30, tzinfo=UTC), id="Beijing time"),
    pytest.param("2026-03-01T09:30:00+00:00", datetime(2026, 3, 1, 9, 30, tzinfo=UTC), id="a zone of its own"),
])
def test_an_instant_is_read_as_beijing_time_unless_it_says_otherwise(text: str, meant: datetime) -> None:
    assert instant(text) == meant
