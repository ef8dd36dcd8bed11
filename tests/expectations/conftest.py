"""A table of stalls, and the measurement of a batch of it that breaks nothing."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from expectations import measurement
from expectations.measurement import Measurement
from schemas.contract import Contract
from schemas.load import load

STALL = """\
apiVersion: v3.1.0
kind: DataContract
id: govlake.business.stall
name: Stalls
version: 1.0.0
status: active
domain: business
description: {purpose: "Who may trade where. 摊位登记。"}
team: {name: "城市管理局 Urban Management"}
schema:
  - name: stall
    businessName: 摊位
    description: "One row per stall. 每个摊位一行。"
    properties:
      - {name: stall_no, businessName: 摊位编号, logicalType: string, required: true, primaryKey: true,
         primaryKeyPosition: 1, classification: public, description: "Number. 编号。", examples: ["A-017"]}
      - {name: season, businessName: 季节, logicalType: string, required: true, primaryKey: true,
         primaryKeyPosition: 2, classification: public, description: "Season. 季节。", examples: ["2026-1"]}
      - {name: fee_cny, businessName: 摊位费, logicalType: number, classification: public,
         description: "Fee. 费用。", examples: ["1200.00"]}
      - {name: age, businessName: 摊主年龄, logicalType: integer, classification: sensitive,
         description: "Age of the holder. 摊主年龄。", examples: ["40"]}
    quality:
      - {metric: nullValues, arguments: {column: fee_cny}, unit: percent, mustBeLessOrEqualTo: 40}
      - {metric: duplicateValues, arguments: {column: stall_no}, mustBe: 0}
      - {type: custom, engine: govlake, implementation: {metric: minimum, column: fee_cny, min: 0}}
      - {type: custom, engine: govlake, implementation: {metric: minimum, column: age, min: 16}}
      - {type: custom, engine: govlake, implementation: {metric: rowCountChange, min: -50, max: 100}, unit: percent}
slaProperties:
  - {property: latency, value: 24, unit: h}
  - {property: retention, value: 10, unit: y}
  - {property: frequency, value: 1, unit: d, scheduler: cron, schedule: "0 2 * * *"}
customProperties:
  - {property: ownerCode, value: urban}
  - {property: sourceFormat, value: csv}
  - {property: merge, value: upsert}
  - {property: orderBy, value: []}
  - {property: quarantineRate, value: 0.2}
  - {property: sharing, value: conditional}
"""
GOOD = {
    "table": "stall",
    "batch": "0123456789abcdef",
    "date": "2026-03-01",
    "rows_in": 100,
    "rows_silver": 90,
    "rows_quarantined": 8,
    "rows_duplicate": 2,
    "rows_filtered": 0,
    "violations": {"form": 8},
    "table_rows": 0,
    "history": [110, 90],
    "columns": {
        "stall_no": {"nulls": 0, "duplicates": 0},
        "season": {"nulls": 0, "duplicates": 0},
        "fee_cny": {"nulls": 9, "minimum": 0.5},
        "age": {"nulls": 0, "minimum": 16.0},
    },
}


@pytest.fixture
def stall(tmp_path: Path) -> Contract:
    """The contract of the stalls, in a contracts folder of its own."""
    path = tmp_path / "contracts" / "stall.odcs.yaml"
    path.parent.mkdir()
    path.write_text(STALL, encoding="utf-8")
    return load(path)


@pytest.fixture
def measured(tmp_path: Path) -> Callable[..., Path]:
    """The measurement file of a good batch with some counts changed, and some columns' figures."""

    def write(columns: Mapping[str, Any] | None = None, **counts: Any) -> Path:
        figures = {name: {**known, **(columns or {}).get(name, {})} for name, known in GOOD["columns"].items()}  # type: ignore[attr-defined]
        path = tmp_path / "measurement.json"
        path.write_text(json.dumps({**GOOD, **counts, "columns": figures}), encoding="utf-8")
        return path

    return write


@pytest.fixture
def batch(measured: Callable[..., Path]) -> Callable[..., Measurement]:
    """The same, read."""
    return lambda columns=None, **counts: measurement.read(measured(columns, **counts))
