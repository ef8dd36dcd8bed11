"""Data Docs: one page for each audited batch and an index, as static files that need no network to be read.

Great Expectations' own site builder renders every stored result again and its pages load style sheets and scripts from
public hosts; so its page renderer and its content templates are used here, below page templates of ours.
"""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from great_expectations.render import RenderedDocumentContent
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView

from expectations.audit import Judgement
from expectations.measurement import Measurement
from schemas.contract import Contract

TEMPLATES = Path(__file__).parent / "pages"
KEPT = 90  # pages kept for each table: a quarter of daily batches, 15 kB each
LISTED = 500  # pages on the index, newest first


@dataclass(frozen=True)
class Page:
    """One published page, as its path tells: validations/<table>/<date>/<batch>.<held|passed>.html."""

    path: str
    table: str
    date: str
    batch: str
    state: str


def publish(folder: Path, contract: Contract, batch: Measurement, judgement: Judgement) -> str:
    """Write the page of an audited batch and renew the index; return the page's path below `folder`.

    A batch has one page: judged again, the old one goes. The oldest pages of the table go beyond KEPT. Every file is
    there whole or not at all, and two audits at a time end with an index that has both pages.
    """
    state = "passed" if judgement.verdict.success else "held"
    path = f"validations/{contract.dag_id}/{batch.date}/{batch.batch}.{state}.html"
    page = Page(path, contract.dag_id, batch.date, batch.batch, state)
    _write(folder / page.path, _rendered(contract, batch, judgement))
    for old in _outdated(folder, page):
        (folder / old.path).unlink(missing_ok=True)
    listed = None
    while listed != (present := _newest(folder)):  # another audit may have added its page while we wrote
        listed = present
        _write(folder / "index.html", _view().env.get_template("index.j2").render(pages=listed))
    return page.path


def pages(folder: Path, table: str = "*") -> list[Page]:
    """Return the published pages, of one table or of all, in no order."""
    found = [path.relative_to(folder) for path in folder.glob(f"validations/{table}/*/*.html")]
    return [Page(path.as_posix(), *path.parts[1:3], *path.stem.rsplit(".", 1)) for path in found]


def _newest(folder: Path) -> list[Page]:
    return sorted(pages(folder), key=lambda p: (p.date, p.table, p.batch), reverse=True)[:LISTED]


def _outdated(folder: Path, page: Page) -> list[Page]:
    present = sorted(pages(folder, page.table), key=lambda p: (p.date, p.batch), reverse=True)
    same = [p for p in present if (p.date, p.batch) == (page.date, page.batch) and p != page]
    return same + [p for p in present[KEPT:] if p != page]


def _rendered(contract: Contract, batch: Measurement, judgement: Judgement) -> str:
    document: RenderedDocumentContent = ValidationResultsPageRenderer().render(judgement.result)
    verdict = judgement.verdict
    context: dict[str, Any] = {
        "title": f"{contract.title} {contract.dag_id} {batch.date}",
        "state": "passed" if verdict.success else "held",
        "sentence": verdict.sentence or f"{batch.table} {batch.date} passed its audit. 通过审核。",
        "notes": verdict.notes,
        "counts": [
            ("收到行数", "Rows in", batch.rows_in),
            ("可发布行数", "Rows to release", batch.rows_silver),
            ("隔离行数", "Rows quarantined", batch.rows_quarantined),
        ],
    }
    return str(_view().render(document, template="validation.j2", **context))


@cache
def _view() -> DefaultJinjaPageView:
    view = DefaultJinjaPageView(custom_views_directory=str(TEMPLATES))
    view.env.trim_blocks = view.env.lstrip_blocks = True  # a third of a page would be blanks
    return view


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
