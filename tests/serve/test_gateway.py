"""The gateway without its broker: what a body may be, who may ask, and pages that need nobody else's files."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from infra.token import main as make
from jobs.gateway import ROUTES
from jobs.serve.gateway import answer
from jobs.serve.gateway.app import make_app
from jobs.serve.gateway.tokens import FILE, Office, make_token
from jobs.stream import topics
from schemas.contract import Contract
from schemas.settings import ROOT, Settings, settings
from tests.evidence import ledger_rows
from tests.serve.answering import eventually

OFFICE = Office("tax-03", ("licensing",))
DEEP = b'{"task_code":' + b"[" * 60_000 + b"]" * 60_000 + b"}"


@pytest.fixture
def nobody(tmp_path: Path) -> Settings:
    """An installation whose broker is not there."""
    return settings({"GOVLAKE_HOME": str(tmp_path), "GOVLAKE_KAFKA": "127.0.0.1:9"})


@pytest.fixture
def token(nobody: Settings) -> str:
    """A token of one office."""
    return make_token(nobody.home / FILE, OFFICE)


@pytest.fixture
def client(nobody: Settings, contracts: dict[str, Contract]) -> Iterator[TestClient]:
    """The gateway, and nobody behind it."""
    with TestClient(make_app(nobody, contracts["case_accept"], ROUTES)) as made:
        yield made


@pytest.fixture
def asking(client: TestClient, token: str) -> TestClient:
    """The gateway, asked by an office it knows."""
    client.headers["Authorization"] = f"Bearer {token}"
    return client


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        pytest.param(b"", 400, "not_json", id="nothing"),
        pytest.param(b'{"task_code": "1', 400, "not_json", id="cut off"),
        pytest.param(b'{"task_code": NaN}', 400, "not_json", id="a number JSON does not have"),
        pytest.param(b'{"a": ' + b"1" * 5000 + b"}", 400, "not_json", id="a number of 5000 digits"),
        pytest.param("{\"a\": \"企业\"}".encode("gb18030"), 400, "not_utf8", id="GB 18030"),
        pytest.param('{"a": "1"}'.encode("utf-16"), 400, "not_utf8", id="UTF-16"),
        pytest.param(b'{"a": "\\ud800"}', 400, "not_unicode", id="half a surrogate pair"),
        pytest.param(b'{"a": "1", "a": "2"}', 400, "duplicate_key", id="a key twice"),
        pytest.param(DEEP, 400, "too_deep", id="60,000 levels"),
        pytest.param(b'{"%s": "1"}' % (b"x" * 60_000), 422, "key_too_long", id="a key that the stream would not read"),
        pytest.param(b'{"a": "' + b"x" * 262_144 + b'"}', 413, "too_large", id="larger than 256 KiB"),
        pytest.param(b'[{"a": "1"}]', 422, "not_object", id="a list"),
        pytest.param(b'{"promise_day": 3}', 422, "not_text", id="a number instead of a text"),
        pytest.param(b'{"a": {"b": "c"}}', 422, "not_text", id="an object instead of a text"),
        pytest.param(b'{"materials": ["a", 1]}', 422, "bad_materials", id="materials that are no texts"),
        pytest.param(b'{"request_id": "a b"}', 422, "bad_request_id", id="an id with a blank"),
        pytest.param(b'{"request_id": 7}', 422, "bad_request_id", id="an id that is a number"),
    ],
)
def test_a_bad_body_is_named_in_both_languages_before_anything_is_sent(asking: TestClient, sent: bytes, status: int, code: str) -> None:
    told = asking.post("/v1/instant", content=sent)
    assert (told.status_code, told.json()["code"]) == (status, code)
    assert re.search("[一-鿿]", told.json()["zh"])
    assert told.json()["en"].isascii()


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        pytest.param({"purpose": "licensing"}, 422, "missing", id="no subject"),
        pytest.param({"subject": " ", "purpose": "licensing"}, 422, "missing", id="a blank subject"),
        pytest.param({"subject": "91110000100006485K"}, 422, "missing", id="no purpose"),
        pytest.param({"subject": "91110000100006485K", "purpose": "bidding"}, 403, "purpose_not_granted", id="a purpose not granted"),
        pytest.param({"subject": "91110000100006485K", "purpose": "licencing"}, 422, "unknown_purpose", id="a purpose there is not"),
        pytest.param({"subject": "91110000100006485K", "purpose": "licensing", "asker": "police-01"}, 422, "asker_given", id="another's name"),
        pytest.param({"subject": "91110000100006485K", "purpose": "licensing", "why": "x"}, 422, "unknown_key", id="a key nobody knows"),
    ],
)
def test_a_bad_look_up_is_named(asking: TestClient, sent: dict[str, str], status: int, code: str) -> None:
    told = asking.post("/v1/credit", json=sent)
    assert (told.status_code, told.json()["code"]) == (status, code)


def test_an_unknown_purpose_is_answered_with_those_there_are_and_where_they_stand(asking: TestClient) -> None:
    told = asking.post("/v1/credit", json={"subject": "91110000100006485K", "purpose": "licencing"}).json()
    assert "Granted to your token: licensing; all there are: licensing, supervision, procurement" in told["en"]
    assert ("docs/guide/instant.md" in told["en"], "docs/guide/instant.zh.md" in told["zh"]) == (True, True)


@pytest.mark.parametrize(("method", "path", "allowed"), [("GET", "/v1/instant", "POST"), ("DELETE", "/v1/credit", "POST"), ("POST", "/v1/instant/1", "GET"), ("PUT", "/live", "GET")])
def test_a_wrong_method_is_answered_with_the_right_one_and_where_it_is_described(asking: TestClient, method: str, path: str, allowed: str) -> None:
    told = asking.request(method, path)
    assert (told.status_code, told.json()["code"], told.headers["Allow"]) == (405, "method_not_allowed", allowed)
    assert f"does not take {method}. Nothing was sent. Use {allowed}. The interface is described at /docs" in told.json()["en"]
    assert f"请用 {allowed}" in told.json()["zh"]


@pytest.mark.parametrize("deadline", ["0", "10001", "soon", "-1"])
def test_a_deadline_outside_its_bounds_is_refused(asking: TestClient, deadline: str) -> None:
    told = asking.post(f"/v1/instant?deadline_ms={deadline}", json={})
    assert (told.status_code, told.json()["code"]) == (422, "bad_parameter")


def test_a_compressed_body_is_refused_instead_of_unpacked(asking: TestClient) -> None:
    assert asking.post("/v1/instant", content=b"x", headers={"Content-Encoding": "gzip"}).status_code == 415


def test_a_broker_that_is_away_is_said_at_once_with_the_id_to_ask_again(asking: TestClient) -> None:
    told = asking.post("/v1/instant?deadline_ms=10000", json={"task_code": "1", "request_id": "desk-7:0001"})
    assert (told.status_code, told.json()["code"], told.json()["request_id"]) == (503, "broker_away", "desk-7:0001")
    assert int(told.headers["Retry-After"]) >= 1
    assert told.elapsed.total_seconds() < 2


def test_a_503_stands_in_the_log_with_its_code_once_a_minute_and_every_one_is_counted(asking: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(3):
        asking.post("/v1/instant", json={"task_code": "1", "request_id": f"desk-7:{number}"})
    asking.post("/v1/instant", content=b"no JSON")
    (line,) = (record.getMessage() for record in caplog.records if record.name.endswith("noted"))
    assert re.fullmatch(r"\S+Z 503 broker_away, 1 since the start: The message broker is away .*", line)
    counted = asking.get("/metrics").text
    assert 'problems_total{status="503",code="broker_away"} 3' in counted
    assert 'problems_total{status="400",code="not_json"} 1' in counted


def test_an_id_is_made_when_none_is_given(asking: TestClient) -> None:
    made = asking.post("/v1/instant", json={}).json()["request_id"]
    assert re.fullmatch(r"[0-9a-f]{32}", made)
    assert made != asking.post("/v1/instant", json={}).json()["request_id"]


@pytest.mark.parametrize("path", ["/v1/instant", "/v1/credit"])
@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic dGF4OjE="}, {"Authorization": "Bearer "}], ids=["none", "wrong", "basic", "empty"])
def test_nobody_asks_without_a_token(client: TestClient, token: str, path: str, header: dict[str, str]) -> None:
    asked, again = client.post(path, json={}, headers=header), client.get(f"{path}/1", headers=header)
    assert (asked.status_code, again.status_code) == (401, 401)
    assert asked.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_is_kept_as_a_hash_in_a_file_of_its_owner(nobody: Settings, token: str) -> None:
    assert token not in (nobody.home / FILE).read_text(encoding="utf-8")
    assert (nobody.home / FILE).stat().st_mode & 0o777 == 0o600


def test_a_token_file_that_others_can_read_counts_for_nothing(asking: TestClient, nobody: Settings) -> None:
    (nobody.home / FILE).chmod(0o640)
    told = asking.post("/v1/instant", json={})
    assert (told.status_code, told.json()["code"]) == (503, "token_file_open")


def test_a_broken_token_file_is_said(asking: TestClient, nobody: Settings) -> None:
    (nobody.home / FILE).write_text("{", encoding="utf-8")
    assert asking.post("/v1/instant", json={}).json()["code"] == "token_file_broken"


def test_the_command_makes_tokens_and_withdraws_them(
    client: TestClient, nobody: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GOVLAKE_HOME", str(nobody.home))
    assert make(["police-01", "--purpose", "licensing", "--purpose", "bidding"]) == 0
    header = {"Authorization": f"Bearer {capsys.readouterr().out.strip()}"}
    assert client.post("/v1/credit", json={"subject": "x", "purpose": "bidding"}, headers=header).status_code == 503
    assert make(["police-01", "--withdraw"]) == 0
    assert eventually(lambda: client.post("/v1/credit", json={"subject": "x", "purpose": "bidding"}, headers=header).status_code == 401)


@pytest.mark.parametrize("arguments", [["tax 03"], ["tax-03", "--purpose", "licencing"]], ids=["office", "purpose"])
def test_the_command_refuses_names_it_cannot_keep(
    arguments: list[str], nobody: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GOVLAKE_HOME", str(nobody.home))
    assert make(arguments) == 65
    assert "Nothing was made" in capsys.readouterr().err
    assert not (nobody.home / FILE).exists()


def test_an_id_nobody_knows_is_not_found(asking: TestClient) -> None:
    told = asking.get("/v1/instant/0123456789abcdef")
    assert (told.status_code, told.json()["code"]) == (404, "unknown_request_id")


def test_an_answer_that_is_no_longer_in_memory_comes_from_the_ledger_byte_for_byte(asking: TestClient, nobody: Settings) -> None:
    known = ledger_rows.row("desk-7:0001", 1)
    ledger_rows.put(nobody.lake / "silver" / "verdict", [known])
    told = asking.get("/v1/instant/desk-7:0001")
    assert (told.status_code, told.text) == (200, known["value"])
    assert asking.get("/v1/credit/desk-7:0001").status_code == 404


def test_the_ledger_shows_a_look_up_to_who_asked_alone(asking: TestClient, nobody: Settings) -> None:
    askers = {"mine": OFFICE.name, "another": "police-01"}
    rows = [{**ledger_rows.row(name, 1, kind="credit"), "request": json.dumps({"asker": asker})} for name, asker in askers.items()]
    ledger_rows.put(nobody.lake / "silver" / "verdict", rows)
    assert [asking.get(f"/v1/credit/{request_id}").status_code for request_id in ("mine", "another")] == [200, 404]


@pytest.mark.parametrize("request_id", ["x'%20OR%20'1'='1", "a%20b", "é"])
def test_an_id_that_is_none_never_reaches_the_ledger(asking: TestClient, request_id: str) -> None:
    assert asking.get(f"/v1/instant/{request_id}").json()["code"] == "bad_request_id"


def test_the_description_names_every_column_of_the_contract(client: TestClient, contracts: dict[str, Contract]) -> None:
    described = client.get("/openapi.json").json()
    request = described["components"]["schemas"]["Request"]
    assert set(contracts["case_accept"].names) <= set(request["properties"])
    assert described["paths"]["/v1/instant"]["post"]["security"]


@pytest.mark.parametrize("path", ["/live", "/docs"])
def test_a_page_names_no_other_machine_and_all_it_names_is_there(client: TestClient, path: str) -> None:
    page = client.get(path).text
    named = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert [name for name in named if ":" in name] == ["data:,"]
    assert {client.get(f"/{name}").status_code for name in named if name.startswith("static/")} == {200}


@pytest.mark.parametrize("name", ["live.html", "app.py", "..%2fapp.py", "%2e%2e/app.py", "/etc/passwd"])
def test_only_the_pages_files_are_served(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/live", "/docs", "/metrics", "/live.json", "/healthz", "/openapi.json", "/nowhere"])
def test_every_response_forbids_what_a_page_does_not_need(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script-src 'self';" in headers["content-security-policy"]
    assert (headers["x-frame-options"], headers["x-content-type-options"], headers["cache-control"]) == ("DENY", "nosniff", "no-store")


def test_metrics_count_what_was_refused_and_name_nothing_a_caller_made_up(asking: TestClient) -> None:
    asking.post("/v1/instant", content=b"x")
    asking.get("/made-up-by-a-caller")
    told = asking.get("/metrics").text
    assert 'govlake_gateway_responses_total{path="/v1/instant",status="400"} 1' in told
    assert "made-up" not in told
    assert "govlake_gateway_broker_up 0" in told


def test_health_says_that_the_broker_is_away(client: TestClient) -> None:
    told = client.get("/healthz")
    assert (told.status_code, told.json()["broker_up"]) == (503, False)


def test_headers_are_named_as_the_stream_names_them() -> None:
    assert (answer.ENGINE, answer.REQUEST, answer.REASON) == (topics.ENGINE, topics.REQUEST, topics.REASON)


@pytest.mark.parametrize("language", ["instant.md", "instant.zh.md"])
def test_the_bodies_of_the_guide_are_taken_as_they_stand(asking: TestClient, language: str) -> None:
    guide = (ROOT / "docs" / "guide" / language).read_text(encoding="utf-8")
    bodies = re.findall(r"/v1/(instant|credit)'[^']*(?:-H '[^']*'[^']*)*-d '(\{.*?\})'", guide, re.DOTALL)
    assert {asking.post(f"/v1/{route}", content=sent.encode()).status_code for route, sent in bodies} == {503}
    assert {json.loads(sent).keys() & {"subject", "task_code"} != set() for _, sent in bodies} == {True}
