"""The Merkle tree over the leaves of a batch, as RFC 9162 defines it: its root, and the path that proves one leaf is in it."""

from collections.abc import Sequence
from typing import Any

from pymerkle import InclusionProof, InmemoryTree, InvalidProof, verify_inclusion

ALGORITHM = "sha256"


def root(leaves: Sequence[str]) -> str:
    """Return the root over leaves (hex) in the order given, in hex."""
    found: bytes = _tree(leaves).get_root()
    return found.hex()


def path(leaves: Sequence[str], place: int) -> dict[str, Any]:
    """Return the proof that the leaf at `place` (from 0) is in the tree.

    `metadata.index` counts from 1. `path` holds the leaf's own hash, then RFC 9162's inclusion path, nearest sibling first.
    """
    proof: dict[str, Any] = _tree(leaves).prove_inclusion(place + 1).serialize()
    return proof


def is_below(leaf: str, top: str, proof: Any, rows: int) -> bool:
    """Return whether the proof leads from a leaf to the root of a tree of that many rows; false for a malformed one."""
    try:
        found = InclusionProof.deserialize(proof)
        base = _tree([leaf]).get_leaf(1)
        verify_inclusion(base, bytes.fromhex(top), found, size=rows, algorithm=ALGORITHM)
    except (InvalidProof, ValueError, TypeError, AttributeError):
        return False
    return True


def _tree(leaves: Sequence[str]) -> InmemoryTree:
    tree = InmemoryTree(algorithm=ALGORITHM)
    for one in leaves:
        tree.append_entry(bytes.fromhex(one))
    return tree
