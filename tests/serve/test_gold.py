"""Gold tables stand and show like silver ones; their contracts lie beside their SQL."""

import pyarrow as pa
import pytest

from jobs.serve.lake import show, tables
from schemas.settings import Settings
from tests.serve.made_lake import HOP, RELEASED_AT, SECRET_NAME, hop, put

GOLD = pa.schema([("day", pa.string()), ("oldest_name", pa.string())])


@pytest.fixture
def gold(lake: Settings) -> Settings:
    put(lake.lake / "gold" / "applicant_count", GOLD, [{"day": "2026-03-01", "oldest_name": SECRET_NAME}])
    mart = hop("mart", (1, 1, 0, 0), RELEASED_AT, table="applicant_count", version_written=0)
    put(lake.lake / "ledger" / "hop", HOP, [mart])
    return lake


def test_a_gold_table_stands_after_the_silver_ones(gold: Settings) -> None:
    found = [(one.name, one.state, one.rows, one.late) for one in tables(gold, RELEASED_AT)]
    assert found == [("silver.applicant", "released", 3, False), ("gold.applicant_count", "released", 1, False)]


@pytest.mark.parametrize("name", ["gold.applicant_count", "applicant_count"])
def test_a_gold_table_is_shown_with_its_own_masks(gold: Settings, name: str) -> None:
    found = show(gold, name)
    assert (found.table, found.rows) == ("gold.applicant_count", (("2026-03-01", "欧****某"),))
