"""Two editions of a contract compared: what changed, what of it is breaking, and the version the new one needs.

A change is breaking when something that worked with the old edition can fail with the new one although the other side did
nothing: a reader's query, or a sender's delivery. A promise about single values that becomes weaker (a rule removed, a code
added) is not: the column keeps its name, its type and its meaning.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from schemas import differences, stricter
from schemas.change import READERS, SENDERS, Change, among
from schemas.codes import CODES, Code, code_list
from schemas.contract import Column, Contract
from schemas.load import load
from schemas.renamed import known_as

Version = tuple[int, int, int]
ENUM_LIST = "list"  # the argument of rule 'enum' that names a code list


@dataclass(frozen=True)
class Edition:
    """A contract with the code lists that stood beside it: a list changes what its rule 'enum' means."""

    contract: Contract
    codes: Mapping[str, tuple[Code, ...]]


@dataclass(frozen=True)
class Comparison:
    """What changed between two editions of a table. needed: the lowest version the new one may have; None when its own will do."""

    old: Contract
    new: Contract
    changes: tuple[Change, ...]
    needed: str | None

    @property
    def is_breaking(self) -> bool:
        """Whether any change is."""
        return any(change.is_breaking for change in self.changes)

    @property
    def refusal(self) -> str | None:
        """Why the new edition may not follow the old one; None when it may."""
        if self.needed is None:
            return None
        if not self.is_breaking:
            return f"{self.new.path}: version goes back from {self.old.version} to {self.new.version}. Nothing was changed. Write {self.needed} or more."
        count = sum(change.is_breaking for change in self.changes)
        broken = "1 breaking change" if count == 1 else f"{count} breaking changes"
        remedy = f"Write version {self.needed}, tell those who are hit, or take the change back."
        return f"{self.new.path}: {broken} since {self.old.version}, but version is {self.new.version}. Nothing was changed. {remedy}"


def edition(path: Path) -> Edition:
    """Read a contract with its code lists, from the folder `codes` beside its own, or ours when there is none. Raises Refused as `load` does."""
    contract = load(path)
    beside = path.resolve().parent.parent / "codes"
    folder = beside if beside.is_dir() else CODES
    uses = [use for column in contract.columns for use in column.rules if ENUM_LIST in use.arguments]
    return Edition(contract, {name: code_list(name, folder) for name in sorted(str(use.arguments[ENUM_LIST]) for use in uses)})


def compare(old: Edition, new: Edition) -> Comparison:
    """Compare two editions of one table. A gold table has no senders: what only they would notice is left out there."""
    found = [*differences.of_table(old.contract, new.contract), *_of_columns(old, new)]
    found += stricter.rules(old.contract.row_rules, new.contract.row_rules, None)
    found += stricter.set_rules(old.contract.set_rules, new.contract.set_rules)
    if new.contract.source_class == "gold":
        found = [among(change, READERS) for change in found if change.touches & READERS]
    return Comparison(old.contract, new.contract, tuple(found), _needed(old.contract, new.contract, found))


def _of_columns(old: Edition, new: Edition) -> Iterator[Change]:
    was = {column.name: column for column in old.contract.columns}
    names = _renamed(old.contract, new.contract)
    for column in new.contract.columns:
        before = was.pop(names.get(column.name, column.name), None)
        if before is None:
            yield _added(column)
            continue
        if before.name != column.name:
            said = f"column '{before.name}' is called '{column.name}' now; files may say either"
            yield Change("column_renamed", column.name, said, READERS, before=before.name)
        yield from differences.of_column(before, column)
        yield from stricter.rules(before.rules, column.rules, column.name)
        yield from stricter.codes(before.rules, column.rules, (old.codes, new.codes), column.name)
    titled = {column.title: column.name for column in new.contract.columns if column.name not in old.contract.names}
    for name, before in was.items():
        twin = titled.get(before.title)
        hint = f"; '{twin}' has its title: give it the alias '{name}' when it is the same column, and what the table holds goes with it" if twin else ""
        yield Change("column_removed", name, f"column '{name}' is gone; what files say in it goes to _extra{hint}", READERS)


def _renamed(old: Contract, new: Contract) -> dict[str, str]:
    """Return the old name of each new column that still goes by it, as an alias or title, where the old column is gone."""
    return {name: was for name, was in known_as(new.columns, old.names).items() if was != name}


def _added(column: Column) -> Change:
    if column.required and column.compose is None:
        return Change("column_added", column.name, f"column '{column.name}' is new and required: a file without it is refused", SENDERS)
    return Change("column_added", column.name, f"column '{column.name}' is new and may be empty")


def _needed(old: Contract, new: Contract, changes: Iterable[Change]) -> str | None:
    before, after = parsed(old.version), parsed(new.version)
    if any(change.is_breaking for change in changes) and after[0] <= before[0]:
        return f"{before[0] + 1}.0.0"
    return old.version if after < before else None


def parsed(version: str) -> Version:
    """Return the three numbers of a version."""
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch
