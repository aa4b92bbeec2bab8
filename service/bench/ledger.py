"""``byalag bench ledger``: what it costs that a count can be checked: the tree, its proofs, and the signatures."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import click

from schema.doorbell import connect_redis, ring
from schema.keys import Signer
from schema.local.figures import keep, to_json
from schema.tree import Tiles, consistency, consistent, grow, included, inclusion, leaf_hash, root
from service.bench.crowd import Crowd, Row, table
from service.bench.judge import BACKLOG
from service.bench.standing import Standing, standing

VOTERS = 6_000
CONNECTIONS = 64
TURNS = 3
BATCH = 500
"""Leaves that get their places together, as after some seconds of a busy evening."""
PROOFS = 2_000
WAITING = "select count(*) from post.outbox where lane = 'sequence'"


@click.command()
@click.option("--leaves", type=click.IntRange(1_000), default=100_000, show_default=True, help="Size of the tree.")
@click.option("--seconds", type=click.FloatRange(min=0.5), default=2.0, show_default=True, help="Length of each load.")
@to_json
def ledger(leaves: int, seconds: float, target: Path | None) -> None:
    """Build a ledger, prove with it, and cast ballots with and without what makes them provable.

    First the tree in memory: built at once, and grown by batches with a head signed each time; then proofs and checks
    of them, one after the other. Then a worker gives as many ballots their leaves in the database. Last, ballots are
    cast in turns as always, and at an address of the same server that neither verifies passes nor signs receipts.
    """
    figures = _tree(leaves)
    click.echo("\n".join(f"{name:44} {value:12,.0f} a second" for name, value in figures.items()))
    with standing(VOTERS, (("workers", "--lane", "sequence"),)) as house:
        figures["sequenced in the database"] = sequenced = _sequence(house, leaves)
        click.echo(f"{'leaves given in the database, by one worker':44} {sequenced:12,.0f} a second")
        rows = _casts(house, seconds)
    click.echo("\n".join(table(rows)))
    trusting, known, new = (row.per_second for row in rows)
    click.echo(
        f"Receipts cost {1 - known / trusting:.0%} of the ballots that one process could accept without them;"
        f" passes seen for the first time {1 - new / known:.0%} of the rest."
    )
    keep(target, {"tree": figures, "rows": rows, "of_trusting": known / trusting, "new_of_known": new / known})


def _tree(size: int) -> dict[str, float]:
    """How many a second, by what is done."""
    entries = [os.urandom(32) for _ in range(size)]
    signer = Signer(os.urandom(32))

    def append() -> None:
        tiles: dict[tuple[int, int], bytes] = {}
        for at in range(0, size, BATCH):
            tiles |= grow(tiles, at, entries[at : at + BATCH])
            signer.sign(root(tiles, min(at + BATCH, size)))

    tiles: Tiles = grow({}, 0, entries)
    head = root(tiles, size)
    places = [at * (size // PROOFS or 1) % size for at in range(PROOFS)]
    inclusions = [inclusion(tiles, place, size) for place in places]
    olders = [place + 1 for place in places]
    heads = [root(tiles, older) for older in olders]
    proofs = [consistency(tiles, older, size) for older in olders]
    leaves = [leaf_hash(entries[place]) for place in places]
    assert all(map(included, leaves, places, [size] * PROOFS, inclusions, [head] * PROOFS))
    assert all(map(consistent, olders, [size] * PROOFS, proofs, heads, [head] * PROOFS))
    return {
        f"leaves, a tree of {size:,} at once": size / _timed(lambda: grow({}, 0, entries)),
        f"leaves, {BATCH:,} at a time with a signed head": size / _timed(append),
        "proofs of inclusion": PROOFS / _timed(lambda: [inclusion(tiles, place, size) for place in places]),
        "checks of them": PROOFS
        / _timed(lambda: list(map(included, leaves, places, [size] * PROOFS, inclusions, [head] * PROOFS))),
        "proofs of consistency": PROOFS / _timed(lambda: [consistency(tiles, older, size) for older in olders]),
        "checks of those": PROOFS
        / _timed(lambda: list(map(consistent, olders, [size] * PROOFS, proofs, heads, [head] * PROOFS))),
    }


def _timed(act: Callable[[], object]) -> float:
    """The middle one of three times, in seconds."""
    times = []
    for _ in range(TURNS):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return median(times)


def _sequence(house: Standing, size: int) -> float:
    """Leaves a second, from the first bell to the last commit."""
    made = house.asked(BACKLOG, house.place.round_id, house.place.pot_id, size)
    began = time.monotonic()
    while house.asked(WAITING):
        ring(connect_redis(house.servers.redis_url), "sequence")
        time.sleep(0.1)
    spent = time.monotonic() - began
    assert house.asked("select count(*) from box.leaf") == made
    return float(made / spent)


def _casts(house: Standing, seconds: float) -> list[Row]:
    """Ballots cast without signatures, with passes that were seen before, and with passes that nobody has seen."""
    known = Crowd(house, house.another_place(VOTERS))
    turns = []
    with click.progressbar(length=TURNS + 1, label="Casting", file=sys.stderr) as progress:
        known.measure("look", CONNECTIONS, 4 * seconds)
        progress.update(1)
        for _ in range(TURNS):
            trusting = known.measure("trusting", CONNECTIONS, seconds)
            cast = known.measure("cast", CONNECTIONS, seconds)
            strangers = Crowd(house, house.another_place(int(cast.per_second * seconds)))
            first = strangers.measure("cast", CONNECTIONS, seconds / 2)
            turns.append((trusting, cast, first))
            progress.update(1)
    return [sorted(rows, key=lambda row: row.per_second)[TURNS // 2] for rows in zip(*turns, strict=True)]
