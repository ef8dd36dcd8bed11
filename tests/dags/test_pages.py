"""The pages the plugin adds to Airflow."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from airflow.api_fastapi.core_api.security import get_user
from fastapi.testclient import TestClient

from infra.airflow_plugins import lake_page, web
from jobs.serve.lake import TableStatus
from schemas.settings import ROOT

RELEASED = TableStatus(
    layer="silver", table="enterprise", title="市场主体登记", owner="市场监督管理局", version=3, rows=40_000, batch="0123456789abcdef",
    date="2026-03-01", rows_in=1000, rows_silver=950, rows_quarantined=40, rows_duplicate=10, rows_filtered=0,
    encoding="utf-8", released_at=datetime(2026, 3, 2, tzinfo=UTC), hours_since=5.5, late=False, state="released", note=None,
)  # fmt: skip
HELD = "permit 2026-03-01 is held: duplicateValues(XK_WSH) must be 0, found 17. See docs/runbooks/audit-held.md."
REPORT = "validations/business.enterprise/2026-03-01/0123456789abcdef.passed.html"


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation whose Data Docs have an index, one report, and a secret beside them."""
    monkeypatch.setenv("GOVLAKE_HOME", str(tmp_path))
    for name, text in {
        "data_docs/index.html": "the index",
        f"data_docs/{REPORT}": "the report",
        "secret": "key",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "data_docs"


@pytest.fixture
def somebody() -> Iterator[TestClient]:
    """A browser whose user Airflow knows."""
    web.pages.dependency_overrides[get_user] = lambda: "somebody"
    yield TestClient(web.pages)
    web.pages.dependency_overrides.clear()


@pytest.mark.parametrize(
    "path",
    ["/lake", "/docs/index.html", "/report/enterprise/2026-03-01", "/runbooks/late.md", "/static/page.css"],
)
def test_nothing_is_shown_to_who_is_not_logged_in(docs: Path, path: str) -> None:
    assert TestClient(web.pages).get(path).status_code == 401


def test_the_report_of_a_batch_is_found_by_table_and_date(docs: Path, somebody: TestClient) -> None:
    answer = somebody.get("/report/business.enterprise/2026-03-01", follow_redirects=False)
    assert answer.headers["location"] == f"/govlake/docs/{REPORT}"
    assert somebody.get(f"/docs/{REPORT}").text == "the report"


def test_a_date_without_a_report_leads_to_the_index(docs: Path, somebody: TestClient) -> None:
    answer = somebody.get("/report/business.enterprise/2026-03-02", follow_redirects=False)
    assert answer.headers["location"] == "/govlake/docs/index.html"


@pytest.mark.parametrize(
    "path", ["../secret", "%2e%2e/secret", "validations/../../secret", "/etc/passwd", "validations"]
)
def test_only_published_files_are_served(docs: Path, somebody: TestClient, path: str) -> None:
    assert somebody.get(f"/docs/{path}").status_code == 404


def test_a_row_shows_its_figures_and_the_way_to_its_report() -> None:
    page = lake_page.lake_page([RELEASED])
    for shown in ("市场主体登记", "silver.enterprise", "已放行 released", ">1,000<", ">950<", ">40<", ">10<", "5.5 h"):
        assert shown in page
    assert '<a href="report/enterprise/2026-03-01">2026-03-01</a>' in page


def test_what_needs_a_person_comes_first_with_its_reason_and_runbook() -> None:
    held = replace(RELEASED, table="permit", state="held", note=HELD)
    late = replace(RELEASED, table="penalty", late=True)
    page = lake_page.lake_page([RELEASED, late, held])
    assert re.findall(r"silver\.(\w+)", page) == ["permit", "penalty", "enterprise"]
    assert '<a href="runbooks/audit-held">docs/runbooks/audit-held.md</a>' in page
    assert '<a href="runbooks/late">docs/runbooks/late.md</a>' in page


def test_text_from_outside_is_shown_and_never_run() -> None:
    nasty = "<script>alert(1)</script>"
    page = lake_page.lake_page([replace(RELEASED, title=nasty, owner=nasty, note=nasty, batch=nasty, table=nasty)])
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 4


def test_a_table_without_a_batch_has_dashes_and_no_zeros() -> None:
    never = replace(RELEASED, state="never", batch=None, date=None, version=None, hours_since=None)
    page = lake_page.lake_page([never])
    assert "无数据 never" in page
    assert page.count(">–<") == 7


def test_a_broken_contract_is_said_on_the_page_above_the_other_tables(
    shelf: Callable[..., Path], somebody: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (ROOT / "tests" / "data" / "contracts" / "notice.odcs.yaml").read_text(encoding="utf-8")
    monkeypatch.setenv("GOVLAKE_CONTRACTS", str(shelf({"business/broken.odcs.yaml": "kind: nonsense\n", "social/notice.odcs.yaml": whole})))
    answer = somebody.get("/lake")
    assert (answer.status_code, "broken.odcs.yaml:1" in answer.text, "silver.notice" in answer.text) == (200, True, True)


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "runbooks").glob("*.md")), ids=lambda path: path.stem)
def test_every_runbook_is_a_page(somebody: TestClient, path: Path) -> None:
    answer = somebody.get(f"/runbooks/{path.name}")
    assert (answer.status_code, "<h1>" in answer.text) == (200, True)
