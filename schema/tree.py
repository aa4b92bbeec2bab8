"""The tree over a round's commitments: RFC 6962, section 2.1, kept as the tiles of C2SP tlog-tiles.

A tile holds up to 256 hashes of 32 bytes, one after the other. Those of level 0 are hashes of leaves; a hash of the
level above stands for 256 of the level below, and is there once all of them are. So whatever a tile holds stays as it
is, and a tile as it was in a smaller tree is the beginning of the tile as it is now. Leaves count from 0.

Functions that look hashes up take ``tiles``, which answers any tile by level and index: an incomplete dictionary with
the tiles that ``edge`` and ``beside`` name is enough.
"""

import hashlib
from collections.abc import Mapping, Sequence

HASH = 32
HEIGHT = 8
WIDTH = 1 << HEIGHT

TileId = tuple[int, int]
Tiles = Mapping[TileId, bytes]

EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf (32 bytes). It can never be that of a node."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two others (32 bytes each)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def edge(size: int) -> list[TileId]:
    """The tiles at the right end of a tree: one a level, if there is anything in it."""
    return [(level, size >> HEIGHT * level >> HEIGHT) for level in _levels(size) if (size >> HEIGHT * level) % WIDTH]


def beside(position: int, size: int) -> list[TileId]:
    """The tiles along the way from a leaf of a tree to its root. The highest may be of the edge, or not be there."""
    return [(level, position >> HEIGHT * level >> HEIGHT) for level in _levels(size)]


def grow(tiles: Tiles, size: int, entries: Sequence[bytes]) -> dict[TileId, bytes]:
    """The tiles that change when entries are put at the end of a tree of this size; ``tiles`` has its edge."""
    changed: dict[TileId, bytes] = {}
    level, hashes = 0, [leaf_hash(entry) for entry in entries]
    while hashes:
        index, filled = divmod(size, WIDTH)
        row = (tiles[level, index] if filled else b"") + b"".join(hashes)
        row_tiles = [row[at : at + WIDTH * HASH] for at in range(0, len(row), WIDTH * HASH)]
        changed |= {(level, index + place): tile for place, tile in enumerate(row_tiles)}
        hashes = [_joined(tile, 0, WIDTH) for tile in row_tiles if len(tile) == WIDTH * HASH]
        level, size = level + 1, size >> HEIGHT
    return changed


def _levels(size: int) -> range:
    return range((max(size, 1).bit_length() - 1) // HEIGHT + 1)


def _joined(tile: bytes, begin: int, end: int) -> bytes:
    """The hash over the hashes from ``begin`` to ``end`` of a tile; a power of two of them."""
    hashes = [tile[at : at + HASH] for at in range(begin * HASH, end * HASH, HASH)]
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def root(tiles: Tiles, size: int) -> bytes:
    """The root (32 bytes) of the first ``size`` leaves: MTH of the RFC."""
    return _over(tiles, 0, size) if size else EMPTY


def inclusion(tiles: Tiles, position: int, size: int) -> list[bytes]:
    """The proof that a leaf stands where it stands in a tree of this size: PATH of the RFC, from the leaf upwards."""
    proof: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if position < middle:
            proof.append(_over(tiles, middle, end))
            end = middle
        else:
            proof.append(_over(tiles, begin, middle))
            begin = middle
    return proof[::-1]


def consistency(tiles: Tiles, older: int, newer: int) -> list[bytes]:
    """The proof that a tree of ``newer`` leaves began as the one of ``older``, at least 1: PROOF of the RFC."""
    proof: list[bytes] = []
    begin, end, whole = 0, newer, True
    while older != end:
        middle = begin + _split(end - begin)
        if older <= middle:
            proof.append(_over(tiles, middle, end))
            end = middle
        else:
            proof.append(_over(tiles, begin, middle))
            begin, whole = middle, False
    return ([] if whole else [_over(tiles, begin, end)]) + proof[::-1]


def included(leaf: bytes, position: int, size: int, proof: Sequence[bytes], head: bytes) -> bool:
    """Whether a proof shows the leaf with this hash at this place of the tree with this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= position < size:
        return False
    place, last, hashed = position, size - 1, leaf
    for other in proof:
        if not last:
            return False
        if place % 2 or place == last:
            hashed = node_hash(other, hashed)
            while not place % 2 and place:
                place, last = place >> 1, last >> 1
        else:
            hashed = node_hash(hashed, other)
        place, last = place >> 1, last >> 1
    return not last and hashed == head


def consistent(older: int, newer: int, proof: Sequence[bytes], first: bytes, second: bytes) -> bool:
    """Whether a proof shows that the tree with root ``second`` began as the one with ``first`` (RFC 9162, 2.1.4.2)."""
    if not 0 < older <= newer:
        return False
    if older == newer:
        return not proof and first == second
    steps = list(proof)
    if older & (older - 1) == 0:
        steps.insert(0, first)
    if not steps:
        return False
    place, last = older - 1, newer - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    begun = grown = steps[0]
    for other in steps[1:]:
        if not last:
            return False
        if place % 2 or place == last:
            begun, grown = node_hash(other, begun), node_hash(other, grown)
            while not place % 2 and place:
                place, last = place >> 1, last >> 1
        else:
            grown = node_hash(grown, other)
        place, last = place >> 1, last >> 1
    return not last and begun == first and grown == second


def _split(size: int) -> int:
    """The largest power of two that is smaller than ``size``, at least 2."""
    return 1 << (size - 1).bit_length() - 1


def _over(tiles: Tiles, begin: int, end: int) -> bytes:
    """The hash over the leaves from ``begin`` to ``end``, a part as the RFC splits a tree."""
    size = end - begin
    if size & (size - 1):
        middle = begin + _split(size)
        return node_hash(_over(tiles, begin, middle), _over(tiles, middle, end))
    level, rest = divmod(size.bit_length() - 1, HEIGHT)
    index, first = divmod(begin >> HEIGHT * level, WIDTH)
    return _joined(tiles[level, index], first, first + (1 << rest))
