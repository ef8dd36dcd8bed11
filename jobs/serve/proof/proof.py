"""Conservation, proved: each row of each landed file is in exactly one place now, and is there as it was released."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path
from typing import Any

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from jobs.serve.proof import stored, sums
from jobs.serve.proof.account import Account, account
from jobs.serve.proof.books import Books, books
from jobs.serve.proof.finding import Finding
from jobs.serve.proof.landed import Landed, Looks, landed
from schemas.contract import Contract
from schemas.settings import Settings

MOVING = "moving"  # kind of the one finding that time alone can mend
MOST = 20  # rows of a table that are named; the counts are of all
PLACES = ("silver", "superseded", "quarantine", "duplicate", "filtered", "held", "expired", "missing")
WORDS = {
    "not_landed": ("foreign", "is booked, and its file has no such row"),
    "unaccounted": ("missing", "stands in a file that was taken in, and no batch accounts for it"),
    "untraced": ("foreign", "is in a table, and no batch put it there"),
    "booked_twice": ("doubled", "is booked more than once"),
    "released_unasked": ("doubled", "was set aside or is held, and is in a table all the same"),
    "not_in_silver": ("missing", "was released into silver by batch {batch}, and silver does not hold it any more"),
    "twice_in_silver": ("doubled", "was released into silver by batch {batch}, and silver holds it more than once"),
    "silver_altered": ("altered", "holds other values in silver than batch {batch} released: its hash differs, or its batch"),
    "overtaken_yet_there": ("doubled", "was superseded after batch {batch}, and silver still holds it"),
    "in_both": ("doubled", "is in silver and in quarantine"),
    "not_in_quarantine": ("missing", "was quarantined by batch {batch}, and quarantine does not hold it any more"),
    "twice_in_quarantine": ("doubled", "was quarantined by batch {batch}, and quarantine holds it more than once"),
    "quarantine_altered": ("altered", "holds another text in quarantine than batch {batch} put there: its hash differs"),
    "duplicate_yet_there": ("doubled", "was set aside as a duplicate by batch {batch}, and is in a table all the same"),
    "doubles_nothing": ("missing", "was set aside as a duplicate by batch {batch}, and no row with its key ever was in silver"),
}


@dataclass(frozen=True)
class TableProof:
    """One table's rows by the place they are in now. file_rows: of all files taken in or held; the places add up to it.

    unproved: rows of batches that have no trace.  doubled, altered, foreign: rows that are also wrong in that way.
    waiting: files in landing that no batch has settled yet.  findings: what is wrong, the first MOST rows of it.
    """

    table: str
    files: int
    file_rows: int
    silver: int
    superseded: int
    quarantine: int
    duplicate: int
    filtered: int
    held: int
    expired: int
    missing: int
    unproved: int
    doubled: int
    altered: int
    foreign: int
    waiting: int
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found to be wrong."""
        return not self.findings


def prove(settings: Settings, contract: Contract, looks: Looks, workspace: Path, today: Date) -> TableProof:
    """Prove one table, as it is now. workspace: an empty folder for what has to be unpacked to be read again."""
    kept = books(settings, contract, today)
    found = landed(settings, kept, looks, workspace)
    nothing = Account({}, {}, ())
    try:
        silver, quarantine = (stored.opened(settings, layer, contract.table) for layer in ("silver", "quarantine"))
        sources = {
            "landed": found.rows, "traced": stored.traced(settings, kept), "silver": stored.silver(silver, kept),
            "quarantine": stored.quarantine(quarantine), "held": stored.held(list(looks.holding(settings, contract.table))),
        }
    except (DeltaError, OSError, ValueError) as error:
        said = f"The rows of {contract.table} can't be read: {str(error).splitlines()[0][:200]}."
        return _counted(kept, found, nothing, [Finding(contract.table, None, None, "sum", None, said)])
    moving = _moving(settings, contract, looks, silver)
    if moving:
        return _counted(kept, found, nothing, [moving])
    rows = account(sources, _known(kept, found))
    booked = [*sums.findings(kept, sources["traced"]), *sums.placeless(kept, sources["silver"])]
    wrong = [*found.findings, *booked, *_rows(kept, rows), *_more(contract, rows, silver, kept)]
    return _counted(kept, found, rows, wrong)


def _known(kept: Books, found: Landed) -> dict[str, Any]:
    """What the ledger and the contracts say of batches, as `account` wants it."""
    of_kind = {word: [one.number for one in kept.batches if one.contract.merge == word] for word in ("upsert", "replace")}
    return {
        "unread": list(found.unread), "untraced": [one.entry.batch for one in kept.batches if not one.is_traced],
        "over": [one.number for one in kept.batches if one.is_over], "most": MOST,
        "upserts": of_kind["upsert"], "replaced": max(of_kind["replace"], default=-1),
    }


def _moving(settings: Settings, contract: Contract, looks: Looks, silver: DeltaTable | None) -> Finding | None:
    """Return what to say of a table that a run is writing, or that a killed run has left half written: it can't be proved now."""
    left, now = looks.unfinished(settings, contract), stored.opened(settings, "silver", contract.table)
    if left is None and (None if now is None else now.version()) == (None if silver is None else silver.version()):
        return None
    told = f"{contract.table}: a batch is on its way, or a killed run has left it: it is not proved now. Try again after the run; what was killed goes on with the next run of the table."
    return Finding(contract.table, None, None, MOVING, None if left is None else left.batch, told)


def _rows(kept: Books, found: Account) -> Iterator[Finding]:
    for row in found.first:
        kind, words = WORDS[row["fault"]]
        batch = None if row["number"] is None else kept.batches[row["number"]].entry.batch
        told = f"{kept.contract.table}: {kind}: row {row['_row']} of landing/{row['_path']} {words.format(batch=batch)}."
        yield Finding(kept.contract.table, row["_path"], row["_row"], kind, batch, told)


def _more(contract: Contract, found: Account, silver: DeltaTable | None, kept: Books) -> Iterator[Finding]:
    """Say how many rows were not named, and which versions of silver no batch wrote."""
    rest = sum(found.faults.values()) - len(found.first)
    if rest:
        yield Finding(contract.table, None, None, "sum", None, f"{contract.table}: {rest:,} more rows are missing, doubled, altered or foreign.")
    strange = stored.strange_versions(silver, kept) if found.faults and silver is not None else ()
    if strange:
        told = f"{contract.table}: versions of silver that no batch of the ledger wrote: {', '.join(strange[:10])}."
        yield Finding(contract.table, None, None, "sum", None, told)


def _counted(kept: Books, found: Landed, rows: Account, wrong: list[Finding]) -> TableProof:
    kinds: Mapping[str, int] = _by_kind(rows.faults)
    places = {name: rows.places.get(name, 0) for name in PLACES}
    unproved = sum(line["records"] or 0 for one in kept.batches if not one.is_traced for line in one.files)
    files = sum(len(one.files) for one in kept.batches) + len(kept.held)
    sums_: dict[str, Any] = {"doubled": 0, "altered": 0, "foreign": 0} | {name: count for name, count in kinds.items() if name != "missing"}
    return TableProof(
        kept.contract.table, files, sum(places.values()) + unproved, **places, unproved=unproved, **sums_, waiting=found.waiting, findings=tuple(wrong),
    )


def _by_kind(faults: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for fault, rows in faults.items():
        kind = WORDS[fault][0]
        found[kind] = found.get(kind, 0) + rows
    return found
