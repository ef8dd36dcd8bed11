"""A crawl through a whole run: its pages in silver with the charset they were read in, the rest set aside or quarantined."""

from datetime import date
from pathlib import Path

import pytest

from schemas.load import load
from schemas.settings import ROOT, Settings, settings
from tests.publish.notices import DAY, stored, unbalanced

pytestmark = pytest.mark.spark
CONTRACT = load(ROOT / "schemas" / "internet" / "crawled_page.odcs.yaml")
SAMPLE = ROOT / "tests" / "data" / "landing" / "internet" / "crawled_page" / DAY / "made-crawl.warc.gz"


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An installation with the contracts of the house."""
    return settings({"GOVLAKE_HOME": str(tmp_path / "var")})


def test_the_pages_of_the_sample_go_to_silver_and_every_other_record_is_accounted_for(spark, here, land, take_in) -> None:
    land("internet", "crawled_page", DAY, SAMPLE.name, SAMPLE.read_bytes())
    take_in(CONTRACT)
    pages = {row["url"].rsplit("/")[-1]: row for row in stored(spark, here, "silver", "crawled_page")}
    assert {name: (row["charset"], row["charset_basis"], row["charset_as_declared"]) for name, row in pages.items()} == {
        "1.html": ("utf-8", "bytes", True), "2.html": ("gb18030", "meta", True), "3.html": ("gb18030", "meta", False),
        "4.html": ("utf-8", "bytes", False), "5.html": ("big5hkscs", "http", True), "6.html": ("gb18030", "nothing else", True),
    }  # fmt: skip
    assert (pages["2.html"]["document_no"], pages["2.html"]["published_on"]) == ("示政发〔2026〕2号", date(2026, 2, 2))
    (quarantined,) = stored(spark, here, "quarantine", "crawled_page")
    assert [one["rule"] for one in quarantined["_violations"]] == ["page_digest"]
    (file,) = stored(spark, here, "ledger", "file")
    assert "3 row(s) set aside: 1 warcinfo, 9 response with status 404, 10 response of type application/json" in file["note"]
    assert unbalanced(spark, here) == []
