"""A capture of HJ 212 packets through a whole run: every factor of a sound packet in silver, every bad packet in quarantine, nothing lost."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from schemas.load import load
from schemas.settings import ROOT, Settings, settings
from tests.publish.notices import DAY, stored, unbalanced

pytestmark = pytest.mark.spark
CONTRACT = load(ROOT / "schemas" / "iot" / "station_value.odcs.yaml")
SAMPLE = ROOT / "tests" / "data" / "landing" / "iot" / "station_value" / DAY / "made-packets.hj212"


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An installation with the contracts of the house."""
    return settings({"GOVLAKE_HOME": str(tmp_path / "var")})


def test_the_sample_goes_to_silver_and_each_bad_packet_to_quarantine_with_its_reason(spark, here, land, take_in) -> None:
    land("iot", "station_value", DAY, SAMPLE.name, SAMPLE.read_bytes())
    take_in(CONTRACT)
    rows = stored(spark, here, "silver", "station_value")
    quarantined = stored(spark, here, "quarantine", "station_value")
    reasons = Counter((one["rule"], one["column"]) for row in quarantined for one in row["_violations"] if one["severity"] == "quarantine")
    assert reasons == {
        ("packet_cut", ""): 2, ("packet_noise", ""): 2, ("packet_crc", ""): 1, ("packet_length", ""): 1, ("packet_field", ""): 1, ("packet_clock", ""): 1,
        ("enum", "st"): 6, ("enum", "cn"): 6, ("required", "qn"): 6, ("unit", "avg_value+unit"): 1,
    }  # fmt: skip
    (ingest,) = [hop for hop in stored(spark, here, "ledger", "hop") if hop["hop"] == "ingest"]
    (release,) = [hop for hop in stored(spark, here, "ledger", "hop") if hop["hop"] == "release"]
    assert (ingest["rows_in"], ingest["rows_filtered"], len(rows), len(quarantined)) == (420, 1, release["rows_out"], 27)
    assert (release["rows_duplicate"], unbalanced(spark, here)) == (6, [])
    assert "PW=******" in "".join(row["_sent"] for row in quarantined)
    suspected = [one["value"] for row in quarantined for one in row["_violations"] if one["rule"] == "unit"]
    assert suspected == ["*** | mg/m³"]
    first = next(row for row in rows if row["_row"] == 1)
    assert (first["factor"], first["avg_value"], first["flag"], first["_extra"]) == ("a34004", Decimal("36.5"), "N", None)
    faulty = [row for row in rows if row["flag"] != "N"]
    assert faulty and {row["avg_value"] for row in faulty} == {None}
