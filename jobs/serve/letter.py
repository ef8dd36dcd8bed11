"""The feedback of one department and day as files: deliveries and faults as CSV, and a page in Chinese and English."""

import csv
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from html import escape
from pathlib import Path
from typing import Any, TextIO

from jobs.serve import feedback
from jobs.serve.batches import Entry
from jobs.serve.feedback import Department, Fault, Holding
from schemas.settings import Settings

FILES, FAULTS, PAGE = "files.csv", "rows.csv", "feedback.html"
HEADS = ("表 table", "业务日期 business date", "文件 file", "状态 state", "报送行数 rows sent", "接收行数 rows taken", "拒收行数 rows refused", "说明 note")
FAULT_HEADS = ("表 table", "业务日期 business date", "文件 file", "行号 row", "字段 column", "原因", "reason", "值（脱敏） value (masked)", "处理 effect")
STATES = {"taken": "已接收 taken", "held": "扣留待定 held", "superseded": "已被取代 superseded", "refused": "拒收 refused", "same": "内容重复 same content as before"}
EFFECTS = {"quarantine": "拒收该行 row refused", "warn": "仅提示 warning only", "shadow": "试行规则 rule on trial"}
LEFT_OUT = "该行已接收，该值未入库 row taken without this value"
SHOWN = 3  # places a reason names on the page; rows.csv has them all
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute a cell that begins so
STYLE = "body{font:15px/1.6 sans-serif;margin:2em;max-width:75em}table{border-collapse:collapse}td,th{border:1px solid #999;padding:.2em .6em;text-align:left}"

Reason = tuple[str, str, str, str]  # table, effect, and the reason in Chinese and English


@dataclass
class Account:
    """What was counted while the faults were written. refused: rows, by batch and file."""

    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    places: dict[Reason, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Letter:
    """One department's feedback of a day as it was written. rows_taken, rows_refused: over all its files."""

    department: str
    name: str
    date: str
    folder: str
    files: int
    rows_taken: int
    rows_refused: int


def write(settings: Settings, department: Department, day: date, entries: Sequence[Entry], holding: Holding) -> Letter:
    """Write the feedback of a department and a day into <home>/feedback/<department>/<day>/.

    1. rows.csv: each fault with its file and row number; what is counted on the way is for 2 and 3.
    2. files.csv: each file with its rows taken and refused.
    3. feedback.html: the same for people. It is written last: where it is, the other two are whole.
    Each is written beside its place and moved there, so a repeat, or one after a kill, replaces whole files by whole files;
    of an unchanged lake it writes the same bytes.
    """
    folder = settings.home / "feedback" / department.code / day.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    tables = {contract.table for contract in department.contracts}
    own = sorted((entry for entry in entries if entry.table in tables), key=lambda entry: (entry.table, entry.date, entry.batch))
    account = Account()
    with _written(folder / FAULTS) as out:  # 1
        csv.writer(out).writerow(FAULT_HEADS)
        csv.writer(out).writerows(_fault(fault) for fault in _counted(_faults(settings, department, own, holding), own, account))
    files = [_file(entry, one, account) for entry in own for one in sorted(entry.files, key=lambda one: str(one["path"]))]
    with _written(folder / FILES) as out:  # 2
        csv.writer(out).writerows([HEADS, *([_cell(value) for value in row] for row in files)])
    with _written(folder / PAGE) as out:  # 3
        out.writelines(_page(department, day, own, files, account))
    return Letter(department.code, department.name, day.isoformat(), str(folder), len(files), sum(row[5] for row in files), sum(row[6] for row in files))


def _faults(settings: Settings, department: Department, own: Sequence[Entry], holding: Holding) -> Iterator[Fault]:
    for contract in department.contracts:
        yield from feedback.faults(settings, contract, [entry for entry in own if entry.table == contract.table], holding)


def _counted(faults: Iterable[Fault], own: Sequence[Entry], account: Account) -> Iterator[Fault]:
    """Pass faults on, and count rows by file, and rows and first places by reason."""
    known = {(entry.batch, file["path"]) for entry in own for file in entry.files}
    last: tuple[str, str, int] | None = None
    for fault in faults:
        whole = (fault.batch, fault.path)
        place = whole if whole in known else (fault.batch, fault.path.rpartition("#")[0])  # a row of a workbook names its sheet too
        account.refused[place] += fault.is_row_refused and (*whole, fault.row) != last
        last = (*whole, fault.row)
        if not fault.is_row_refused or fault.broken.severity == "quarantine":
            reason = (fault.contract.table, _effect(fault), fault.broken.zh, fault.broken.en)
            account.reasons[reason] += 1
            if len(named := account.places.setdefault(reason, [])) < SHOWN:
                value = f": {fault.broken.value}" if fault.broken.value else ""
                named.append(f"{fault.path} 第{fault.row}行 row {fault.row}{value}")
        yield fault


def _fault(fault: Fault) -> list[str]:
    said = fault.broken
    cells = (fault.contract.table, fault.date, fault.path, fault.row, said.column, said.zh, said.en, said.value, _effect(fault))
    return [_cell(value) for value in cells]


def _effect(fault: Fault) -> str:
    return EFFECTS.get(fault.broken.severity, fault.broken.severity) if fault.is_row_refused else LEFT_OUT


def _file(entry: Entry, file: dict[str, Any], account: Account) -> tuple[Any, ...]:
    refused = account.refused[entry.batch, file["path"]]
    taken = max(0, file["records"] - refused) if file["state"] == "taken" else 0
    return entry.table, entry.date, file["path"], STATES.get(file["state"], file["state"]), file["records"], taken, refused, file["note"] or ""


def _cell(value: Any) -> str:
    """Return a value as a spreadsheet may open it: text, never a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _page(department: Department, day: date, own: Sequence[Entry], files: Sequence[tuple[Any, ...]], account: Account) -> Iterator[str]:
    title = f"报送反馈 Feedback: {department.name}, {day}"
    yield f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style><h1>{escape(title)}</h1>\n'
    if not files:
        yield "<p>当日没有处理来自贵单位的文件。 No file of yours was judged on this day.</p>\n"
        return
    yield f"<p>逐行明细见 {FAULTS}，逐文件明细见 {FILES}；值已脱敏。 Every row is in {FAULTS}, every file in {FILES}; values are masked.</p>\n"
    heads = ("表 table", "业务日期 business date", "报送 in", "入库 taken", "拒收 refused", "重复 resent", "非数据行 no records", "说明 note")
    titles = {contract.table: contract.title for contract in department.contracts}
    yield from _grid("批次 Batches", heads, (
        (f"{titles[e.table]} {e.table}", e.date, e.rows_in, 0 if e.state == "held" else e.rows_silver, e.rows_quarantined, e.rows_duplicate, e.rows_filtered, _noted(e))
        for e in own))  # fmt: skip
    yield from _grid("原因 Reasons", ("行数 rows", "表 table", "处理 effect", "原因", "reason", "例 examples"), (
        (rows, *reason, "\n".join(account.places[reason])) for reason, rows in sorted(account.reasons.items(), key=lambda one: (-one[1], one[0]))))  # fmt: skip
    yield from _grid("文件 Files", HEADS, files)


def _noted(entry: Entry) -> str:
    return f"{STATES['held']}: {entry.note}" if entry.state == "held" else entry.note or ""


def _grid(title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    yield f"<h2>{title}</h2><table><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr>\n"
    for row in rows:
        cells = (escape(str(value)).replace("\n", "<br>") for value in row)
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"
    yield "</table>\n"


@contextmanager
def _written(path: Path) -> Iterator[TextIO]:
    """Open a file to be written beside its place; it is moved there once it is whole. The mark at its start tells Excel that it is UTF-8."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("w", encoding="utf-8-sig", newline="") as out:
        yield out
    beside.replace(path)
