"""`govlake check`: what a contract says of a file, by the Spark steps and the audit of a run, without writing to the lake."""

import hashlib
import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from jobs.commands.command import Command, as_json, count, day, json_option
from jobs.commands.foretell import foretold, judged, missing
from jobs.commands.layout import BEIJING, line
from jobs.commands.look import SUMS, said
from jobs.commands.quiet import quiet
from jobs.publish.audit import Auditor
from schemas.contract import Contract
from schemas.errors import Refused
from schemas.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from jobs.evidence.intake import FileReport, LandedFile


@dataclass(frozen=True)
class Asked:
    """What is to be checked: a file against a contract, as of a business date, naming so many bad rows."""

    contract: Contract
    file: Path
    date: str
    limit: int


@dataclass(frozen=True)
class Checked:
    """What a run would have made of the file, taken alone. violations: rule -> count, warnings included.

    first: the first bad rows; within: the member and the sheet a row stands in, empty for a plain file.
    would_be_held: what each set rule that would hold the release asks for, and what was found; none when it would go out.
    """

    table: str
    file: str
    encoding: str
    rows_in: int
    rows_silver: int
    rows_quarantined: int
    rows_duplicate: int
    rows_filtered: int
    violations: Mapping[str, int]
    missing_columns: tuple[str, ...]
    unknown_columns: tuple[str, ...]
    would_be_held: tuple[str, ...]
    first: tuple[Mapping[str, Any], ...]


def check(arguments: Namespace, settings: Settings) -> str:
    """Answer `govlake check CONTRACT FILE`."""
    asked = Asked(_contract(arguments.contract, settings), Path(arguments.file), arguments.date or _today(), arguments.limit)
    if not asked.file.is_file():
        fact = "is a folder" if asked.file.is_dir() else "there is no such file"
        raise Refused(f"{asked.file}: {fact}. Nothing was read. Check the path.")
    from jobs.session import session

    with quiet():
        spark = session(settings, f"govlake check {asked.contract.table}")
    checked = conformed(spark, settings, asked)
    return as_json(checked) if arguments.json else told(checked, asked)


def conformed(spark: "SparkSession", settings: Settings, asked: Asked) -> Checked:
    """Conform one file, count and audit. Raises Refused for a file that a run would refuse, Unavailable for a missing reference.

    The rows are written once, to a folder that only this user can read and that is removed at the end; so is the audit's page.
    """
    from jobs.conform.plain.catalogue import PLAIN
    from jobs.ingest.read import read
    from jobs.serve.batches import history

    with TemporaryDirectory(prefix="govlake-check-") as name:
        workspace = Path(name)
        there = replace(settings, home=workspace, contracts=asked.contract.path.resolve().parent)
        with Auditor(there, asked.contract.table) as auditor:
            intake = read(spark, asked.contract, _landed(asked.file), workspace / "transcripts", PLAIN)
            refused = next((report.refused for report in intake.files if report.refused), None)
            if refused:
                raise Refused(_outside_landing(refused))
            candidate = _candidate(intake.frame, settings, asked, workspace / "rows")
            found, columns = _counted(candidate, asked, intake.files)
            measured = {**asdict(found), "rows_in": found.rows_in - found.rows_filtered, "batch": "check", "date": asked.date, "columns": columns, "history": history(settings, found.table)}
            measured |= missing(candidate, settings, asked.contract, asked.date)
            return replace(found, would_be_held=judged(auditor, measured, workspace))


def told(found: Checked, asked: Asked) -> str:
    """Return the answer for a person."""
    contract = asked.contract
    sums = [f"{key.removeprefix('rows_')} {getattr(found, key):,}" for key in SUMS[1:]]
    lines = [
        f"{line(found.file)} against {contract.dag_id} {contract.version}, read as {found.encoding}:",
        f"  rows in {found.rows_in:,} = {' + '.join(sums)}",
    ]
    named = (("missing columns 缺少的列", found.missing_columns), (f"unknown columns 未知列 (drift: {contract.drift.columns})", found.unknown_columns))
    lines += [f"  {label}: {line(', '.join(names))}" for label, names in named if names]
    lines += [f"  {rows:>8,}  {rule}" for rule, rows in sorted(found.violations.items(), key=lambda one: -one[1])]
    lines += [f"{line(one['within'] + ' ' if one['within'] else '')}row {one['row']} 第{one['row']}行: {said(one)}" for one in found.first]
    return "\n".join([*lines, foretold(found.would_be_held), "Nothing was written to the lake 未写入数据湖."])


def _candidate(raw: "DataFrame", settings: Settings, asked: Asked, folder: Path) -> "DataFrame":
    from pyspark.sql import functions as F

    from jobs.conform.conform import conform
    from jobs.publish.run import references

    known = references(raw.sparkSession, settings, asked.contract)
    rows = conform(raw, asked.contract, known, F.lit(asked.date).cast("date"))
    rows.write.partitionBy("_disposition").parquet(str(folder))
    return raw.sparkSession.read.schema(rows.schema).parquet(str(folder))


def _counted(candidate: "DataFrame", asked: Asked, reports: tuple["FileReport", ...]) -> tuple[Checked, Mapping[str, Any]]:
    """Return the answer but for the audit, and the figures of each column for it."""
    from jobs.publish.discard import crowded
    from jobs.publish.measure import measure
    from jobs.serve.quarantine import broken

    counts, details = measure(candidate, crowded(candidate, asked.contract, None), asked.contract)
    bad = candidate.where("size(_violations) > 0").select("_path", "_row", "_violations").orderBy("_path", "_row").limit(asked.limit)
    first = tuple(
        {"within": row["_path"].removeprefix(str(asked.file)), "row": row["_row"], **asdict(broken(violation.asDict(), asked.contract))}
        for row in bad.toLocalIterator() for violation in row["_violations"]
    )
    aside = sum(report.aside for report in reports)
    return Checked(
        asked.contract.table, str(asked.file), _listed(report.encoding or "" for report in reports), counts.rows_in + aside, counts.silver,
        counts.quarantined, counts.duplicate, aside, details["violations"], *_columns(reports), (), first,
    ), details["columns"]


def _columns(reports: tuple["FileReport", ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns that some part of the file lacks, and those the contract does not know."""
    missing, unknown = (dict.fromkeys(name for report in reports for name in getattr(report, key)) for key in ("missing", "unknown"))
    return tuple(missing), tuple(unknown)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(word for word in words if word))


def _outside_landing(sentence: str) -> str:
    """Ingest speaks of files in landing; this one lies where the person has it."""
    return sentence.removeprefix("landing/").replace("the file stays in landing", "the file stays where it is")


def _landed(file: Path) -> tuple["LandedFile", ...]:
    from jobs.evidence.intake import LandedFile
    from jobs.ingest.delivery import spread

    with file.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return spread(LandedFile(file.resolve(), str(file), digest, os.path.getsize(file)))


def _contract(name: str, settings: Settings) -> Contract:
    if name.endswith((".yaml", ".yml")) or os.sep in name:
        from schemas.load import load

        return load(Path(name))
    from jobs.serve.locate import contract_of

    return contract_of(settings, name)


def _today() -> str:
    return datetime.now(BEIJING).date().isoformat()


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("contract", metavar="CONTRACT", help="a table's name, or a contract file")
    parser.add_argument("file", metavar="FILE", help="the file to check; it stays where it is")
    parser.add_argument("--date", metavar="YYYY-MM-DD", type=day, help="business date to judge dates by (today in Beijing)")
    parser.add_argument("--limit", metavar="N", type=count, default=10, help="bad rows to name (10)")
    json_option(parser)


COMMAND = Command(
    "check", "what a run would make of a file, and whether it would be held; writes nothing (starts Spark)",
    ("govlake check enterprise new.csv", "govlake check schemas/business/enterprise.odcs.yaml new.csv --json",
     "govlake check enterprise new.csv.gz --date 2026-03-01 --limit 3"), _arguments, check,
)
