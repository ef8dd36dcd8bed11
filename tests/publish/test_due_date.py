"""A time limit in working days through a whole run, with the real calendar."""

from pathlib import Path

import pytest

from schemas.load import load
from schemas.settings import ROOT, Settings, settings
from tests.publish.notices import DAY, as_csv, notice, silver

pytestmark = pytest.mark.spark


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """An installation with the working-day calendar, and the small table with a limit of five working days."""
    folder = tmp_path / "contracts"
    folder.mkdir()
    small = (ROOT / "tests" / "data" / "contracts" / "notice.odcs.yaml").read_text(encoding="utf-8")
    due = small[small.index("      - name: revised_on") : small.index("      - name: mobile")].replace("revised_on", "due_on").replace("修订日期", "期限")
    limit = "    customProperties:\n      - property: rules\n        value: [{rule: workday_limit, column: due_on, since: revised_on, days: 5, table: working_day, severity: warn}]\n"
    text = small.replace("      - name: mobile", due + "      - name: mobile").replace("slaProperties:", limit + "slaProperties:")
    (folder / "notice.odcs.yaml").write_text(text, encoding="utf-8")
    (folder / "working_day.odcs.yaml").write_text((ROOT / "schemas" / "reference" / "working_day.odcs.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return settings({"GOVLAKE_HOME": str(tmp_path / "var"), "GOVLAKE_CONTRACTS": str(folder)})


def test_a_due_date_in_a_year_whose_holidays_are_not_published_is_kept_and_called_provisional(spark, here, land, take_in) -> None:
    calendar, limited = (load(here.contracts / f"{name}.odcs.yaml") for name in ("working_day", "notice"))
    (sample,) = (ROOT / "tests" / "data" / "landing" / "reference" / "working_day").rglob("*.csv")
    land("reference", "working_day", DAY, "days.csv", sample.read_bytes())
    take_in(calendar)
    spans = {"N1": ("2026-12-21", "2026-12-25"), "N2": ("2026-12-21", "2026-12-31"), "N3": ("2026-12-30", "2027-01-06")}
    spans |= {"the last day": ("2026-03-06", "2026-03-13"), "the Saturday behind it": ("2026-03-06", "2026-03-14")}
    sent = [notice(limited, number, revised_on=since, due_on=due) for number, (since, due) in spans.items()]
    land("social", "notice", DAY, "a.csv", as_csv(limited, sent))
    take_in(limited)
    said = {number: {one["rule"] for one in row["_violations"]} & {"workday_limit", "calendar_missing"} for number, row in silver(spark, here, limited).items()}
    assert said == {"N1": set(), "N2": {"workday_limit"}, "N3": {"calendar_missing"}, "the last day": set(), "the Saturday behind it": {"workday_limit"}}
