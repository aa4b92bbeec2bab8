"""The ledger as the world sees it: every receipt is found, every proof holds, and other programs can read the log."""

import hashlib
from typing import Any

import pytest
from httpx import Response

from schema.checkpoint import Head, origin_of, read_checkpoint, read_key
from schema.tree import consistent, included, leaf_hash, root
from tests.builders import ADDRESS
from tests.town import Ground, Town


@pytest.fixture
async def voting(crowded_town: Town) -> Ground:
    """A round in which voting is open."""
    return await crowded_town.open_round()


async def fetch(voting: Ground, path: str) -> Response:
    """What anyone gets."""
    return await voting.town.client.get(path)


async def standing(voting: Ground, commitment: str) -> Any:
    """What is answered about a receipt."""
    return (await fetch(voting, f"/api/receipts/{commitment}")).json()


async def head_of(voting: Ground, note: str) -> Head:
    """The head that a note signs."""
    view = (await fetch(voting, f"/api/rounds/{voting.id}/ledger")).json()
    publics = [read_key(text)[1] for text in view["verification_keys"]]
    return read_checkpoint(note, origin_of(ADDRESS, voting.id), publics)


async def cast(voting: Ground, times: int = 1, base: int = 0) -> list[str]:
    """Amina votes, or changes the ballot of revision ``base``, so often; the commitments of her receipts."""
    amina = await voting.voter("AMINA-1")
    answers = [await amina.cast(number % 2 + 1, base=number) for number in range(base, base + times)]
    return [answer.json()["receipt"]["commitment"] for answer in answers]


async def test_a_receipt_that_was_never_given_is_unknown(voting: Ground) -> None:
    """And nothing else is said of it."""
    assert await standing(voting, "ab" * 32) == {
        "commitment": "ab" * 32,
        "status": "unknown",
        "round_id": None,
        "position": None,
        "size": None,
        "proof": [],
        "checkpoint": None,
    }


async def test_a_fresh_receipt_waits(voting: Ground) -> None:
    """Accepted, and not in the ledger yet."""
    (commitment,) = await cast(voting)
    found = await standing(voting, commitment)
    assert (found["status"], found["round_id"]) == ("waiting", voting.id)


async def test_every_receipt_is_proven(voting: Ground) -> None:
    """The proof leads from the receipt to the signed head, by the RFC's own way of checking (P5)."""
    commitments = await cast(voting, 5)
    await voting.town.work("sequence")
    for commitment in commitments:
        found = await standing(voting, commitment)
        head = await head_of(voting, found["checkpoint"])
        proof = [bytes.fromhex(step) for step in found["proof"]]
        leaf = leaf_hash(bytes.fromhex(commitment))
        assert (found["status"], found["size"], head.size) == ("included", 5, 5)
        assert included(leaf, found["position"], head.size, proof, head.root)


async def test_a_standing_holds_neither_choice_nor_person(voting: Ground) -> None:
    """P7: it can be shown to anybody."""
    (commitment,) = await cast(voting)
    await voting.town.work("sequence")
    assert set(await standing(voting, commitment)) == {
        "commitment",
        "status",
        "round_id",
        "position",
        "size",
        "proof",
        "checkpoint",
    }


@pytest.mark.parametrize("commitment", ["ab", "xy" * 32, "AB" * 32, "ab" * 33, "٣٣" * 32])
async def test_what_is_no_commitment_is_said_to_be_none(voting: Ground, commitment: str) -> None:
    """In words that say what one looks like."""
    answer = await fetch(voting, f"/api/receipts/{commitment}")
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (400, "malformed")
    assert "64 digits" in answer.json()["detail"]


async def test_heads_are_consistent(voting: Ground) -> None:
    """Between any two heads there is a proof, and it holds (P5)."""
    for times, base in ((1, 0), (2, 1), (4, 3)):
        await cast(voting, times, base)
        await voting.town.work("sequence")
    rows = (await fetch(voting, f"/api/rounds/{voting.id}/checkpoints?after=0")).json()
    heads = [await head_of(voting, row["note"]) for row in rows]
    assert [row["size"] for row in rows] == [head.size for head in heads] == [1, 3, 7]
    for older, newer in ((heads[0], heads[1]), (heads[0], heads[2]), (heads[1], heads[2])):
        path = f"/api/rounds/{voting.id}/consistency?older={older.size}&newer={newer.size}"
        proof = [bytes.fromhex(step) for step in (await fetch(voting, path)).json()["proof"]]
        assert consistent(older.size, newer.size, proof, older.root, newer.root)


@pytest.mark.parametrize("sizes", ["older=0&newer=1", "older=2&newer=1", "older=1&newer=9", "older=1"])
async def test_sizes_that_cannot_be_compared_are_refused(voting: Ground, sizes: str) -> None:
    """With the sizes that can."""
    await cast(voting, 2)
    await voting.town.work("sequence")
    answer = await fetch(voting, f"/api/rounds/{voting.id}/consistency?{sizes}")
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (400, "malformed")


async def test_the_log_begins_empty(voting: Ground) -> None:
    """At opening the head of size 0 is there for all to see."""
    await voting.town.work("sequence")
    assert (await head_of(voting, (await fetch(voting, f"/api/log/{voting.id}/checkpoint")).text)).size == 0


async def test_before_scheduling_there_is_no_ledger(crowded_town: Town) -> None:
    """404, as problem details or as a note."""
    drafted = await crowded_town.draw_round()
    for path in (f"/api/log/{drafted.id}/checkpoint", f"/api/rounds/{drafted.id}/ledger"):
        assert (await fetch(drafted, path)).status_code == 404


async def test_another_program_follows_the_log(voting: Ground) -> None:
    """From prefix, key and tiles alone: the entries hash to the tile, and the tile to the head."""
    commitments = await cast(voting, 3)
    await voting.town.work("sequence")
    view = (await fetch(voting, f"/api/rounds/{voting.id}/ledger")).json()
    prefix = view["prefix"].removeprefix(ADDRESS)
    note = (await fetch(voting, f"{prefix}/checkpoint")).text
    tile = (await fetch(voting, f"{prefix}/tile/0/000.p/3")).content
    bundle = (await fetch(voting, f"{prefix}/tile/entries/000.p/3")).content
    entries = [bundle[at + 2 : at + 34] for at in range(0, len(bundle), 34)]
    assert view["origin"] == note.partition("\n")[0] == f"{ADDRESS.partition('//')[2]}/api/log/{voting.id}"
    assert sorted(entry.hex() for entry in entries) == sorted(commitments)
    assert tile == b"".join(hashlib.sha256(b"\0" + entry).digest() for entry in entries)
    assert await head_of(voting, note) == Head(3, root({(0, 0): tile}, 3))


async def test_a_full_tile_and_the_one_above(voting: Ground) -> None:
    """257 leaves are one full tile, one more leaf, and one hash a level higher."""
    await cast(voting, 257)
    await voting.town.work("sequence")
    log = f"/api/log/{voting.id}"
    full, rest = [(await fetch(voting, f"{log}/tile/0/{name}")).content for name in ("000", "001.p/1")]
    above = (await fetch(voting, f"{log}/tile/1/000.p/1")).content
    note = (await fetch(voting, f"{log}/checkpoint")).text
    assert (len(full), len(rest), len(above)) == (8192, 32, 32)
    assert (await head_of(voting, note)).root == root({(0, 0): full, (0, 1): rest, (1, 0): above}, 257)


@pytest.mark.parametrize(
    "place",
    [
        *(
            "0/000",
            "0/000.p/4",
            "0/000.p/0",
            "0/000.p/256",
            "0/1",
            "0/x000/000.p/1",
            "1/000.p/1",
            "-1/000.p/1",
            "0/0x1",
        ),
        *("entries/000", "entries/001.p/1", "99999999999999999999/000", "0/" + "x999/" * 9 + "999"),
    ],
)
async def test_what_is_not_in_the_log_is_not_found(voting: Ground, place: str) -> None:
    """Nor is another writing of what is."""
    await cast(voting, 3)
    await voting.town.work("sequence")
    assert (await fetch(voting, f"/api/log/{voting.id}/tile/{place}")).status_code == 404


async def test_tiles_are_kept_by_whoever_reads_them(voting: Ground) -> None:
    """They never change; the head does."""
    await cast(voting)
    await voting.town.work("sequence")
    tile = await fetch(voting, f"/api/log/{voting.id}/tile/0/000.p/1")
    head = await fetch(voting, f"/api/log/{voting.id}/checkpoint")
    assert "immutable" in tile.headers["cache-control"]
    assert head.headers["cache-control"] == "public, max-age=2"
    assert head.headers["content-type"] == "text/plain; charset=utf-8"
