"""The ledger job on a real broker, killed with SIGKILL in its work: nothing is lost, nothing doubled, and the commands prove it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaProducer

from infra.place import Place
from jobs.cli import main
from jobs.evidence import seal
from jobs.serve.receipts import walk
from jobs.serve.reconcile import reconcile
from jobs.serve.watch import watch
from jobs.stream import topics
from jobs.stream.broker import wake
from schemas.errors import Failure
from schemas.settings import ROOT, Settings, settings
from tests.serve.answering import Broker, eventually, responder

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]
BASE = "19000"  # ports no other test takes
WAIT = 60.0  # seconds


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """An installation with a broker and something that answers as two replicas."""
    home = tmp_path_factory.mktemp("ledger") / "var"
    place = Place(settings({"GOVLAKE_HOME": str(home), "GOVLAKE_PORT_BASE": BASE}))
    broker = Broker(place)
    broker.start()
    broker.make_topics()
    with responder(place.settings.kafka):
        yield place.settings
    broker.kill()


def send(here: Settings, names: list[str]) -> None:
    with closing(KafkaProducer(bootstrap_servers=here.kafka)) as producer:
        for name in names:
            producer.send(topics.INSTANT_REQUEST, json.dumps({"request_id": name, "applicant_name": "欧阳示例"}).encode(), key=name.encode())


def start(here: Settings) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "GOVLAKE_HOME": str(here.home), "GOVLAKE_PORT_BASE": BASE}
    return subprocess.Popen([sys.executable, "-m", "jobs", "verdicts"], cwd=ROOT, env=environment)


def written(here: Settings) -> int:
    """How many requests stand in the ledger, sealed."""
    return sum(one.rows for one in seal.heads(seal.heads_file(here)))


def kill(job: subprocess.Popen[bytes]) -> None:
    """End it without a word."""
    job.kill()
    job.wait()


@pytest.fixture(scope="module")
def after(here: Settings) -> Settings:
    """The installation after three lives of the ledger job: killed early, killed after a batch, left to finish."""
    send(here, [f"first-{number}" for number in range(200)])
    job = start(here)
    assert eventually(lambda: (here.lake / "silver" / "verdict" / "_delta_log" / "00000000000000000001.json").is_file(), WAIT)
    kill(job)  # right after the commit, in or before the seal
    send(here, [*(f"second-{number}" for number in range(200)), "dead-1"])
    job = start(here)
    assert eventually(lambda: written(here) > 200, WAIT)
    send(here, [f"third-{number}" for number in range(200)])
    kill(job)
    job = start(here)
    assert eventually(lambda: written(here) >= 600, WAIT)
    kill(job)
    return here


@pytest.fixture
def govlake(after: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command: (exit code, standard output, standard error)."""
    monkeypatch.setenv("GOVLAKE_HOME", str(after.home))
    monkeypatch.setenv("GOVLAKE_PORT_BASE", BASE)

    def run(*argv: str) -> tuple[int, str, str]:
        code = main(argv)
        return (code, *capsys.readouterr())

    return run


def test_every_request_has_one_row_and_the_chain_holds(after: Settings) -> None:
    instant, credit = reconcile(after, 0.0)
    assert (instant.requests, instant.asked, instant.dead, instant.answered, instant.written) == (601, 600, 1, 600, 600)
    assert (instant.is_balanced, credit.is_balanced, credit.requests) == (True, True, 0)
    assert (walk(after).rows, walk(after).unsealed, walk(after).wrong) == (600, 0, ())


def test_a_receipt_is_given_and_holds(govlake: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    code, told, _ = govlake("receipt", "second-7")
    (tmp_path / "receipt.json").write_text(told)
    assert (code, "欧阳示例" in told) == (0, False)
    assert govlake("verify", str(tmp_path / "receipt.json"))[1].startswith("valid 有效: request second-7, verdict accept, batch ")
    (tmp_path / "receipt.json").write_text(told.replace('"accept"', '"reject"'))
    code, _, said = govlake("verify", str(tmp_path / "receipt.json"))
    assert (code, "'fields.verdict' differs" in said) == (65, True)


def test_a_dead_letter_is_listed_without_its_content_and_put_back(govlake: Callable[..., tuple[int, str, str]], after: Settings) -> None:
    (letter,) = json.loads(govlake("dlq", "list", "--json")[1])
    assert (letter["name"], letter["reason"], letter["engine"]) == ("instant:0", "The record is not JSON.", "a")
    assert "dead-1" not in govlake("dlq", "list")[1]
    assert govlake("dlq", "replay", "0", "instant:0")[1] == "instant:0 -> instant.request 601\n"
    assert eventually(lambda: len(json.loads(govlake("dlq", "list", "--json")[1])) == 2)
    assert govlake("dlq", "replay", "instant:99")[2].startswith("There is no dead letter instant:99. Nothing was put back.")


def test_a_request_without_an_answer_is_named(govlake: Callable[..., tuple[int, str, str]], after: Settings) -> None:
    send(after, ["mute-1"])
    code, _, said = govlake("reconcile", "--grace", "0")
    assert (code, "instant: 1 unanswered: mute-1" in said) == (65, True)
    assert govlake("reconcile", "--grace", "3600")[0] == 0


def test_a_record_that_only_wakes_a_reader_is_no_request(after: Settings) -> None:
    before = reconcile(after, 0.0)[0], watch(after, ["dead-letters"], {})
    for _ in range(20):
        wake(after, [topics.INSTANT_REQUEST])
    assert (reconcile(after, 0.0)[0], watch(after, ["dead-letters"], {})) == before  # nor do dead letters get a higher limit


def test_the_watch_says_who_is_behind_and_who_is_not(after: Settings) -> None:
    ledger, letters = watch(after, ["ledger", "dead-letters"], {})
    assert (ledger.value is not None, ledger.is_crossed, letters.value in (1.0, 2.0), letters.is_crossed) == (True, False, True, False)
    with closing(KafkaProducer(bootstrap_servers=after.kafka)) as producer:
        old = producer.send(topics.INSTANT_REQUEST, b"{}", key=b"mute-2", timestamp_ms=int((time.time() - 300) * 1000)).get(WAIT).offset
    offsets = after.home / "checkpoints" / "stream-a" / topics.INSTANT_REQUEST / "offsets"
    offsets.mkdir(parents=True)
    (offsets / "0").write_text(f'v1\n{{}}\n{{"{topics.INSTANT_REQUEST}":{{"0":{old}}}}}', encoding="utf-8")  # a replica that has not read it
    (lag,) = watch(after, ["lag"], {})
    assert (lag.is_crossed, lag.sentence.startswith("Requests wait: instant.request for 5 min")) == (True, True)


def test_a_broker_that_is_away_is_one_sentence(after: Settings) -> None:
    nobody = settings({"GOVLAKE_HOME": str(after.home), "GOVLAKE_KAFKA": "127.0.0.1:9"})
    with pytest.raises(Failure, match=r"Kafka at 127\.0\.0\.1:9 did not answer"):
        reconcile(nobody, 0.0)
