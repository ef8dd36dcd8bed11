"""A crawl through a whole run: its pages in silver with the charset they were read in, the rest set aside or quarantined."""

import gzip
from datetime import date
from pathlib import Path

import pytest

from jobs.serve.lake import Asked, show
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


def test_the_pages_of_two_crawls_are_versions_and_every_other_record_is_accounted_for(spark, here, land, take_in) -> None:
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
    again = gzip.decompress(SAMPLE.read_bytes()).replace(b"2026-03-01T02:00", b"2026-03-02T02:00")
    renamed = again.replace("第2号示例事项的通知".encode("gb18030"), "第2号示例事项的公告".encode("gb18030"))
    land("internet", "crawled_page", "2026-03-03", "made-crawl.warc", renamed)
    take_in(CONTRACT, "2026-03-03")
    then, now = ({row[0]: row[1] for row in told(here, day)} for day in (date(2026, 3, 1), date(2026, 3, 2)))
    assert (len(stored(spark, here, "silver", "crawled_page")), len(then), then.keys()) == (12, 6, now.keys())
    assert {address: titles for address in now if (titles := (then[address], now[address]))[0] != titles[1]} == {
        "http://www.example.gov.cn/zwgk/2.html": ("示例市人民政府关于第2号示例事项的通知", "示例市人民政府关于第2号示例事项的公告"),
    }
    assert unbalanced(spark, here) == []


def told(here: Settings, day: date) -> list[tuple[str, str]]:
    """Address and title of each page as it was on a day."""
    found = show(here, "crawled_page", asked=Asked(day))
    return [(row[found.columns.index("url")], row[found.columns.index("title")]) for row in found.rows]
