"""`govlake diff`: what changed between two editions of a contract, whether it is breaking, and who is hit."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jobs.commands.command import Answer, Command, as_json, json_option
from jobs.commands.layout import line
from schemas.compatibility import Comparison, compare, edition
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.impact import hit, neighbours, parties
from schemas.load import SUFFIX
from schemas.settings import Settings


@dataclass(frozen=True)
class Found:
    """The tables of two folders (or the one of two files) compared. gone: contracts that only the old folder has; more: only the new."""

    comparisons: tuple[Comparison, ...]
    gone: tuple[str, ...]
    more: tuple[str, ...]
    around: tuple[Contract, ...]

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why the new editions may not follow the old ones; () when they may."""
        removed = (f"{name}: the contract is gone, which breaks all who read the table. Nothing was changed. Bring it back, or withdraw the table by a decision." for name in self.gone)
        return (*(one.refusal for one in self.comparisons if one.refusal), *removed)


def diff(arguments: Namespace, settings: Settings) -> Answer:
    """Answer `govlake diff OLD NEW`; the exit code tells whether the new edition may follow the old one."""
    old, new = Path(arguments.old), Path(arguments.new)
    if old.is_dir() != new.is_dir():
        raise Refused(f"One of {old} and {new} is a folder, the other is not. Nothing was compared. Name two contracts, or two folders of contracts.")
    found = _folders(old, new) if new.is_dir() else _files(old, new, settings.contracts)
    code = Refused.exit_code if found.refusals else 0
    return Answer(as_json(_plain(found)) if arguments.json else "\n".join(_said(found)), code)


def _files(old: Path, new: Path, contracts: Path) -> Found:
    one, other = edition(old), edition(new)
    if one.contract.table != other.contract.table:
        raise Refused(f"{old} is table '{one.contract.table}', {new} is '{other.contract.table}'. Nothing was compared. Name two editions of one table.")
    return Found((compare(one, other),), (), (), neighbours(contracts))


def _folders(old: Path, new: Path) -> Found:
    was, now = ({path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob(f"*{SUFFIX}"))} for folder in (old, new))
    if not was or not now:
        raise Refused(f"{old if not was else new}: no contract is below this folder. Nothing was compared. Contracts end in {SUFFIX}.")
    both = [name for name in was if name in now]
    compared = tuple(compare(edition(was[name]), edition(now[name])) for name in both)
    return Found(compared, tuple(was.keys() - now.keys()), tuple(now.keys() - was.keys()), neighbours(new))


def _said(found: Found) -> Iterator[str]:
    changed = [one for one in found.comparisons if one.changes]
    for one in changed:
        yield f"{one.new.dag_id}: {one.old.version} -> {one.new.version}, {len(one.changes)} change(s), {sum(c.is_breaking for c in one.changes)} breaking."
        for change in sorted(one.changes, key=lambda change: not change.is_breaking):
            reached = "; ".join(parties(hit(change, one.new, found.around))) or "nobody"
            verdict = f"BREAKING for {' and '.join(sorted(change.breaks))}" if change.is_breaking else "breaks nobody"
            yield f"  {verdict}: {line(change.sentence)}. Hits 影响: {line(reached)}."
    yield from (f"{name} is new." for name in found.more)
    if not (changed or found.more or found.gone):
        yield f"Nothing changed in {len(found.comparisons)} contract(s) 没有变化."
    yield from _unraised(changed)
    yield from found.refusals


def _unraised(changed: Sequence[Comparison]) -> Iterator[str]:
    for one in changed:
        if one.old.version == one.new.version and not one.refusal:
            yield f"{one.new.path}: version is still {one.new.version}. Raise it with every change."


def _plain(found: Found) -> dict[str, Any]:
    return {
        "is_refused": bool(found.refusals), "refusals": list(found.refusals), "added": list(found.more), "removed": list(found.gone),
        "tables": [_table(one, found.around) for one in found.comparisons if one.changes],
    }  # fmt: skip


def _table(one: Comparison, around: Sequence[Contract]) -> dict[str, Any]:
    changes = [
        {"kind": change.kind, "column": change.column, "before": change.before, "is_breaking": change.is_breaking, "breaks": sorted(change.breaks),
         "sentence": change.sentence, "hits": asdict(hit(change, one.new, around))} for change in one.changes
    ]  # fmt: skip
    return {"table": one.new.dag_id, "old_version": one.old.version, "new_version": one.new.version, "needed_version": one.needed,
            "is_breaking": one.is_breaking, "changes": changes}  # fmt: skip


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", help="the edition that is in force: a contract, or a folder of contracts")
    parser.add_argument("new", metavar="NEW", help="the edition that is to follow it")
    json_option(parser)


COMMANDS = (
    Command("diff", "what changed in a contract, what of it is breaking (exit code 65 without a major version), who is hit",
            ("govlake diff old/enterprise.odcs.yaml schemas/business/enterprise.odcs.yaml", "govlake diff tests/golden/contracts schemas --json"),
            _arguments, diff),
)
