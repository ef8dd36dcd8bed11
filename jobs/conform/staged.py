"""The columns conform adds while it works, and SQL texts over them: one text is one call to the JVM, a tree is dozens."""

from schemas.classification import mask
from schemas.contract import Column as Field

LONGEST_SHOWN = 200


def text(field: Field) -> str:
    """Name of the folded text of a field; null where nothing was sent."""
    return f"_text_{field.name}"


def typed(field: Field) -> str:
    """Name of the typed value of a field; null where there is none or the text has not its form."""
    return f"_typed_{field.name}"


def masked(field: Field) -> str:
    """Name of the number of masks that were put into a free text; null where nothing was sent."""
    return f"_masked_{field.name}"


def shown(field: Field) -> str:
    """Return SQL for a value as a violation may show it: in full only in a public column, see `classification.mask`."""
    name = f"`{text(field)}`"
    if mask("value", field.classification) == "value":
        return f"substring({name}, 1, {LONGEST_SHOWN})"
    inner = f"substring(concat(substring({name}, 1, 1), repeat('*', length({name}) - 2), substring({name}, -1, 1)), 1, {LONGEST_SHOWN})"
    return f"CASE WHEN length({name}) <= 5 THEN repeat('*', length({name})) ELSE {inner} END"


def quoted(word: str) -> str:
    """Return a SQL string literal."""
    return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'"
