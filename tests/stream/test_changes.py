"""Credit changes: each goes into the lake once, and lies over what gold knows until gold counts it in."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from deltalake import DeltaTable

from jobs.lake import lock
from jobs.stream import changes
from jobs.stream.changes import Intake
from jobs.stream.credit import answers
from jobs.stream.origin import Origin
from jobs.stream.sides import Sides
from jobs.stream.taking import Taking
from schemas.settings import Settings, settings
from tests import rows
from tests.stream.made_sides import COMPUTED, COUNTED, KNOWN, TRADER, answered, records, value

pytestmark = pytest.mark.spark
CHANGE = changes.contract(settings({}))
TOLD = {**rows.example(CHANGE), "subject_uscc": KNOWN["mended"], "changed_at": "2026-03-02 09:30:00", "ends_on": None}


class Killed(Exception):
    """What a killed driver leaves, without the kill."""


def sent(number: str, **given: str | None) -> bytes:
    return json.dumps({**TOLD, "change_id": number, **given}, ensure_ascii=False).encode()


@pytest.fixture
def intake(spark: Any, here: Settings) -> Intake:
    """The table, and a new checkpoint."""
    changes.make_table(spark, here, CHANGE)
    return Intake(here, CHANGE, Origin("first"))


def hand(spark: Any, intake: Intake, number: int, values: list[bytes]) -> None:
    changes.write(records(spark, "credit.change", values), number, intake)


def stored(intake: Intake, layer: str = "silver") -> list[dict[str, Any]]:
    path = intake.settings.lake / layer / CHANGE.table
    return sorted(DeltaTable(path).to_pyarrow_table().to_pylist(), key=lambda row: row["_row"]) if path.is_dir() else []


def hops(intake: Intake) -> list[tuple[int, int, int, int, int]]:
    found = DeltaTable(intake.settings.lake / "ledger" / "hop").to_pyarrow_table().to_pylist()
    names = ("rows_in", "rows_out", "rows_quarantined", "rows_duplicate", "rows_filtered")
    return [tuple(row[name] for name in names) for row in sorted(found, key=lambda row: row["at"])]


def test_a_change_goes_in_once_however_often_it_is_sent(spark: Any, intake: Intake) -> None:
    hand(spark, intake, 0, [sent("C1"), sent("C1"), sent("C2")])
    hand(spark, intake, 1, [sent("C2"), sent("C3")])
    assert [(row["change_id"], row["_number"]) for row in stored(intake)] == [("C1", 1), ("C3", 3), ("C2", 2)]
    assert hops(intake) == [(3, 2, 0, 1, 0), (2, 1, 0, 1, 0)]


def test_another_change_under_a_taken_number_is_refused_and_kept(spark: Any, intake: Intake) -> None:
    hand(spark, intake, 0, [sent("C1"), sent("C1", domain="价格")])
    hand(spark, intake, 1, [sent("C1", domain="环境")])
    refused = stored(intake, "quarantine")
    assert [row["_violations"][-1]["rule"] for row in refused] == ["key_conflict", "key_conflict"]
    assert {json.loads(row["_sent"])["domain"] for row in refused} == {"价格", "环境"}
    assert len(stored(intake)) == 1


def test_a_change_that_breaks_a_rule_is_quarantined_with_its_reason(spark: Any, intake: Intake) -> None:
    hand(spark, intake, 0, [sent("C1", subject_uscc="91330106QU0000017Z"), sent("C2", kind="repaired"), sent("C3")])
    assert [[one["rule"] for one in row["_violations"]] for row in stored(intake, "quarantine")] == [["uscc"], ["required_if"]]
    assert hops(intake) == [(3, 1, 2, 0, 0)]


@pytest.mark.parametrize("step", [1, 2])
def test_killed_after_a_step_and_repeated_it_gives_the_same(spark: Any, intake: Intake, step: int) -> None:
    batch = [sent("C1"), sent("C2", kind="repaired"), sent("C3")]

    def die(done: int) -> None:
        if done == step:
            raise Killed

    with pytest.raises(Killed):
        changes.write(records(spark, "credit.change", batch), 0, intake, die)
    hand(spark, intake, 0, batch)
    assert hops(intake) == [(3, 2, 1, 0, 0)]
    hand(spark, replace(intake, origin=Origin("a checkpoint that was lost")), 0, batch)
    assert hops(intake)[1:] == [(3, 0, 1, 2, 0)]
    assert ([row["change_id"] for row in stored(intake)], sorted(row["_number"] for row in stored(intake))) == (["C1", "C3"], [1, 2])


@pytest.fixture
def overlaid(spark: Any, sides: Sides, intake: Intake) -> Iterator[Any]:
    """The answer to a look-up on the mended subject once these changes have come; the first COUNTED are in gold."""

    def ask(*values: bytes, subject: str = KNOWN["mended"]) -> dict[str, Any]:
        before = [sent(f"B{number}", subject_uscc=TRADER) for number in range(COUNTED)]
        hand(spark, intake, 0, [*before, *values])
        there = replace(sides, frames={**sides.frames, sides.changed: spark.read.format("delta").load(str(intake.silver.path))})
        asked = {"it": json.dumps({"request_id": "L1", "subject": subject, "purpose": "licensing", "asker": "tax-03"}).encode()}
        return value(answered(answers(records(spark, "credit.lookup", list(asked.values())), there, "a"), asked)["it"])

    yield ask


OPEN = {"list": "严重失信主体名单", "authority": "示例局", "decision_no": "示1号", "starts_on": "2025-09-10"}  # as the made hits are


def test_a_new_listing_blocks_and_says_where_it_comes_from(overlaid: Any) -> None:
    found = overlaid(sent("C1"))
    assert (found["standing"], [hit["source_table"] for hit in found["hits"]], found["change"]) == ("block", ["silver.credit_change"], COUNTED + 1)


def test_a_repair_takes_an_entry_of_gold_away(overlaid: Any) -> None:
    found = overlaid(sent("C1", **{**OPEN, "kind": "repaired", "ends_on": "2026-03-02", "subject_uscc": KNOWN["barred"]}), subject=KNOWN["barred"])
    assert (found["standing"], [hit["list"] for hit in found["hits"]]) == ("review", ["行政处罚"])


def test_the_state_that_is_latest_at_the_source_counts_though_it_came_first(overlaid: Any) -> None:
    lifted = sent("C1", kind="lifted", ends_on="2026-03-02", changed_at="2026-03-02 09:45:00")
    assert overlaid(lifted, sent("C2"))["standing"] == "pass"


def test_a_change_older_than_gold_that_gold_does_not_count_makes_the_standing_unknown_and_is_not_shown(overlaid: Any) -> None:
    found = overlaid(sent("C1", changed_at="2026-03-01 09:30:00"))
    assert (found["standing"], found["hits"]) == ("unknown", [])


def test_a_penalty_told_as_a_change_is_counted(overlaid: Any) -> None:
    found = overlaid(sent("C1", list="行政处罚", restricts_licensing="false"))
    assert (found["standing"], found["counts"]["penalties"], found["last_penalty_on"]) == ("review", 1, "2025-09-10")


def test_what_gold_counts_in_is_not_laid_over_it_again(overlaid: Any) -> None:
    found = overlaid(subject=TRADER)
    assert (found["standing"], found["change"], found["data_at"]) == ("pass", COUNTED, COMPUTED.isoformat(timespec="milliseconds") + "Z")


def test_the_topic_is_the_one_the_stream_makes(spark: Any) -> None:
    from jobs.stream.topics import CREDIT_CHANGE, EVERY

    assert (CHANGE.topic, CREDIT_CHANGE in EVERY) == (CREDIT_CHANGE, True)


@pytest.fixture
def said() -> list[str]:
    """What an intake says."""
    return []


def test_a_replica_leaves_the_intake_to_the_one_that_has_it(spark: Any, here: Settings, said: list[str]) -> None:
    with lock.writing(here, "changes"):
        Taking(spark, here, CHANGE, said.append).look()
    assert (said, spark.streams.active, (here.home / "checkpoints").exists()) == ([], [], False)


def test_an_intake_that_can_not_begin_is_said_and_left_to_the_other_replica(spark: Any, here: Settings, said: list[str]) -> None:
    checkpoint = here.home / "checkpoints" / CHANGE.table
    checkpoint.mkdir(parents=True)
    (checkpoint / "origin.json").write_text("{")
    taking = Taking(spark, here, CHANGE, said.append)
    taking.look()
    taking.look()  # not again at once
    assert [line.startswith(f"Credit changes are not taken in here: {checkpoint}/origin.json can't be read.") for line in said] == [True]
    with lock.writing(here, "changes"):
        assert spark.streams.active == []
