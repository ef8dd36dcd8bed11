"""The committed packets and crawl are what their scripts make."""

import gzip
from random import Random

from schemas.settings import ROOT
from tests.data.made import crawl, stations

LANDING = ROOT / "tests" / "data" / "landing"


def test_the_committed_packets_are_what_their_script_makes() -> None:
    committed = LANDING / "iot" / "station_value" / "2026-03-02" / stations.NAME
    assert committed.read_bytes() == b"".join(stations.soiled(Random(20260302)))


def test_the_committed_crawl_is_what_its_script_makes() -> None:
    committed = LANDING / "internet" / "crawled_page" / "2026-03-02" / crawl.NAME
    assert gzip.decompress(committed.read_bytes()) == gzip.decompress(crawl.made())  # zlib's own bytes differ between versions
