"""The classes of data, ordered by how closed they are, and the mask that hides a value of a closed one."""

# PIPL art. 28 (sensitive personal information), Data Security Law art. 21, FACTS of GB/T 43697-2024.
LEVELS = ("public", "internal", "personal", "sensitive")


def highest(levels: "list[str] | tuple[str, ...]") -> str:
    """Return the most closed of the given levels; 'public' for none."""
    return max(levels, key=LEVELS.index, default="public")


def mask(value: str | None, classification: str) -> str | None:
    """Return `value` as it may be shown outside its table: in full only when public.

    Keeps the first and last character of values longer than five, so that an operator can find the row in the
    source file; shorter values are hidden whole. None stays None.
    """
    if value is None or classification == "public":
        return value
    if len(value) <= 5:
        return "*" * len(value)
    return value[0] + "*" * (len(value) - 2) + value[-1]
