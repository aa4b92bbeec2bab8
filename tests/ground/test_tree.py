"""The tree: known roots, a second implementation from the RFC's own recursion, and proofs that cannot be bent."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency

from schema.tree import (
    EMPTY,
    TileId,
    beside,
    consistency,
    consistent,
    edge,
    grow,
    included,
    inclusion,
    leaf_hash,
    root,
)

VECTORS = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
VECTORS.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
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
"""Of the trees of the first 1 to 8 of these leaves, as Certificate Transparency's own tests have them."""

sizes = st.one_of(st.integers(0, 70), st.sampled_from([255, 256, 257, 511, 512, 513, 1023, 1025]))


def entries(size: int) -> list[bytes]:
    """As many different entries."""
    return [hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(size)]


def grown(leaves: Sequence[bytes], *steps: int) -> dict[TileId, bytes]:
    """The tiles of a tree that grew in steps, each of which saw only the edge of what was there."""
    tiles: dict[TileId, bytes] = {}
    size = 0
    for end in sorted({*steps, len(leaves)}):
        tiles |= grow({key: tiles[key] for key in edge(size)}, size, leaves[size:end])
        size = end
    return tiles


def named(tiles: dict[TileId, bytes], *names: list[TileId]) -> dict[TileId, bytes]:
    """Only those tiles."""
    return {key: tiles[key] for keys in names for key in keys if key in tiles}


def mth(leaves: Sequence[bytes]) -> bytes:
    """The RFC's definition of the root, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    """Published values: another tree would be one that no other program can check."""
    assert root(grown(VECTORS[:size]), size).hex() == ROOTS[size - 1]


def test_an_empty_tree_has_the_root_of_nothing() -> None:
    """So the first checkpoint, at opening, shows that the box is empty."""
    assert root({}, 0) == EMPTY == mth([])


@given(size=sizes, steps=st.lists(st.integers(0, 1100), max_size=4))
def test_a_tree_is_the_same_in_however_many_steps_it_grew(size: int, steps: list[int]) -> None:
    """Its root is the RFC's, and its tiles are those of a tree that grew at once."""
    leaves = entries(size)
    tiles = grown(leaves, *(step for step in steps if step <= size))
    assert tiles == grown(leaves)
    assert root(named(tiles, edge(size)), size) == mth(leaves)


@given(size=sizes.filter(bool), data=st.data())
def test_every_leaf_has_a_proof(size: int, data: st.DataObject) -> None:
    """Made from the named tiles alone, and from those of a tree that has grown since."""
    leaves = entries(size + 300)
    position = data.draw(st.integers(0, size - 1))
    tiles = named(grown(leaves), edge(size), beside(position, size))
    proof = inclusion(tiles, position, size)
    assert included(leaf_hash(leaves[position]), position, size, proof, mth(leaves[:size]))


@given(older=sizes.filter(bool), more=st.integers(0, 600))
def test_every_tree_is_consistent_with_those_before(older: int, more: int) -> None:
    """Made from the named tiles alone."""
    leaves = entries(older + more)
    tiles = named(grown(leaves), edge(older), edge(older + more), beside(older - 1, older + more))
    proof = consistency(tiles, older, older + more)
    assert consistent(older, older + more, proof, mth(leaves[:older]), mth(leaves))


@settings(max_examples=30)
@given(size=st.integers(2, 40), data=st.data())
def test_a_bent_proof_of_a_leaf_shows_nothing(size: int, data: st.DataObject) -> None:
    """Another leaf, place, size or root, a hash more or less, or any bit turned."""
    leaves = entries(size)
    position = data.draw(st.integers(0, size - 1))
    proof = inclusion(grown(leaves), position, size)
    leaf, head = leaf_hash(leaves[position]), mth(leaves)
    bit = data.draw(st.integers(0, 8 * len(b"".join(proof)) - 1))
    whole = int.from_bytes(b"".join(proof), "big") ^ 1 << bit
    bent = whole.to_bytes(32 * len(proof), "big")
    assert not any(
        (
            included(leaf_hash(b""), position, size, proof, head),
            included(leaf, position ^ 1, size, proof, head),
            included(leaf, position + size, size, proof, head),
            included(leaf, -1, size, proof, head),
            included(leaf, position, size * 4, proof, head),
            included(leaf, position, size, proof[1:], head),
            included(leaf, position, size, [*proof, head], head),
            included(leaf, position, size, proof, EMPTY),
            included(leaf, position, size, [bent[at : at + 32] for at in range(0, len(bent), 32)], head),
        )
    )


@settings(max_examples=30)
@given(older=st.integers(1, 40), more=st.integers(1, 40))
def test_a_bent_proof_of_consistency_shows_nothing(older: int, more: int) -> None:
    """A tree whose beginning is another, one that is shorter, or any hash turned."""
    leaves = entries(older + more)
    first, second = mth(leaves[:older]), mth(leaves)
    proof = consistency(grown(leaves), older, older + more)
    turned = [[*proof[:at], leaf_hash(proof[at]), *proof[at + 1 :]] for at in range(len(proof))]
    assert not any(
        (
            consistent(older, older + more, proof, EMPTY, second),
            consistent(older, older + more, proof, first, EMPTY),
            consistent(older + more, older, proof, second, first),
            consistent(0, older + more, proof, EMPTY, second),
            consistent(older, older + more, [], first, second),
            consistent(older, older + more, [*proof, first], first, second),
            *(consistent(older, older + more, steps, first, second) for steps in turned),
        )
    )


def test_a_tree_is_consistent_with_itself() -> None:
    """Without any proof, and with none but the same root."""
    head = mth(entries(5))
    assert (consistent(5, 5, [], head, head), consistent(5, 5, [], head, EMPTY)) == (True, False)


def theirs(size: int) -> InmemoryTree:
    """A tree of pymerkle's over the same leaves as ours."""
    tree = InmemoryTree(algorithm="sha256")
    for number in range(size):
        tree.append_entry(number.to_bytes(32, "big"))
    return tree


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 33, 255, 256, 257, 300])
def test_pymerkle_has_the_same_roots_and_proofs(size: int) -> None:
    """Another library's tree has our root at each size and the hashes of our proofs, and finds our roots consistent."""
    tree, tiles = theirs(size), grow({}, 0, [number.to_bytes(32, "big") for number in range(size)])
    for older in {1, size // 2 or 1, max(size - 1, 1), size}:
        assert tree.get_root(older) == root(tiles, older)
        steps = tree.prove_inclusion(older, size).path
        assert sorted(steps) == sorted([leaf_hash((older - 1).to_bytes(32, "big")), *inclusion(tiles, older - 1, size)])
        verify_consistency(root(tiles, older), root(tiles, size), tree.prove_consistency(older, size))
