"""What pydantic found wrong in a contract file, as one sentence about each cause."""

from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from schemas.document import Document
from schemas.errors import Refused
from schemas.house import GUIDE
from schemas.located import Place, Source
from schemas.uses import HOUSE_METRICS
from schemas.words import closest, listed, nearest

# A misspelt key is also reported as missing under its right name: its cause goes first.
FIRST = ("extra_forbidden", "literal_error", "missing")
WANTED = {
    "string_type": "must be text: put it in quotes",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "list_type": "must be a list",
    "dict_type": "must be keys with values",
    "model_type": "must be keys with values",
    "string_too_short": "is empty: write it out",
}
FORMS = {
    "name": "letters, digits and '_', a letter first (tables in lower case)",
    "version": "three numbers, e.g. 1.0.0",
}


def refusal(source: Source, error: ValidationError) -> Refused:
    """Return the refusal of everything wrong in a document, what follows from a misspelt key left out."""
    causes: dict[Place, ErrorDetails] = {}
    for one in sorted(error.errors(), key=_rank):
        causes.setdefault(_cause(one), one)
    return source.together(source.refused(_place(one), _sentence(source, one)) for one in causes.values())


def _cause(error: ErrorDetails) -> Place:
    """The place of the key that was meant; a value that fits none of several types is told for each of them."""
    place = _place(error)
    if error["type"] == "extra_forbidden":
        return (*place[:-1], closest(str(place[-1]), _siblings(place)) or place[-1])
    return place[:-1] if place[-1:] in (("int",), ("float",)) else place


def _rank(error: ErrorDetails) -> int:
    return FIRST.index(error["type"]) if error["type"] in FIRST else 1


def _place(error: ErrorDetails) -> Place:
    return tuple(error["loc"])


def _sentence(source: Source, error: ErrorDetails) -> str:
    place, kind, sent = _place(error), error["type"], error["input"]
    key = str(place[-1]) if place else "the file"
    if kind == "extra_forbidden":
        near = nearest(key, _siblings(place))
        return f"'{key}' is not a key of a {_part(place)}.{near} House keys go under 'customProperties'."
    if key == "examples" and kind in ("missing", "too_short"):
        return f"{_named(source, place)} has no example. Add one under 'examples': tests are made from it."
    if kind == "missing":
        return f"{_named(source, place)} has no '{key}'. Add it; {GUIDE}"
    if sent is None:
        return f"{_spelt(place)} is empty: write it out."
    if kind == "literal_error":
        known = _literals(place)
        return f"{key} is '{sent}', must be {listed(known)}.{nearest(str(sent), known)}{_house_metric(key, sent)}"
    if kind == "string_pattern_mismatch":
        return f"{key} is '{sent}', must be {FORMS.get(key, 'of another form')}."
    return f"{_spelt(place)} {WANTED.get(kind) or error['msg'].lower()} (found {str(sent)[:60]!r})."


def _named(source: Source, place: Place) -> str:
    """What lacks the key: a column by its name, otherwise the part of the file."""
    if "properties" in place:
        index = place.index("properties") + 1
        item = source.value["schema"][0]["properties"][place[index]]
        if len(place) == index + 2 and isinstance(item, dict) and "name" in item:
            return f"column '{item['name']}'"
    return "the contract" if len(place) == 1 else f"this {_part(place)}"


def _part(place: Place) -> str:
    names = {"schema": "table", "properties": "column", "quality": "set rule", "customProperties": "house key",
             "slaProperties": "SLA property", "description": "description", "team": "team"}  # fmt: skip
    return next((names[str(step)] for step in reversed(place[:-1]) if step in names), "contract")


def _spelt(place: Place) -> str:
    words = [str(step) for step in place if isinstance(step, str)]
    return words[-1] if words else "the file"


def _house_metric(key: str, sent: Any) -> str:
    if key != "metric" or sent not in HOUSE_METRICS:
        return ""
    return f" '{sent}' is ours: {{type: custom, engine: govlake, implementation: {{metric: {sent}, …}}}}."


def _field(place: Place) -> Any:
    """The pydantic field at a place, or the model that a key of it would be in."""
    model: Any = Document
    for step in place[:-1]:
        if isinstance(step, str):
            model = _model(_fields(model)[step].annotation)
    return model


def _fields(model: Any) -> dict[str, Any]:
    return {field.alias or name: field for name, field in getattr(model, "model_fields", {}).items()}


def _siblings(place: Place) -> list[str]:
    return list(_fields(_field(place)))


def _literals(place: Place) -> list[str]:
    annotation = _fields(_field(place))[str(place[-1])].annotation
    inner = [get_args(arg) or (arg,) for arg in get_args(annotation)]
    return [str(word) for words in inner for word in words if isinstance(word, str)]


def _model(annotation: Any) -> Any:
    for inner in get_args(annotation):
        annotation = _model(inner) if get_args(inner) else (inner if hasattr(inner, "model_fields") else annotation)
    return annotation
