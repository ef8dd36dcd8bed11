"""Rows that a real run has quarantined, as their department is told of them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobs.commands.layout import BEIJING
from jobs.publish.plan import holding
from jobs.serve.feedback import departments, judged
from jobs.serve.letter import write
from schemas.errors import Refused
from schemas.settings import Settings
from tests.publish.notices import notice, too_many_without_number

pytestmark = pytest.mark.spark
PERSONAL = ("13900001111", "138000000001", "张示例丰某某", "13700002222")


def told(here: Settings) -> str:
    """All that the one department is told of today."""
    (department,) = departments(here)
    today = datetime.now(UTC).astimezone(BEIJING).date()
    folder = Path(write(here, department, today, judged(here, today), holding).folder)
    return "".join(path.read_text(encoding="utf-8-sig") for path in sorted(folder.iterdir()))


def test_no_personal_value_is_in_the_feedback_whichever_column_it_slipped_into(here, contract, deliver) -> None:
    wrong = [notice(contract, "N90", mobile=PERSONAL[1]), notice(contract, "N91", score=PERSONAL[0]), notice(contract, "N92", revised_on=PERSONAL[2]),
             notice(contract, PERSONAL[3], score="500")]
    deliver("a.csv", [*[notice(contract, f"N{n}") for n in range(60)], *wrong])
    with pytest.raises(Refused, match="is held"):
        deliver("b.csv", [*too_many_without_number(contract), *wrong])
    said = told(here)
    assert [value for value in PERSONAL if value in said] == []
    places = [f",social/notice/2026-03-02/a.csv,{row}," for row in (62, 63, 64, 65)]
    assert [place in said for place in places] == [True] * 4
    assert ("已接收 taken,64,60,4" in said, "扣留待定 held,14,0,13" in said, "1*********1" in said) == (True, True, True)
