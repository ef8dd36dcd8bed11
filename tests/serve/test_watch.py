"""What is said of the stream: silence, old data, disagreements; what needs a broker is in the stack's tests."""

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from jobs.cli import main
from jobs.serve.positions import beats, position
from jobs.serve.watch import Finding, watch
from schemas.errors import Refused, Unavailable
from schemas.settings import Settings, settings
from tests.serve.made_lake import INSTANT, put

GOLD = pa.schema([("uscc", pa.string()), ("_ingested_at", INSTANT)])
DOUBT = pa.schema([("request_id", pa.string()), ("reason", pa.string()), ("answered_at", INSTANT)])


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An installation with nothing in it."""
    return settings({"GOVLAKE_HOME": str(tmp_path)})


def replica(here: Settings, name: str, silent: float) -> Path:
    """The checkpoint of a replica whose two queries ended their last batch that many seconds ago."""
    folder = here.home / "checkpoints" / f"stream-{name}"
    for topic in ("instant.request", "credit.lookup"):
        commits, offsets = folder / topic / "commits", folder / topic / "offsets"
        commits.mkdir(parents=True)
        offsets.mkdir()
        for number in (9, 10):
            (commits / f"{number}").write_text("v1\n{}", encoding="utf-8")
            os.utime(commits / f"{number}", (time.time() - silent, time.time() - silent))
            (offsets / f"{number}").write_text(f'v1\n{{"batchWatermarkMs":0}}\n{{"{topic}":{{"0":{number}00}}}}', encoding="utf-8")
        (commits / ".10.crc").write_text("x", encoding="utf-8")
    return folder


def found(here: Settings, check: str) -> Finding:
    (finding,) = watch(here, [check], {"credit_standing": 24})
    return finding


def test_where_nothing_was_started_only_the_heartbeat_says_so(here: Settings) -> None:
    silent, *others = watch(here, ["heartbeat", "lag", "staleness"], {})
    assert (silent.value, silent.is_crossed) == (None, True)
    assert silent.sentence.startswith(f"The stream was never started here: {here.home}/checkpoints has no replica, and nobody answers instant requests.")
    assert [(one.value, one.is_crossed) for one in others] == [(None, False)] * 2


def test_a_broker_that_is_away_is_said_and_nothing_was_changed(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"Kafka at 127\.0\.0\.1:9 did not answer: \w+\. Nothing was changed\. `make status` shows what is up"):
        watch(settings({"GOVLAKE_HOME": str(tmp_path), "GOVLAKE_KAFKA": "127.0.0.1:9"}), ["dead-letters"], {})


def test_replicas_that_end_their_batches_are_well(here: Settings) -> None:
    replica(here, "a", 5)
    replica(here, "b", 9)
    assert not found(here, "heartbeat").is_crossed


def test_one_silent_replica_is_named_and_the_other_answers(here: Settings) -> None:
    replica(here, "a", 5)
    replica(here, "b", 300)
    finding = found(here, "heartbeat")
    assert (finding.is_crossed, "Silent: stream-b for 5 min; the other replica answers alone" in finding.sentence) == (True, True)


def test_with_all_silent_nobody_answers(here: Settings) -> None:
    replica(here, "a", 300)
    replica(here, "b", 8000)
    assert "Silent: stream-a for 5 min, stream-b for 2 h; nobody answers" in found(here, "heartbeat").sentence


def test_one_query_of_a_replica_that_hangs_is_silence_too(here: Settings) -> None:
    folder = replica(here, "a", 5)
    for path in (folder / "credit.lookup" / "commits").iterdir():
        os.utime(path, (time.time() - 300, time.time() - 300))
    assert found(here, "heartbeat").is_crossed


def test_a_checkpoint_says_how_far_its_query_has_come(here: Settings) -> None:
    folder = replica(here, "a", 50) / "instant.request"
    assert (position(folder), time.time() - (beats(folder) or 0) > 49) == ({"instant.request": {0: 1000}}, True)


@pytest.mark.parametrize(("hours", "crossed"), [(2, False), (30, True)])
def test_old_credit_data_is_said_with_its_age_and_what_was_promised(here: Settings, hours: int, crossed: bool) -> None:
    put(here.lake / "gold" / "credit_standing", GOLD, [{"uscc": "1", "_ingested_at": datetime.now(UTC) - timedelta(hours=hours)}])
    finding = found(here, "staleness")
    assert (finding.is_crossed, f"{hours} h ago, promised are 24 h" in finding.sentence) == (crossed, True)


@pytest.mark.parametrize(("reason", "hours", "crossed"), [("answer", 1, True), ("answer", 30, False), ("version", 1, False)])
def test_answers_that_differ_are_an_alert_for_a_day(here: Settings, reason: str, hours: int, crossed: bool) -> None:
    row = {"request_id": "R1", "reason": reason, "answered_at": datetime.now(UTC) - timedelta(hours=hours)}
    put(here.lake / "ledger" / "disagreement", DOUBT, [row])
    assert found(here, "disagreement").is_crossed == crossed


def test_an_unknown_check_is_refused_with_the_known_ones(here: Settings) -> None:
    with pytest.raises(Refused, match=r"no check 'lga'\. There are: heartbeat, lag"):
        watch(here, ["lga"], {})


def test_a_check_that_is_not_crossed_has_no_sentence(here: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GOVLAKE_HOME", str(here.home))
    assert main(["watch", "disagreement", "heartbeat", "--json"]) == 0
    quiet, silent = json.loads(capsys.readouterr().out)
    assert (quiet["is_crossed"], quiet["sentence"], silent["is_crossed"], "never started" in silent["sentence"]) == (False, "", True, True)
