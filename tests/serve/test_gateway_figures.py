"""What the gateway counts, and what it makes of answers that are not as agreed."""

import asyncio
import json
from collections import Counter
from types import SimpleNamespace

import pytest

from jobs.gateway import ROUTES
from jobs.serve.gateway import desk
from jobs.serve.gateway.answer import Answer, from_record
from jobs.serve.gateway.body import Question
from jobs.serve.gateway.desk import Desk
from jobs.serve.gateway.figures import ALIVE, Figures, bucket, percentile
from jobs.serve.gateway.live import live
from jobs.serve.gateway.metrics import metrics
from jobs.serve.gateway.problem import Declined, Postponed

INSTANT, CREDIT = ROUTES
NOW = 1_772_416_801.123  # 2026-03-02T02:00:01.123Z
SAID = {"verdict": "accept", "received_at": "2026-03-02T02:00:01.120Z", "request": {"partition": 0, "offset": 1}}


class Silence:
    """A line that is up and carries questions nowhere."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def require(self, route: str) -> None:
        """All is well."""

    def send(self, question: Question, lost: object) -> None:
        """Remember it."""
        self.sent.append(question.request_id)


@pytest.fixture
def figures() -> Figures:
    """Figures at a moment that stands still."""
    return Figures(lambda: NOW)


def answer(request_id: str = "1", engine: str = "a", **said: object) -> Answer:
    return Answer("instant", request_id, json.dumps({**SAID, **said}).encode(), engine, int(NOW * 1000))


def record(topic: str, value: bytes, key: bytes | None = b"1", headers: tuple[tuple[str, bytes], ...] = ()) -> SimpleNamespace:
    return SimpleNamespace(topic=topic, value=value, key=key, headers=headers, timestamp=int(NOW * 1000))


def ask(made: Desk, question: Question) -> Answer:
    return asyncio.run(made.ask(question, 0.05))


@pytest.mark.parametrize(
    "value",
    [b"", b"not json", b"[1]", b"\xff", b"[" * 50_000, b'{"violations": 3, "reasons": [1], "hits": {}, "request": 7, "credit": 7, "error": 7}'],
    ids=["nothing", "no JSON", "a list", "no UTF-8", "50,000 levels", "other shapes"],
)
def test_an_answer_that_is_not_as_agreed_is_passed_on_and_counted_as_other(figures: Figures, value: bytes) -> None:
    made = Desk(Silence(), figures)
    made.take([from_record(INSTANT, record(INSTANT.answer, value))])
    assert ask(made, Question("instant", "1", "o", b"{}")).value == value
    assert figures.totals["answers", "instant", "other"] == 1


def test_a_record_without_key_or_headers_harms_nothing(figures: Figures) -> None:
    made = Desk(Silence(), figures)
    made.take([from_record(route, record(topic, b"", key=None)) for route in ROUTES for topic in (route.answer, route.dead_letter)])
    assert figures.totals["dead_letters", "instant"] == figures.totals["dead_letters", "credit"] == 1


def test_no_answer_goes_back_to_older_credit_data(figures: Figures) -> None:
    made = Desk(Silence(), figures)
    newer, older = {"standing": "block", "version": 7, "change": 4}, {"standing": "pass", "version": 7, "change": 3}
    made.take([answer("1", credit=newer), answer("2", credit=older)])
    with pytest.raises(Postponed):
        ask(made, Question("instant", "2", "o", b"{}"))
    made.take([answer("2", "b", credit=newer)])
    assert json.loads(ask(made, Question("instant", "2", "o", b"{}")).value)["credit"] == newer
    assert figures.totals["behind", "instant"] == 1


def test_an_answer_without_credit_data_is_never_behind(figures: Figures) -> None:
    made = Desk(Silence(), figures)
    made.take([answer("1", credit={"standing": "pass", "version": 7, "change": 4}), answer("2", credit={"standing": None, "version": None, "change": None})])
    assert ask(made, Question("instant", "2", "o", b"{}")).request_id == "2"


@pytest.mark.parametrize("name", ['a"} 1\n', "x" * 40, "\u00e9"])
def test_a_replica_cannot_write_into_the_metrics(figures: Figures, name: str) -> None:
    Desk(Silence(), figures).take([from_record(INSTANT, record(INSTANT.answer, b"{}", headers=(("engine", name.encode()),)))])
    assert 'replica_alive{engine="other"} 1' in metrics(figures)


def test_nobody_answers_is_said_after_a_wait_in_vain_and_unsaid_by_an_answer_or_a_minute_without_requests(figures: Figures) -> None:
    made, silent = Desk(Silence(), figures), figures.is_mute
    with pytest.raises(Postponed):
        ask(made, Question("instant", "1", "o", b"{}"))
    in_vain = figures.is_mute
    made.take([answer("1")])
    assert (silent, in_vain, figures.is_mute) == (False, True, False)
    figures.clock = lambda: NOW + ALIVE + 1
    assert figures.is_mute
    figures.clock = lambda: NOW + 61
    assert not figures.is_mute


def test_a_histogram_counts_what_lies_within_each_bound(figures: Figures) -> None:
    for seconds in (0.0009, 0.004, 0.004, 99.0):
        figures.answered("instant", "accept", seconds)
    lines = dict(line.rsplit(" ", 1) for line in metrics(figures).splitlines() if "latency_seconds_bucket" in line)
    within = {bound: lines[f'govlake_gateway_latency_seconds_bucket{{route="instant",verdict="accept",le="{bound}"}}'] for bound in ("0.001", "0.005", "10", "+Inf")}
    assert within == {"0.001": "1", "0.005": "3", "10": "3", "+Inf": "4"}


@pytest.mark.parametrize("milliseconds", [0.5, 1.0, 7.3, 250.0, 9_999.0])
def test_a_percentile_is_right_within_four_percent(milliseconds: float) -> None:
    assert percentile(Counter({bucket(milliseconds): 10}), 0.99) == pytest.approx(milliseconds, rel=0.04)


def test_the_live_figures_are_of_the_last_minute(figures: Figures) -> None:
    figures.seen(answer(), answer().meaning)
    figures.answered("instant", "accept", 0.02)
    figures.clock = lambda: NOW + 30
    assert (live(figures)["verdicts"]["instant"]["accept"], live(figures)["http"]["p99"]) == (1, pytest.approx(20, rel=0.04))
    figures.clock = lambda: NOW + 62
    assert (live(figures)["verdicts"]["instant"]["accept"], live(figures)["http"]["p99"]) == (0, None)


def test_the_stream_s_latency_is_from_the_request_s_arrival_to_the_answer_s() -> None:
    assert answer().meaning.engine_ms == pytest.approx(3, abs=0.1)


def test_warnings_are_no_reason() -> None:
    rules = [{"rule": "uscc", "column": "a", "severity": "quarantine"}, {"rule": "enum", "column": "b", "severity": "warn"}]
    assert answer(violations=rules).meaning.rules == ("uscc · a",)


def test_a_silent_replica_is_an_alert_only_while_another_answers(figures: Figures) -> None:
    figures.replica("a", NOW - ALIVE - 1)
    figures.judge_replicas()
    assert not figures.alerts
    figures.replica("b", NOW)
    figures.judge_replicas()
    assert [alert.code for alert in figures.alerts] == ["replica_a"]


def test_answers_to_two_sendings_may_differ(figures: Figures) -> None:
    other = answer(request={"partition": 0, "offset": 2}, verdict="manual", engine="b")
    Desk(Silence(), figures).take([answer(), other])
    assert (figures.totals["doubles", "instant"], figures.totals["disagreements", "instant"]) == (1, 0)


def test_memory_of_answers_is_bounded(figures: Figures, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "KEPT", 3)
    made = Desk(Silence(), figures)
    made.take([answer(str(number)) for number in range(5)])
    assert [made.recent(("instant", str(number)), "o") is None for number in range(5)] == [True, True, False, False, False]


def test_too_many_that_wait_are_turned_away(figures: Figures) -> None:
    line, figures.in_flight = Silence(), desk.WAITING + 1
    with pytest.raises(Postponed, match="Too many requests"):
        ask(Desk(line, figures), Question("instant", "1", "o", b"{}"))
    assert line.sent == []


def test_an_id_used_for_the_other_question_is_refused(figures: Figures) -> None:
    made = Desk(Silence(), figures)
    with pytest.raises(Postponed):
        ask(made, Question("instant", "1", "o", b'{"a":"1"}'))
    with pytest.raises(Declined, match="other content"):
        ask(made, Question("credit", "1", "o", b'{"a":"2"}'))
