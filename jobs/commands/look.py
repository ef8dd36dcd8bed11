"""Commands that look at the lake without Spark: tables, quarantine, pending."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from jobs.commands.command import Command, as_json, count, json_option, warn_of_unread
from jobs.commands.layout import cell, grid, line
from schemas.errors import Refused
from schemas.settings import Settings

if TYPE_CHECKING:
    from jobs.serve.lake import HeldBatch, Quarantine

SUMS = ("rows_in", "rows_silver", "rows_quarantined", "rows_duplicate", "rows_filtered")
HEADS = ("in", "silver", "quarantined", "duplicate", "filtered")


def tables(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake tables`."""
    from jobs.serve.lake import tables as statuses

    warn_of_unread(settings)
    found = statuses(settings)
    if arguments.json:
        return as_json([{"name": one.name, **asdict(one)} for one in found])
    rows = [
        [one.name, one.title, one.state, one.version, one.rows,
         *(getattr(one, key) for key in SUMS), one.date, one.freshness] for one in found
    ]
    heads = ("table", "title", "state", "version", "rows", *HEADS, "date", "freshness")
    notes = [f"{one.name}: {line(one.reason)}" for one in found if one.reason]
    return "\n".join([grid(heads, rows), *notes])


def quarantine(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake quarantine TABLE`, with `--held` too, and `govlake quarantine --top`."""
    from jobs.publish.plan import holding
    from jobs.serve.lake import quarantine as quarantined

    if arguments.top and arguments.held:
        raise Refused("--held is about one table. Nothing was read. Write `govlake quarantine TABLE --held`.")
    if arguments.top or arguments.held:
        return _top(arguments, settings) if arguments.top else _held(arguments, settings)
    found = quarantined(settings, arguments.table, arguments.limit)
    if arguments.json:
        return as_json(found)
    waiting = len(holding(settings, found.table))
    hint = [f"Held batches, whose rows are not here yet 另有被扣留批次: {waiting}; `govlake quarantine {found.table} --held` shows their rows."]
    lines = [f"{found.table}: {found.rows_quarantined:,} rows in quarantine 隔离区, {len(found.rows)} shown.", *(hint if waiting else [])]
    return "\n".join([*lines, *_rows(found)])


def _top(arguments: Namespace, settings: Settings) -> str:
    from jobs.serve.lake import top_reasons

    reasons = top_reasons(settings, arguments.limit)
    if arguments.json:
        return as_json(reasons)
    return grid(("rows", "table", "reason 原因", "in English"), [[r.rows, r.table, r.zh, r.en] for r in reasons])


def _held(arguments: Namespace, settings: Settings) -> str:
    from jobs.publish.plan import holding
    from jobs.serve.lake import held

    found = held(settings, arguments.table, arguments.limit, holding)
    if arguments.json:
        return as_json(found)
    blocks = []
    for one in found:
        head = f"{one.table} {one.date}, batch {one.batch}: {one.rows_quarantined:,} rows would go to quarantine 待隔离, {len(one.rows)} shown."
        blocks.append("\n".join([head, line(one.sentence), *_rows(one)]))
    return "\n\n".join(blocks) or f"{arguments.table}: no batch is held 无被扣留批次. `govlake quarantine {arguments.table}` shows what releases set aside."


def _rows(found: "Quarantine | HeldBatch") -> list[str]:
    lines = [f"  {rows:>8,}  {rule}" for rule, rows in found.violations.items()]
    for row in found.rows:
        lines += ["", f"{line(row.path)}, row {row.row} 第{row.row}行"]
        lines += [f"  {said(asdict(broken))}" for broken in row.violations]
        lines.append("  sent 原文: " + ", ".join(f"{cell(name)}={cell(value)}" for name, value in row.sent.items()))
    return lines


def said(broken: Mapping[str, Any]) -> str:
    """Return one violation in one line: Chinese, English, the masked value."""
    kept = {"warn": " (warning only 仅提示)", "shadow": " (in shadow 试行)"}.get(broken["severity"], "")
    value = f": {cell(broken['value'])}" if broken["value"] is not None else ""
    return f"{broken['zh']}; {broken['en']}{value}{kept}"


def pending(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake pending`."""
    from jobs.ingest.landing import waiting
    from jobs.serve.lake import pending as due
    from jobs.serve.lake import strays

    warn_of_unread(settings)
    found = due(settings, waiting)
    if arguments.json:
        return as_json(found)
    rows = [[one.table, one.dag_id, one.date, len(one.files)] for one in found]
    told = grid(("table", "DAG", "date", "files"), rows) if rows else "Nothing waits in landing."
    return "\n".join([told, *strays(settings)])


def _quarantine_arguments(parser: ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("table", metavar="TABLE", nargs="?", help="the table whose quarantined rows to show")
    which.add_argument("--top", action="store_true", help="the reasons with the most rows, over all tables")
    parser.add_argument("--held", action="store_true", help="rows of held batches, which are in quarantine only once the batch is accepted")
    parser.add_argument("--limit", metavar="N", type=count, default=20, help="rows, or reasons, at most (20)")
    json_option(parser)


COMMANDS = (
    Command("tables", "how every table stands: rows, version, freshness, state",
            ("govlake tables", "govlake tables --json"), json_option, tables),
    Command("quarantine", "rows that were set aside, and why, in words",
            ("govlake quarantine enterprise --limit 5", "govlake quarantine enterprise --held", "govlake quarantine --top",
             "govlake quarantine enterprise --json"),
            _quarantine_arguments, quarantine),
    Command("pending", "files in landing that no batch has taken in yet",
            ("govlake pending", "govlake pending --json"), json_option, pending),
)
