"""`govlake ledger --prove`: where every row of every landed file is now, and that none is missing, doubled or altered."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from jobs.commands.command import Answer, as_json
from jobs.commands.layout import BEIJING, grid, line
from jobs.commands.quiet import quiet
from schemas.contract import Contract
from schemas.errors import Refused, Unavailable
from schemas.load import load_all, load_marts
from schemas.settings import Settings

if TYPE_CHECKING:
    from jobs.serve.proof.finding import Finding
    from jobs.serve.proof.gold import GoldProof
    from jobs.serve.proof.proof import TableProof

FIGURES = ("files", "file_rows", "silver", "superseded", "quarantine", "duplicate", "filtered", "held", "missing", "doubled", "altered")
RARE = ("expired", "foreign", "unproved")  # shown where there are any
RUNBOOK = "docs/runbooks/rows-not-proved.md"


def prove(arguments: Namespace, settings: Settings) -> Answer:
    """Answer `govlake ledger --prove`; the exit code says whether all of it is whole, and 75 that it can't be told while a run writes."""
    from jobs.serve.proof.gold import prove as gold_proved
    from jobs.serve.proof.proof import MOVING

    tables, marts = _meant(arguments.table or arguments.named, settings)
    found = [_proved(settings, contract) for contract in tables]
    gold = [gold_proved(settings, contract) for contract in marts]
    if arguments.again:
        gold = [_again(settings, contract, one) for contract, one in zip(marts, gold, strict=True)]
    kinds = {finding.kind for group in _findings(found, gold) for finding in group}
    if arguments.json:
        text = as_json({"whole": not kinds, "tables": [asdict(one) for one in found], "gold": [asdict(one) for one in gold]})
    else:
        text = "\n".join(_told(found, gold))
    return Answer(text, 0 if not kinds else Unavailable.exit_code if kinds == {MOVING} else Refused.exit_code)


def _findings(tables: "Sequence[TableProof]", gold: "Sequence[GoldProof]") -> "list[tuple[Finding, ...]]":
    return [*(one.findings for one in tables), *(one.findings for one in gold)]


def _meant(named: str | None, settings: Settings) -> tuple[Sequence[Contract], Sequence[Contract]]:
    """The tables to prove, and the gold tables. Raises Refused for one that no file lands in."""
    from jobs.serve.locate import contract_of

    tables, marts = load_all(settings.contracts), load_marts(settings.contracts)
    if named is None:
        return tuple(tables.values()), tuple(marts.values())
    contract = contract_of(settings, named)
    if contract.table in marts:
        return (), (contract,)
    if contract.table not in tables:
        raise Refused(f"{contract.table} comes from a stream, and no file of it lands. Nothing was read. `govlake watch` has its account.")
    return (contract,), ()


def _proved(settings: Settings, contract: Contract) -> "TableProof":
    from jobs.ingest.landing import survey
    from jobs.ingest.places import places
    from jobs.publish.plan import holding, unfinished
    from jobs.serve.proof.landed import Looks
    from jobs.serve.proof.proof import prove as proved

    with TemporaryDirectory(prefix="govlake-prove-") as workspace:
        return proved(settings, contract, Looks(survey, places, holding, unfinished), Path(workspace), datetime.now(BEIJING).date())


def _again(settings: Settings, contract: Contract, found: "GoldProof") -> "GoldProof":
    """Compute a gold table again, with Spark, from the versions it says it was made of; a finding more when other rows come of it."""
    if found.batch is None or any(name not in found.versions for name in contract.reads):
        return found
    from jobs.marts.mart import again
    from jobs.serve.proof.finding import Finding

    try:
        with quiet():
            rows, total = again(settings, contract, found.date, found.versions)
        said = f"computed again from these versions it has {rows} rows (sum {total}), and {found.booked[0]} (sum {found.booked[1]}) are booked."
    except Refused as refused:
        rows, total, said = 0, "", str(refused)
    if (rows, total) == found.booked:
        return found
    more = Finding(found.table, None, None, "sum", found.batch, f"{found.table} {found.date}: {said}")
    return replace(found, findings=(*found.findings, more))


def _told(tables: "Sequence[TableProof]", gold: "Sequence[GoldProof]") -> list[str]:
    shown = [one for one in tables if one.files or one.findings]
    figures = (*FIGURES, *(name for name in RARE if any(getattr(one, name) for one in shown)))
    lines = [grid(("table", *(name.replace("_", " ") for name in figures)), [[one.table, *(getattr(one, name) for name in figures)] for one in shown])] if shown else []
    lines += [f"gold.{one.table.removeprefix('gold.')}: {one.rows:,} rows of {one.date}, from {_versions(one)}{_behind(one)}" for one in gold if one.batch]
    waiting = [f"{one.table}: {one.waiting} file(s) in landing wait to be taken in, and are not counted." for one in tables if one.waiting]
    findings = [line(finding.sentence) for group in _findings(tables, gold) for finding in group]
    rows = sum(one.file_rows for one in tables)
    if findings:
        return [*lines, *waiting, "", *findings, f"Not proved 未能证明: {len(findings)} finding(s). Nothing was changed. See {RUNBOOK}."]
    proved = [f"each of {rows:,} rows of {sum(one.files for one in tables)} landed file(s) is in exactly one place, as it was released"] if tables else []
    computed = sum(one.batch is not None for one in gold)
    proved += [f"{computed} gold table(s) hold what was computed, from versions that batches wrote"] if computed else []
    return [*lines, *waiting, f"Proved 已证明: {'; '.join(proved) or 'nothing was computed yet'}."]


def _versions(one: "GoldProof") -> str:
    return ", ".join(f"{name} version {version}" for name, version in one.versions.items()) or "versions that are not named"


def _behind(one: "GoldProof") -> str:
    return f" (newer by now: {', '.join(one.behind)})" if one.behind else ""
