"""`govlake upkeep`: tables kept fast to read and no larger than they must be, as the DAG lake.upkeep does four times a day."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from jobs.commands.command import Command, as_json, json_option
from jobs.commands.layout import grid
from schemas.contract import Contract
from schemas.errors import Failure, Refused, Unavailable
from schemas.load import load_all, load_marts, load_streams
from schemas.settings import Settings
from schemas.words import nearest

if TYPE_CHECKING:
    from jobs.maintenance.upkeep import Task

LEDGER, NOUNS = "ledger", ("hop", "file")  # the ledger's own tables; those of verdicts are kept up by who writes them
DAYS_A_YEAR = 365
HEADS = ("table", "version", "files before", "files", "bytes before", "bytes", "old files removed", "bytes freed")


def upkeep(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake upkeep`. Raises what failed once all other tables are done."""
    from jobs.maintenance.upkeep import Upkept
    from jobs.maintenance.upkeep import upkeep as kept_up

    done: list[Upkept] = []
    failed: list[Failure] = []
    for task in _meant(settings, arguments.table, arguments.owner):
        try:
            done += kept_up(settings, task)
        except Failure as failure:
            failed.append(failure)
    if failed:
        kind = Refused if any(isinstance(one, Refused) for one in failed) else Unavailable
        raise kind("\n".join([*map(str, failed), f"{len(done)} other table(s) are kept up."]))
    if arguments.json:
        return as_json(done)
    return grid(HEADS, [list(vars(one).values()) for one in done]) if done else "No table of these has a version yet: there is nothing to keep up."


def _meant(settings: Settings, named: str | None, owner: str | None) -> "list[Task]":
    """Return the tables of an owner, or all, or the one named. Raises Refused when there is none."""
    every = _every(settings)
    names = {name: task for _, task in every for name in (task.noun, *(f"{layer}.{task.noun}" for layer in task.layers))}
    codes = dict.fromkeys(code for code, _ in every)
    if named is not None and named not in names:
        raise Refused(f"There is no table '{named}' to keep up.{nearest(named, list(names))} Nothing was touched. `govlake tables` lists them.")
    if owner is not None and owner not in codes:
        raise Refused(f"No table has the ownerCode '{owner}'.{nearest(owner, list(codes))} Nothing was touched.")
    return [names[named]] if named is not None else [task for code, task in every if owner in (None, code)]


def _every(settings: Settings) -> "list[tuple[str, Task]]":
    """Every table to keep up, with the code of its owner."""
    from jobs.maintenance.upkeep import Task
    from jobs.serve.relied import relied

    marts = load_marts(settings.contracts)
    contracts = {**load_all(settings.contracts), **load_streams(settings.contracts), **marts}.values()
    versions = relied(settings, marts.values(), datetime.now(UTC))
    tables = [(one.owner_code, _task(settings, one, versions.get(one.table, frozenset()))) for one in contracts]
    return [*tables, *((LEDGER, Task(noun, (LEDGER,), f"{LEDGER}.{noun}", settings.version_days)) for noun in NOUNS)]


def _task(settings: Settings, contract: Contract, versions: frozenset[int]) -> "Task":
    from jobs.maintenance.upkeep import Task
    from jobs.publish.plan import abandoned, unfinished

    table, days = contract.table, min(settings.version_days, DAYS_A_YEAR * contract.retention_years)
    if contract.source_class == "gold":
        return Task(table, ("gold",), table, days, {"gold": versions})
    left = partial(unfinished, settings, contract)
    return Task(table, ("silver", "quarantine"), table, days, {"silver": versions}, lambda: left() is not None, partial(abandoned, settings, table))


def _arguments(parser: ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("table", metavar="TABLE", nargs="?", help="only this table, its quarantine with it; ledger.hop and ledger.file too")
    which.add_argument("--owner", metavar="CODE", help="only the tables of this ownerCode; 'ledger' for those of the ledger")
    json_option(parser)


COMMAND = Command(
    "upkeep", "make few files of many small ones, and remove those of versions that nobody can ask for any more",
    ("govlake upkeep", "govlake upkeep enterprise", "govlake upkeep --owner market --json"), _arguments, upkeep,
)
