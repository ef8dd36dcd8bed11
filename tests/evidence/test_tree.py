"""The Merkle tree against the published reference tree of RFC 6962, and against RFC 9162's own way to check a path."""

import hashlib

import pytest

from jobs.evidence import tree

# The eight entries and roots of the reference implementation of Certificate Transparency (RFC 6962), used by its peers too.
ENTRIES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
SIZES = (1, 2, 3, 5, 7, 8, 13)


def by_the_rfc(leaf: str, place: int, rows: int, path: list[str]) -> str:
    """The root that a path leads to, by RFC 9162, section 2.1.3.2."""
    first, last, found = place, rows - 1, hashlib.sha256(b"\x00" + bytes.fromhex(leaf)).digest()
    for one in map(bytes.fromhex, path):
        is_right = bool(first & 1) or first == last
        found = hashlib.sha256(b"\x01" + (one + found if is_right else found + one)).digest()
        while is_right and not first & 1 and first:
            first, last = first >> 1, last >> 1
        first, last = first >> 1, last >> 1
    assert last == 0
    return found.hex()


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_reference_tree(size: int) -> None:
    assert tree.root(ENTRIES[:size]) == ROOTS[size - 1]


@pytest.mark.parametrize(("place", "size"), [(place, size) for size in SIZES for place in range(size)])
def test_a_path_is_read_by_anyone_who_follows_the_standard(place: int, size: int) -> None:
    leaves = [f"{number:02x}" for number in range(size)]
    _, *path = tree.path(leaves, place)["path"]
    assert by_the_rfc(leaves[place], place, size, path) == tree.root(leaves)


@pytest.mark.parametrize(("place", "size"), [(place, size) for size in SIZES for place in range(size)])
def test_a_path_holds_for_its_own_leaf_and_for_no_other(place: int, size: int) -> None:
    leaves = [f"{number:02x}" for number in range(size)]
    proof, top = tree.path(leaves, place), tree.root(leaves)
    assert [tree.is_below(one, top, proof, size) for one in leaves] == [number == place for number in range(size)]


@pytest.mark.parametrize(
    "proof",
    [None, [], {}, {"type": "consistency"}, {"type": [], "metadata": {}, "rule": [], "path": []},
     {"type": "inclusion", "metadata": {"algorithm": "none", "security": True, "size": 1, "index": 1}, "rule": [0], "path": ["00"]},
     {"type": "inclusion", "metadata": {"algorithm": 1, "security": True, "size": 1, "index": 1}, "rule": [0], "path": ["00"]},
     {"type": "inclusion", "metadata": {"algorithm": "sha256", "security": True, "size": "1", "index": 1}, "rule": 0, "path": 5}],
    ids=["null", "list", "empty", "another kind", "kind is a list", "unknown hash", "hash is a number", "texts and numbers swapped"],
)  # fmt: skip
def test_a_malformed_path_is_false_and_no_crash(proof: object) -> None:
    assert tree.is_below("00", tree.root(["00"]), proof, 1) is False
