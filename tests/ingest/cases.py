"""What the tests of ingest are told with: a small contract, a file as it lies in landing, and its records."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jobs.evidence.intake import LandedFile
from jobs.ingest.header import slots
from jobs.ingest.prepare import READERS, Desk, Prepared, prepare
from jobs.ingest.reader import Record
from jobs.ingest.source import Source
from schemas.contract import Column, Contract, RuleUse

QUALITY = Path(__file__).parent.parent / "data" / "quality"
USCC = ("91110000100006485K", "9144030071526726XG", "91110000710926094P", "91110000600037341L")
Row = tuple[int, str | None, tuple[str | None, ...]]


def column(name: str, **given: Any) -> Column:
    """A public text column."""
    plain = {
        "logical_type": "string",
        "title": name,
        "description": name,
        "classification": "public",
        "examples": ("x",),
    }
    return Column(name=name, **{**plain, **given})


def contract(*columns: Column | str, source_format: str = "csv") -> Contract:
    """A contract of these columns; a bare name is an optional text column."""
    return Contract(
        table="thing",
        source_class="business",
        title="事物",
        version="1.0.0",
        description="",
        purpose="",
        owner="",
        owner_code="x",
        columns=tuple(column(c) if isinstance(c, str) else c for c in columns),
        source_format=source_format,
        merge="append",
        order_by=(),
        schedule="0 2 * * *",
        freshness_hours=24,
        retention_years=1,
        quarantine_rate=1.0,
        sharing="unconditional",
        path=Path("thing.odcs.yaml"),
    )


def register() -> Contract:
    """Code, name and amount; the code is required and has an identifier rule."""
    code = column("uscc", title="统一社会信用代码", required=True, rules=(RuleUse("uscc"),), aliases=("USCC_CODE",))
    return contract(code, column("name", title="名称"), column("amount", title="金额(万元)"))


def landed(path: Path, content: bytes) -> LandedFile:
    """Write a file and describe it as `waiting` would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return LandedFile(path, path.name, hashlib.sha256(content).hexdigest(), len(content))


def records(path: Path, content: bytes, source_format: str = "csv") -> list[Record]:
    """Every record of a file, read by the driver."""
    return read(path, content, contract(source_format=source_format))


def read(path: Path, content: bytes, kind: Contract) -> list[Record]:
    """Every record of a file of a contract, read by the driver."""
    reader, workspace = READERS[kind.source_format](kind), path.parent / "work"
    workspace.mkdir(parents=True, exist_ok=True)
    found = reader.inspect(landed(path, content), workspace, 1 << 20)
    return list(reader.records(Source(path, found.packing, found.encoding, found.newline)))


def told(found: list[Record]) -> list[Row]:
    """Records as (line, defect, values)."""
    return [(record.row, record.defect, tuple(record.values)) for record in found]


def desk(
    kind: Contract, workspace: Path, block: int = 1 << 20, checks: Mapping[str, Callable[[str], bool]] | None = None
) -> Desk:
    """A desk with an existing workspace."""
    workspace.mkdir(parents=True, exist_ok=True)
    return Desk(kind, slots(kind), workspace, checks or {}, block)


def prepared(tmp_path: Path, kind: Contract, content: bytes, name: str = "a.csv") -> Prepared:
    """One file made ready, as `read` would."""
    return prepare(landed(tmp_path / name, content), desk(kind, tmp_path / "work"))
