"""The committed packets, crawl, documents and recordings are what their scripts make."""

import gzip
import zipfile
from random import Random

from schemas.settings import ROOT
from tests.data.made import crawl, exchange, media, stations

LANDING = ROOT / "tests" / "data" / "landing"


def test_the_committed_packets_are_what_their_script_makes() -> None:
    committed = LANDING / "iot" / "station_value" / "2026-03-02" / stations.NAME
    assert committed.read_bytes() == b"".join(stations.soiled(Random(20260302)))


def test_the_committed_crawl_is_what_its_script_makes() -> None:
    committed = LANDING / "internet" / "crawled_page" / "2026-03-02" / crawl.NAME
    assert gzip.decompress(committed.read_bytes()) == gzip.decompress(crawl.made())  # zlib's own bytes differ between versions


def test_the_committed_documents_and_recordings_are_what_their_script_makes() -> None:
    documents, recordings = LANDING / "internet" / "public_document" / media.DATE, LANDING / "social" / "media_item" / media.DATE / media.DELIVERY
    assert [(documents / name).read_bytes() for name in (media.PDF, media.LOCKED)] == [media.pdf(), media.pdf(1, is_locked=True)]
    with zipfile.ZipFile(recordings) as file:
        assert recordings.read_bytes() == media.delivery({name: file.read(name) for name, _ in media.SAID})
    assert (recordings.parent / media.SMALLER).read_bytes() == media.smaller((recordings.parent / media.PICTURE).read_bytes())


def test_the_committed_exchange_register_and_saved_pages_are_what_their_script_makes() -> None:
    assert {place: (LANDING / place).read_bytes() for place in exchange.files()} == exchange.files()
