"""The nearest right word for a wrong one."""

import difflib
from collections.abc import Iterable


def nearest(word: str, words: Iterable[str]) -> str:
    """Return ' Did you mean …?' for the word closest to `word`, or an empty string."""
    close = closest(word, words)
    return f" Did you mean '{close}'?" if close else ""


def closest(word: str, words: Iterable[str]) -> str | None:
    """Return the word closest to `word`; None when none is close."""
    folded = {known.casefold(): known for known in words}
    close = difflib.get_close_matches(str(word).casefold(), list(folded), n=1, cutoff=0.5)
    return folded[close[0]] if close else None


def listed(words: Iterable[str]) -> str:
    """Return the words as a sentence has them: 'csv' or 'jsonl'."""
    quoted = [f"'{word}'" for word in words]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else "".join(quoted)
