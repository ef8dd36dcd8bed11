"""The gateway on a real broker: the first answer wins, nothing is asked twice, and what is away is said at once."""

import json
import re
import shutil
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from infra.place import Place
from infra.rush import rush
from jobs.stream import topics
from schemas.errors import Unavailable
from schemas.settings import ROOT, settings
from tests.serve.answering import Broker, Gateway, eventually, responder

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
BASE = "18000"  # ports no other test takes


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(settings({"GOVLAKE_HOME": str(tmp_path_factory.mktemp("gateway") / "var"), "GOVLAKE_PORT_BASE": BASE}))


@pytest.fixture(scope="module")
def broker(place: Place) -> Iterator[Broker]:
    made = Broker(place)
    made.start()
    made.make_topics()
    yield made
    made.kill()


@pytest.fixture(scope="module")
def gateway(place: Place, broker: Broker) -> Iterator[Gateway]:
    made = Gateway(place)
    made.start()
    assert eventually(made.ready)
    with responder(place.settings.kafka):
        yield made
    made.end()


@pytest.fixture
def page(gateway: Gateway) -> Iterator[Page]:
    """A browser page; whatever it complains of, or asks another machine for, fails the test."""
    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        opened = browser.new_page(viewport={"width": 1280, "height": 1000})
        opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        opened.on("request", lambda sent: wrong.append(sent.url) if not sent.url.startswith((str(gateway.http.base_url), "data:")) else None)
        yield opened
        browser.close()
    assert wrong == []


def test_the_first_answer_wins_and_the_second_is_counted(gateway: Gateway) -> None:
    told = gateway.ask("first-1")
    assert (told.status_code, told.json()["verdict"]) == (200, "accept")
    assert eventually(lambda: gateway.metric('doubles_total{route="instant"}') >= 1)
    assert gateway.metric('latency_seconds_count{route="instant",verdict="accept"}') >= 1
    assert gateway.metric("replicas_alive") == 2


def test_a_hall_asks_when_it_is_due_and_each_request_is_answered_and_timed(place: Place, gateway: Gateway) -> None:
    shutil.copytree(ROOT / "tests" / "data" / "landing" / "business" / "case_accept", place.settings.landing / "business" / "case_accept")
    found = rush(place.settings, 1, 40)
    assert (len(found.waits), found.said.total(), set(found.said)) == (40, 40, {"instant accept", "credit pass"})
    assert min(found.waits) > 0
    assert gateway.http.get("/live.json").status_code == 200  # its own token was withdrawn, and no other


def test_a_hall_whose_gateway_is_away_is_said_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = settings({"GOVLAKE_HOME": str(tmp_path_factory.mktemp("hall")), "GOVLAKE_PORT_BASE": "18100"})
    shutil.copytree(ROOT / "tests" / "data" / "landing" / "business" / "case_accept", elsewhere.landing / "business" / "case_accept")
    with pytest.raises(Unavailable, match="answers on port"):
        rush(elsewhere, 1, 5)


def test_a_rejected_item_is_an_answer_too(gateway: Gateway) -> None:
    told = gateway.ask("bad-1")
    assert (told.status_code, told.json()["verdict"]) == (200, "reject")
    assert eventually(lambda: ["uscc · applyer_page_code", 1] in gateway.http.get("/live.json").json()["rules"])


def test_the_same_request_twice_is_sent_once_and_answered_the_same(gateway: Gateway, broker: Broker) -> None:
    one, other = gateway.ask("twice-1"), gateway.ask("twice-1")
    assert one.content == other.content == gateway.again("twice-1").content
    assert len(broker.records(topics.INSTANT_REQUEST, "twice-1")) == 1


def test_the_same_request_at_the_same_moment_is_sent_once(gateway: Gateway, broker: Broker) -> None:
    with ThreadPoolExecutor(8) as many:
        told = list(many.map(lambda _: gateway.ask("moment-1").content, range(8)))
    assert len(set(told)) == 1
    assert len(broker.records(topics.INSTANT_REQUEST, "moment-1")) == 1


def test_other_content_under_a_used_id_is_refused(gateway: Gateway) -> None:
    gateway.ask("used-1", task_code="1")
    told = gateway.ask("used-1", task_code="2")
    assert (told.status_code, told.json()["code"]) == (409, "request_id_used")


def test_no_answer_within_the_deadline_is_503_with_the_way_to_ask_again(gateway: Gateway, broker: Broker) -> None:
    begun = time.monotonic()
    told = gateway.ask("mute-1", "/v1/instant?deadline_ms=300")
    assert 0.3 <= time.monotonic() - begun < 2
    assert (told.status_code, told.json()["code"], told.json()["request_id"], told.headers["Retry-After"]) == (503, "no_answer", "mute-1", "1")
    assert gateway.again("mute-1").status_code == 202
    gateway.ask("mute-1", "/v1/instant?deadline_ms=300")
    assert len(broker.records(topics.INSTANT_REQUEST, "mute-1")) == 1


def test_what_the_stream_cannot_read_comes_back_with_its_reason(gateway: Gateway) -> None:
    told = gateway.ask("dead-1")
    assert (told.status_code, told.json()["code"]) == (422, "dead_letter")
    assert "The record is not JSON." in told.json()["en"]


def test_replicas_that_disagree_raise_an_alert(gateway: Gateway) -> None:
    gateway.ask("differ-1")
    assert eventually(lambda: gateway.metric('disagreements_total{route="instant"}') == 1)
    assert "disagreement" in {alert["code"] for alert in gateway.http.get("/live.json").json()["alerts"]}


def test_who_asks_is_the_office_of_the_token(gateway: Gateway, broker: Broker) -> None:
    assert gateway.ask("credit-1", "/v1/credit", subject="91110000100006485K", purpose="licensing").json()["verdict"] == "pass"
    (sent,) = broker.records(topics.CREDIT_LOOKUP, "credit-1")
    assert json.loads(sent.value) == {"request_id": "credit-1", "subject": "91110000100006485K", "purpose": "licensing", "asker": "tax-03"}


def test_a_look_up_is_shown_to_who_asked_alone(gateway: Gateway) -> None:
    gateway.ask("credit-2", "/v1/credit", subject="91110000100006485K", purpose="licensing")
    assert gateway.again("credit-2", "credit").status_code == 200
    assert gateway.again("credit-2", "credit", gateway.other).status_code == 404


@pytest.mark.parametrize("language", ["instant.md", "instant.zh.md"])
def test_the_program_of_the_guide_gets_its_answer(gateway: Gateway, language: str) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "guide" / language).read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(program, names)
    assert names["verdict"](gateway.http, {"task_code": "x"})["verdict"] == "accept"


def test_the_live_page_shows_what_happens_in_both_languages(gateway: Gateway, page: Page) -> None:
    gateway.ask("bad-live")
    page.goto(f"{gateway.http.base_url}/live")
    expect(page.locator("#state")).to_contain_text("运行正常 all well")
    expect(page.locator("#rules")).to_contain_text("uscc · applyer_page_code")
    expect(page.locator("#mix")).to_contain_text("不通过 reject")
    expect(page.locator("#replicas .good")).to_have_count(2)
    expect(page.locator("#latency path.trace")).to_have_count(8)  # four lines, and their keys
    expect(page.locator("#tiles .tile")).to_have_count(8)


def test_the_description_can_be_tried_out_without_another_machine(gateway: Gateway, page: Page) -> None:
    page.goto(f"{gateway.http.base_url}/docs")
    expect(page.locator(".opblock")).to_have_count(4)
    expect(page.get_by_role("button", name="Authorize")).to_be_visible()


def test_a_killed_gateway_knows_its_answers_again(gateway: Gateway, broker: Broker) -> None:
    before = gateway.ask("killed-1").content
    gateway.ask("credit-3", "/v1/credit", subject="91110000100006485K", purpose="licensing")
    gateway.end(signal.SIGKILL)
    gateway.start()
    assert eventually(gateway.ready)
    assert eventually(lambda: gateway.again("killed-1").content == before)
    assert gateway.ask("killed-1").content == before
    assert gateway.again("credit-3", "credit", gateway.other).status_code == 404
    assert len(broker.records(topics.INSTANT_REQUEST, "killed-1")) == 1


def test_a_broker_that_dies_is_said_at_once_and_its_return_needs_nobody(gateway: Gateway, broker: Broker) -> None:
    waiting = ThreadPoolExecutor(1).submit(gateway.ask, "mute-2", "/v1/instant?deadline_ms=10000")
    assert eventually(lambda: gateway.metric("in_flight") == 1)
    broker.kill()
    assert waiting.result(timeout=3).json()["code"] == "broker_away"
    told = gateway.ask("away-1", "/v1/instant?deadline_ms=10000")
    assert (told.status_code, told.json()["code"]) == (503, "broker_away")
    assert told.elapsed.total_seconds() < 0.5
    broker.start()
    assert eventually(lambda: gateway.ask("away-1").status_code == 200)
    assert gateway.metric("broker_up") == 1
