"""House keys: what a contract says beyond ODCS, under 'customProperties', each of the kind it must be."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from schemas.document import CustomProperty
from schemas.located import Place, Source
from schemas.words import listed, nearest

GUIDE = "docs/guide/contract.md shows a whole contract."
Kind = type | tuple[type, ...]
NUMBER, TEXTS = (int, float), list
TABLE: Mapping[str, Kind] = {
    "ownerCode": str, "sourceFormat": str, "merge": str, "orderBy": TEXTS, "quarantineRate": NUMBER, "sharing": str,
    "topic": str, "reads": TEXTS, "changes": str, "excel": dict, "xml": dict, "fixed": dict, "sql": dict, "hj212": dict, "delivery": str, "drift": dict, "deleted": dict,
    "database": dict, "feed": str,
}  # fmt: skip
COLUMN: Mapping[str, Kind] = {
    "rules": list, "aliases": TEXTS, "formats": TEXTS, "placeholders": TEXTS, "compose": str, "freeText": str, "unit": str, "span": dict,
}  # fmt: skip
ROWS: Mapping[str, Kind] = {"rules": list}
KINDS = ((str, "text"), (list, "a list"), (dict, "keys with values"))
OPTIONAL = ("topic", "reads", "changes", "excel", "xml", "fixed", "sql", "hj212", "delivery", "drift", "deleted", "database", "feed")


def keys(source: Source, place: Place, given: list[CustomProperty], known: Mapping[str, Kind]) -> dict[str, Any]:
    """Return the house keys given at a place, by name. Raises Refused for one unknown, twice, or of another kind."""
    found: dict[str, Any] = {}

    def taken(here: Place, item: CustomProperty) -> None:
        if item.property not in known:
            raise source.refused((*here, "property"), _unknown(item.property, known))
        if item.property in found:
            raise source.refused(here, f"'{item.property}' stands twice. Remove one of them.")
        _check_kind(source, (*here, "value"), item, known[item.property])
        found[item.property] = item.value

    source.every(partial(taken, (*place, index), item) for index, item in enumerate(given))
    return found


def required(source: Source, found: Mapping[str, Any]) -> None:
    """Raise Refused, naming them all, when house keys that every table needs are not among those found."""
    missing = [key for key in TABLE if key not in found and key not in OPTIONAL]
    if missing:
        raise source.together(source.refused(("customProperties",), f"customProperties has no '{key}'. Add it; {GUIDE}") for key in missing)


def place(source: Source, around: Place, key: str) -> Place:
    """Return the place of the value of a house key; `around` is the place of its customProperties."""
    items: Any = source.value
    for step in around:
        items = items[int(step)] if isinstance(items, list) else items.get(step, [])
    index = next((i for i, item in enumerate(items) if item.get("property") == key), None)
    return around if index is None else (*around, index, "value")


def _unknown(key: str, known: Mapping[str, Kind]) -> str:
    for where, others in (("the table", TABLE), ("a column", COLUMN)):
        if key in others and others is not known:
            return f"'{key}' is a house key of {where}, not of this part. Move it there."
    return f"'{key}' is not a house key here. Known: {listed(known)}.{nearest(key, known)}"


def _check_kind(source: Source, at: Place, item: CustomProperty, kind: Kind) -> None:
    wanted = next((word for known, word in KINDS if known is kind), "a number")
    if not isinstance(item.value, kind) or isinstance(item.value, bool) or item.value == "":
        raise source.refused(at, f"{item.property} is {item.value!r}, must be {wanted}.")
    if isinstance(item.value, list) and item.property != "rules":
        for index, entry in enumerate(item.value):
            if not isinstance(entry, str):
                raise source.refused((*at, index), f"{item.property} holds {entry!r}, must be text: put it in quotes.")
