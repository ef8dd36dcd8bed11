"""Data Docs: one page a batch and an index, readable without a network."""

from collections.abc import Callable
from pathlib import Path

import pytest

from expectations import report
from expectations.audit import judge
from expectations.measurement import Measurement
from schemas.contract import Contract

Batch = Callable[..., Measurement]
PASSED = "validations/business.stall/2026-03-01/0123456789abcdef.passed.html"
HELD = PASSED.replace("passed", "held")


def published(folder: Path, contract: Contract, batch: Measurement) -> str:
    return report.publish(folder, contract, batch, judge(contract, batch))


def test_a_batch_gets_a_page_and_the_index_leads_to_it(tmp_path: Path, stall: Contract, batch: Batch) -> None:
    path = published(tmp_path, stall, batch())

    assert path == PASSED
    assert f'href="{PASSED}"' in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'href="../../../index.html"' in (tmp_path / path).read_text(encoding="utf-8")


def test_a_held_batch_shows_the_sentence_and_the_figures(tmp_path: Path, stall: Contract, batch: Batch) -> None:
    page = (tmp_path / published(tmp_path, stall, batch(rows_quarantined=21))).read_text(encoding="utf-8")

    assert "stall 2026-03-01 is held: quarantineRate must be at most 20 %, found 21 %." in page
    assert ">21</div>" in page
    assert "扣留 held" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_every_figure_is_shown_whether_it_passed_or_not(tmp_path: Path, stall: Contract, batch: Batch) -> None:
    page = (tmp_path / published(tmp_path, stall, batch({"fee_cny": {"minimum": 0.25}}))).read_text(encoding="utf-8")

    assert ">0.25</div>" in page


def test_a_page_asks_no_other_host_for_anything(tmp_path: Path, stall: Contract, batch: Batch) -> None:
    page = (tmp_path / published(tmp_path, stall, batch())).read_text(encoding="utf-8")

    assert "://" not in page + (tmp_path / "index.html").read_text(encoding="utf-8")


def test_a_value_of_a_closed_column_is_not_on_the_page(tmp_path: Path, stall: Contract, batch: Batch) -> None:
    page = (tmp_path / published(tmp_path, stall, batch({"age": {"minimum": 11}}))).read_text(encoding="utf-8")

    assert ">11</div>" not in page
    assert ">not shown</div>" in page


def test_a_batch_judged_again_keeps_one_page(tmp_path: Path, stall: Contract, batch: Batch) -> None:
    published(tmp_path, stall, batch(rows_quarantined=21))
    published(tmp_path, stall, batch())

    assert [page.path for page in report.pages(tmp_path)] == [PASSED]


def test_the_oldest_pages_go_beyond_the_limit(
    tmp_path: Path, stall: Contract, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "KEPT", 2)
    for day in ("2026-03-01", "2026-03-02", "2026-03-03"):
        published(tmp_path, stall, batch(date=day))

    assert sorted(page.date for page in report.pages(tmp_path)) == ["2026-03-02", "2026-03-03"]
    assert "2026-03-01" not in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_nothing_half_written_is_left_beside_the_pages(tmp_path: Path, stall: Contract, batch: Batch) -> None:
    published(tmp_path, stall, batch())

    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.suffix != ".yaml")
    assert [name for name in files if name.startswith(".") or "/." in name] == []
