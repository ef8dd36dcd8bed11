"""The Lake page: one row a table, worst state first, as plain HTML with every text escaped."""

import re
from collections.abc import Iterable
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from jobs.serve.lake import TableStatus

COLUMNS = (
    ("表", "table"), ("责任部门", "owner"), ("状态", "state"), ("业务日期", "date"), ("收到", "rows in"), ("入库", "silver"),
    ("隔离", "quarantined"), ("重复", "duplicates"), ("版本", "version"), ("放行", "released"), ("说明", "reason"),
)  # fmt: skip
STATES = {
    "refused": "拒收 refused", "held": "扣留 held", "late": "迟到 late", "open": "进行中 open", "released": "已放行 released",
    "never": "无数据 never",
}  # fmt: skip
LATE = "The release its contract promises is overdue. See docs/runbooks/late.md"
RUNBOOK = re.compile(r"docs/runbooks/([\w-]+)\.md")


def lake_page(tables: "Iterable[TableStatus]", unread: Iterable[str] = ()) -> str:
    """Return the page for these tables. unread: a sentence about each contract that cannot be read, whose table is not among them."""
    order = list(STATES)
    rows = sorted(tables, key=lambda row: (order.index(_state(row)), row.layer, row.table))
    counts = [(label, sum(_state(row) == state for row in rows)) for state, label in STATES.items()]
    head = "".join(f"<th>{zh}<small>{en}</small></th>" for zh, en in COLUMNS)
    body = "".join(map(_row, rows)) or f'<tr><td colspan="{len(COLUMNS)}">还没有表 No table yet.</td></tr>'
    return _page(
        "数据湖 Lake",
        f'<h1>数据湖 Lake</h1><p class="summary">{len(rows)} 张表 tables · '
        f"{' · '.join(f'{label} {count}' for label, count in counts if count)} · "
        f'<a href="docs/index.html">质量报告 Data Docs</a></p>'
        f"{''.join(map(_unread, unread))}"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>",
    )


def sentence_page(sentence: str) -> str:
    """Return a page that says why there is nothing else on it."""
    return _page("数据湖 Lake", f'<h1>数据湖 Lake</h1><p class="refused">{_reason(sentence)}</p>')


def text_page(title: str, path: str | PathLike[str]) -> str:
    """Return a Markdown file as a page; HTML inside it is shown, not run."""
    return _page(
        title, f'<main class="text">{MarkdownIt("js-default").render(Path(path).read_text(encoding="utf-8"))}</main>'
    )


def _state(row: "TableStatus") -> str:
    return "late" if row.late and row.state in ("released", "never") else row.state


def _row(row: "TableStatus") -> str:
    state = _state(row)
    counts = (row.rows_in, row.rows_silver, row.rows_quarantined, row.rows_duplicate) if row.batch else (None,) * 4
    numbers = "".join(f'<td class="number">{_number(value)}</td>' for value in (*counts, row.version))
    name = f"<strong>{escape(row.title)}</strong><br><small>{escape(row.name)}</small>"
    released = "–" if row.hours_since is None else f"{row.hours_since:g} h"
    return (
        f'<tr><td>{name}</td><td class="owner">{escape(row.owner)}</td><td class="state {state}">{STATES[state]}</td>'
        f'<td class="when">{_report(row)}</td>{numbers}<td class="number">{released}</td>'
        f'<td class="reason">{_reason(row.reason or row.note or (LATE if row.late else None))}</td></tr>'
    )


def _report(row: "TableStatus") -> str:
    """The business date, linked to its batch's report."""
    if not row.date:
        return "–"
    batch = f"<br><small>{escape(row.batch or '')}</small>"
    if row.layer != "silver":
        return escape(row.date) + batch
    return f'<a href="report/{quote(row.table)}/{quote(row.date)}">{escape(row.date)}</a>{batch}'


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _unread(sentence: str) -> str:
    told = _reason(f"{sentence} See docs/runbooks/broken-contract.md")
    return f'<p class="refused">{told}</p>'


def _reason(sentence: str | None) -> str:
    return RUNBOOK.sub(r'<a href="runbooks/\1">docs/runbooks/\1.md</a>', escape(sentence or ""))


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<link rel="stylesheet" href="/govlake/static/page.css"></head><body>{body}</body></html>'
    )
