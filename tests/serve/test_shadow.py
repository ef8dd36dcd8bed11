"""What a rule on trial would have rejected, and look-ups asked again: both from the recorded verdicts alone."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from jobs.cli import main
from jobs.serve import again
from jobs.serve.gateway.stored import AGAIN
from jobs.serve.shadow import shadow
from schemas.errors import Unavailable
from schemas.settings import Settings

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
COLUMNS = pa.schema([("request_id", pa.string()), ("kind", pa.string()), ("request", pa.string()), ("verdict", pa.string()), ("rule_set", pa.string()),
                     ("received_at", pa.timestamp("us", tz="UTC")), ("value", pa.string())])  # fmt: skip


def verdict(name: str, said: str, shadow: list[str], *, item: str = "T1", hours: float = 1) -> dict[str, Any]:
    request = {"request_id": name, "project_no": "330106202603020000001", "org_code": "D1", "task_code": item, "applyer_name": "欧阳示例"}
    value = {"verdict": said, "shadow": [{"rule": rule, "column": "c"} for rule in shadow]}
    return row(name, "instant", request, value, hours)


def lookup(name: str, *, stale: bool = False, away: tuple[str, ...] = (), hours: float = 1) -> dict[str, Any]:
    request = {"request_id": name, "subject": "91330106QQ00000129", "purpose": "licensing", "asker": "tax-03"}
    return row(name, "credit", request, {"verdict": "unknown", "stale": stale, "sources_unavailable": list(away)}, hours)


def row(name: str, kind: str, request: dict[str, Any], value: dict[str, Any], hours: float) -> dict[str, Any]:
    at = NOW - timedelta(hours=hours)
    return {"request_id": name, "kind": kind, "request": json.dumps(request, ensure_ascii=False), "verdict": value["verdict"], "rule_set": "r1",
            "received_at": at, "value": json.dumps(value)}  # fmt: skip


def put(here: Settings, *rows: dict[str, Any]) -> None:
    write_deltalake(str(here.lake / "silver" / "verdict"), pa.Table.from_pylist(list(rows), schema=COLUMNS), mode="append")


def computed(here: Settings, hours: float) -> None:
    table = pa.table({"_ingested_at": pa.array([NOW - timedelta(hours=hours)], pa.timestamp("us", tz="UTC"))})
    write_deltalake(str(here.lake / "gold" / "credit_standing"), table, mode="overwrite")


def test_a_rule_on_trial_is_counted_by_region_department_and_item(here: Settings) -> None:
    put(here, verdict("1", "accept", ["uscc"]), verdict("2", "reject", ["uscc"]), verdict("3", "accept", ["uscc", "url"], item="T2"), verdict("4", "accept", []))
    found = shadow(here, "uscc", NOW - timedelta(days=1))
    assert [(one.region, one.department, one.item, one.struck, one.newly) for one in found.by] == [("330106", "D1", "T1", 2, 1), ("330106", "D1", "T2", 1, 1)]
    assert (found.judged, found.editions) == (4, 1)


def test_only_requests_since_the_day_count(here: Settings) -> None:
    put(here, verdict("1", "accept", ["uscc"], hours=30), verdict("2", "accept", ["uscc"]))
    assert [one.struck for one in shadow(here, "uscc", NOW - timedelta(days=1)).by] == [1]


def test_before_any_verdict_it_says_so(here: Settings) -> None:
    with pytest.raises(Unavailable, match=r"There is no silver\.verdict yet"):
        shadow(here, "uscc", NOW)


def test_a_rule_that_no_request_is_judged_by_is_told_with_the_nearest(here: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GOVLAKE_HOME", str(here.home))
    assert main(["shadow", "clean_txt"]) == 65
    assert "uses no rule 'clean_txt'. Did you mean 'clean_text'?" in capsys.readouterr().err


def test_what_was_answered_on_stale_or_missing_data_is_asked_again_once_it_is_back(here: Settings) -> None:
    put(here, lookup("fresh"), lookup("stale", stale=True), lookup("away", away=("silver.penalty",)), lookup("long ago", stale=True, hours=60))
    computed(here, hours=2)
    write_deltalake(str(here.lake / "silver" / "penalty"), pa.table({"a": [1]}))
    waiting, messages = again.due(here, 24, NOW)
    assert (waiting, [(key, json.loads(value)["request_id"], json.loads(value)["asker"]) for key, value in messages]) == (
        0, [(f"{one}{AGAIN}", f"{one}{AGAIN}", "tax-03") for one in ("stale", "away")],
    )  # fmt: skip


def test_while_a_table_it_lacked_is_still_away_a_look_up_waits(here: Settings) -> None:
    put(here, lookup("away", away=("silver.penalty",)))
    computed(here, hours=2)
    assert again.due(here, 24, NOW) == (1, [])


def test_a_rule_that_is_enforced_and_was_never_on_trial_is_no_all_clear(here: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    put(here, verdict("1", "accept", []))
    monkeypatch.setenv("GOVLAKE_HOME", str(here.home))
    assert main(["shadow", "clean_text"]) == 65
    assert "'clean_text' is not on trial" in capsys.readouterr().err


def test_while_the_data_is_still_stale_nothing_is_asked(here: Settings) -> None:
    put(here, lookup("stale", stale=True))
    computed(here, hours=30)
    assert again.due(here, 24, NOW) == (1, [])


def test_what_has_its_second_answer_is_not_asked_a_third_time(here: Settings) -> None:
    put(here, lookup("stale", stale=True), lookup(f"stale{AGAIN}", hours=0.5))
    computed(here, hours=2)
    assert again.due(here, 24, NOW) == (0, [])


def test_without_a_ledger_there_is_nothing_to_ask(here: Settings) -> None:
    assert again.again(here, 24) == again.Again(0, ())
