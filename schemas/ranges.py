"""The ranges of rule 'unit': for each factor between what its values lie, in µg/m³."""

from typing import Any

from schemas.located import Place, Source


def check(source: Source, at: Place, given: Any) -> None:
    """Raise Refused, naming the line, unless each factor has a low and a high end, both above 0 and in this order."""
    if not isinstance(given, dict) or not given:
        raise source.refused(at, f"'ranges' of rule 'unit' is {given!r}, must be factors with two numbers each: {{a21026: [1, 1000]}}.")
    for factor, ends in given.items():
        if not isinstance(ends, list) or len(ends) != 2 or not all(_is_number(end) for end in ends) or not 0 < ends[0] < ends[1]:
            raise source.refused((*at, factor), f"the range of '{factor}' is {ends!r}, must be two numbers above 0, the lower one first, as in [1, 1000].")


def _is_number(given: Any) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool)
