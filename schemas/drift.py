"""The house key 'drift' of a table: what becomes of what a delivery brings that the contract does not know or cannot hold."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, cast, get_args

from schemas.located import Place, Source
from schemas.words import listed, nearest

Policy = Literal["evolve", "freeze", "discard_row", "discard_value"]
POLICIES = get_args(Policy)


@dataclass(frozen=True)
class Drift:
    """One policy for each way to differ. columns: other columns than the contract's.  values: a value of another type, or too wide for its column.

    The policies in words: docs/guide/contract.md, 'When a delivery differs'.
    """

    columns: Policy = "evolve"
    values: Policy = "discard_row"


def drift(source: Source, place: Place, given: Mapping[str, Any] | None) -> Drift:
    """Read the house key. Raises Refused, with the nearest right word, for a key or a policy that is not known."""
    known = [field.name for field in fields(Drift)]
    for key, word in (given or {}).items():
        if key not in known:
            raise source.refused((*place, key), f"drift has no '{key}', only {listed(known)}.{nearest(str(key), known)}")
        if word not in POLICIES:
            raise source.refused((*place, key), f"drift of {key} is '{word}', must be {listed(POLICIES)}.{nearest(str(word), POLICIES)}")
    return Drift(**cast(Mapping[str, Policy], given or {}))
