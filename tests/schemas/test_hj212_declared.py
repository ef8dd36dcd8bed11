"""What a contract declares of HJ 212 packets, clocks and units: a mistake is told with its line and the nearest right word."""

from pathlib import Path

import pytest

from schemas.errors import Refused
from schemas.load import load
from schemas.page import page
from schemas.settings import ROOT
from schemas.template import Hj212Template

SHIPPED = ROOT / "schemas" / "iot" / "station_value.odcs.yaml"
# story -> (what is replaced, by what, the sentence that is told)
MISTAKES = {
    "a key misspelt": ("clockAhead: 10 ", "clockAhed: 10 ", "'clockAhed' is not a key of 'hj212'. Known: 'clockAhead', 'clockBehind', 'units' or 'stations'. Did you mean 'clockAhead'?"),
    "minutes as text": ("clockBehind: 1440", "clockBehind: a day", "clockBehind is 'a day', must be a whole number from 1 on."),
    "units without a unit": ("a21005: mg/m³}   #", "a21005: 1}   #", "the unit of 'a21005' is 1, must be text, as in mg/m³."),
    "a station without factors": ("      units: {", "      stations: {M1: µg/m³}\n      units: {", "M1 is 'µg/m³', must be keys with values: {a21026: mg/m³}."),
    "a range upside down": ("a21026: [1, 1000]", "a21026: [1000, 1]", "the range of 'a21026' is [1000, 1], must be two numbers above 0, the lower one first, as in [1, 1000]."),
    "no ranges": ("ranges: {", "ranges: []  # {", "'ranges' of rule 'unit' is [], must be factors with two numbers each: {a21026: [1, 1000]}."),
    "a unit of a text": ("            column: avg_value\n", "            column: flag\n", "'unit' cannot judge column 'flag' of type string: it is for 'integer' or 'number'."),
    "a column misspelt": ("            by: factor\n", "            by: factr\n", "there is no column 'factr'. Did you mean 'factor'?"),
    "the key of another format": ("value: hj212}", "value: jsonl}", "'hj212' is for sourceFormat 'hj212', this one is 'jsonl'. Remove it, or change sourceFormat."),
}


@pytest.mark.parametrize(("before", "after", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_line(before: str, after: str, sentence: str, tmp_path: Path) -> None:
    path, text = tmp_path / SHIPPED.name, SHIPPED.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        load(path)
    assert sentence in str(refused.value)
    assert str(refused.value).startswith(f"{path}:")


def test_what_is_declared_is_loaded_and_stands_on_the_page() -> None:
    contract = load(SHIPPED)
    assert isinstance(contract.template, Hj212Template)
    assert (contract.template.clock_ahead, contract.template.clock_behind, dict(contract.template.units)["a21026"]) == (10, 1440, "mg/m³")
    assert "sent at most 早于到达 before it came 1440 min、晚于到达 after it came 10 min" in page(contract)


def test_units_that_no_column_takes_are_refused(tmp_path: Path) -> None:
    path, text = tmp_path / SHIPPED.name, SHIPPED.read_text(encoding="utf-8")
    column = text[text.index("      - name: unit\n") : text.index("    quality:")]
    rule = text[text.index("          - rule: unit") : text.index("slaProperties:")]
    path.write_text(text.replace(column, "").replace(rule, ""), encoding="utf-8")
    with pytest.raises(Refused, match="'hj212' declares units, and no column takes them"):
        load(path)
