"""A small lake made with deltalake: the tables a run leaves behind, with rows whose secrets the tests know."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import write_deltalake
from pyarrow import parquet

from schemas.settings import Settings

RELEASED, HELD, REFUSED = "a" * 16, "b" * 16, "c" * 16
RELEASED_AT = datetime(2026, 3, 1, 18, 5, tzinfo=UTC)  # 02:05 on 2 March in Beijing
SECRET_NAME, SECRET_NUMBER = "欧阳示例某某", "11010119900101000X"
PATH = "business/applicant/2026-03-01/1.csv"
HELD_PATH = "business/applicant/2026-03-02/2.csv"
SENTENCE = "applicant 2026-03-02 is held: quarantineRate must be at most 50 %, found 75 %. Readers keep the version they had."

VIOLATIONS = pa.list_(pa.struct([(name, pa.string()) for name in ("rule", "column", "severity", "value")]))
INSTANT = pa.timestamp("us", tz="UTC")
STAMPS = [("_file", pa.string()), ("_path", pa.string()), ("_row", pa.int64()), ("_batch", pa.string()), ("_ingested_at", INSTANT)]
SILVER = pa.schema([
    ("case_no", pa.string()), ("full_name", pa.string()), ("citizen_no", pa.string()), ("born_on", pa.date32()),
    ("applied_at", INSTANT), ("fee_cny", pa.decimal128(18, 2)), ("_extra", pa.map_(pa.string(), pa.string())),
    ("_violations", VIOLATIONS), *STAMPS,
])
QUARANTINE = pa.schema([("_sent", pa.string()), ("_violations", VIOLATIONS), ("_extra", pa.map_(pa.string(), pa.string())), *STAMPS])
TEXTS, COUNTS = ("batch", "table", "date", "hop"), ("rows_in", "rows_out", "rows_quarantined", "rows_duplicate", "rows_filtered")
HOP = pa.schema([
    *((name, pa.string()) for name in TEXTS), *((name, pa.int64()) for name in COUNTS), ("hash", pa.string()),
    ("version_read", pa.int64()), ("version_written", pa.int64()), ("at", INSTANT), ("note", pa.string()),
])
CROWDED = pa.schema([("_path", pa.string()), ("_row", pa.int64()), ("key", pa.int64()), ("reason", pa.string())])
FILE = pa.schema([
    *((name, pa.string()) for name in ("sha256", "path", "table", "date", "batch")), ("bytes", pa.int64()),
    ("records", pa.int64()), ("encoding", pa.string()), ("state", pa.string()), ("note", pa.string()), ("at", INSTANT),
])


def put(path: Path, schema: pa.Schema, rows: Iterable[dict[str, Any]]) -> None:
    """Append rows to a Delta table; what a row does not name is null."""
    whole = [{name: row.get(name) for name in schema.names} for row in rows]
    write_deltalake(str(path), pa.Table.from_pylist(whole, schema=schema), mode="append")


def hop(name: str, counts: tuple[int, int, int, int], at: datetime, **given: Any) -> dict[str, Any]:
    """Return a row of ledger.hop; counts: in, out, quarantined, duplicate."""
    sums = dict(zip(COUNTS, (*counts, 0), strict=True))
    return {"batch": RELEASED, "table": "applicant", "date": "2026-03-01", "hop": name, "at": at, "hash": "1", **sums, **given}


def file(sha256: str, state: str, at: datetime, **given: Any) -> dict[str, Any]:
    """Return a row of ledger.file."""
    plain = {"path": PATH, "table": "applicant", "date": "2026-03-01", "batch": RELEASED, "encoding": "gb18030", "records": 6}
    return {"sha256": sha256, "state": state, "at": at, "bytes": 100, **plain, **given}


def make_lake(settings: Settings) -> None:
    """Make silver, quarantine and ledger of one released batch: 6 rows in = 3 silver + 2 quarantined + 1 duplicate."""
    put(settings.lake / "silver" / "applicant", SILVER, _silver())
    put(settings.lake / "quarantine" / "applicant", QUARANTINE, _quarantine())
    walk = [
        hop("ingest", (6, 6, 0, 0), RELEASED_AT),
        hop("conform", (6, 4, 2, 0), RELEASED_AT),
        hop("release", (4, 3, 0, 1), RELEASED_AT, version_written=0),
    ]
    put(settings.lake / "ledger" / "hop", HOP, walk)
    put(settings.lake / "ledger" / "file", FILE, [file("f" * 64, "taken", RELEASED_AT)])


def make_held(settings: Settings) -> None:
    """Make the candidate of a held batch as step 2 of a run leaves it: one refused row, two rows of one key, one good row."""
    folder = settings.lake / "_candidate" / "applicant" / HELD
    stamp = {"_file": "e" * 64, "_path": HELD_PATH, "_batch": HELD, "_ingested_at": RELEASED_AT, "_extra": [], "_violations": []}
    names = [field for field in SILVER if not field.name.startswith("_")]
    schema = pa.schema([*names, *QUARANTINE])
    kept = [{**stamp, "_row": row, "case_no": key, "fee_cny": Decimal("1.50")} for row, key in ((3, SECRET_NUMBER), (4, SECRET_NUMBER), (5, "B-0005"))]
    wrong = {"rule": "citizen_id", "column": "citizen_no", "severity": "quarantine", "value": "1****************9"}
    refused = [{**stamp, "_row": 2, "_violations": [wrong], "_sent": '{"case_no":"B-0002","citizen_no":"110101199001010009"}'}]
    crowded = [{"_path": HELD_PATH, "_row": row, "key": 1, "reason": "key_conflict"} for row in (3, 4)]
    for place, rows, columns in (
        ("rows/_disposition=silver", kept, schema), ("rows/_disposition=quarantine", refused, schema), ("crowded_rows", crowded, CROWDED),
    ):
        (folder / place).mkdir(parents=True)
        whole = [{name: row.get(name) for name in columns.names} for row in rows]
        parquet.write_table(pa.Table.from_pylist(whole, schema=columns), folder / place / "part-0.parquet")
    plan = {"batch": HELD, "table": "applicant", "date": "2026-03-02", "ingested_at": RELEASED_AT.isoformat(), "files": []}
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    (folder / "held").write_text(json.dumps({"success": False, "sentence": SENTENCE}), encoding="utf-8")


def _silver() -> list[dict[str, Any]]:
    stamp = {"_file": "f" * 64, "_path": PATH, "_batch": RELEASED, "_ingested_at": RELEASED_AT}
    warned = [{"rule": "placeholder", "column": "full_name", "severity": "warn", "value": SECRET_NAME}]
    rows = [
        {"case_no": "A-0001", "full_name": SECRET_NAME, "citizen_no": SECRET_NUMBER, "born_on": date(1990, 1, 1),
         "applied_at": datetime(2026, 3, 1, 1, 0, tzinfo=UTC), "fee_cny": Decimal("12.50"),
         "_extra": [("mobile", "13800000000")], "_violations": []},
        {"case_no": "A-0002", "full_name": "李", "fee_cny": Decimal("0.10"), "_extra": [], "_violations": warned},
        {"case_no": "A-0003", "full_name": "𠮷田示例太郎", "_extra": [], "_violations": []},
    ]
    return [{**row, **stamp, "_row": place} for place, row in enumerate(rows, start=2)]


def _quarantine() -> list[dict[str, Any]]:
    stamp = {"_file": "f" * 64, "_path": PATH, "_batch": RELEASED, "_ingested_at": RELEASED_AT, "_extra": []}
    wrong = {"rule": "citizen_id", "column": "citizen_no", "severity": "quarantine", "value": "1****************9"}
    swapped = {"rule": "required", "column": "case_no", "severity": "quarantine", "value": SECRET_NUMBER}
    late = {"rule": "placeholder", "column": "full_name", "severity": "warn", "value": None}
    return [
        {**stamp, "_row": 5, "_violations": [wrong, late], "_sent": '{"case_no":"A-0004","citizen_no":"110101199001010009"}'},
        {**stamp, "_row": 6, "_violations": [wrong, swapped], "_sent": f'{{"case_no":"{SECRET_NUMBER}","strange":"13800000000"}}'},
    ]
