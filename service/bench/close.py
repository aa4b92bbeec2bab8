"""``byalag bench close``: a close in the middle of a crowd, again and again."""

import asyncio
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import click
import msgspec

from schema.keys import Keys
from schema.local.place import open_place
from service.bench.crowd import Crowd
from service.bench.standing import MASTER_KEY, Standing, standing

VOTERS = 1_000
CONNECTIONS = 64
LOAD_SECONDS = 0.6


class Closing(msgspec.Struct, frozen=True):
    """One close: how long it took (seconds), what was accepted, and what was in the box at once and in the end."""

    seconds: float
    accepted: int
    refused: int
    others: int
    kept_at_once: int
    kept: int


@click.command()
@click.option("--times", type=click.IntRange(1), default=200, show_default=True, help="Rounds that are closed.")
@click.option("--json", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there, too.")
def close(times: int, target: Path | None) -> None:
    """Close rounds while 64 connections cast as fast as they can.

    Each round is closed at a random moment. What the box holds right after the close must be what it holds in the end,
    and exactly what the voters were told was accepted.
    """
    chance = Random(1)  # noqa: S311 - the same moments in every run
    with standing(1) as house, click.progressbar(range(times), label="Closing", file=sys.stderr) as rounds:
        closings = [_closed(house, chance.uniform(0.1, LOAD_SECONDS)) for _ in rounds]
    took = sorted(closing.seconds for closing in closings)
    wrong = [closing for closing in closings if not closing.accepted == closing.kept_at_once == closing.kept]
    figures: dict[str, Any] = {
        "rounds": closings,
        "p50": took[len(took) // 2],
        "p99": took[int(0.99 * len(took))],
        "accepted": sum(closing.accepted for closing in closings),
        "refused": sum(closing.refused for closing in closings),
        "wrong": len(wrong),
    }
    click.echo(f"{times} rounds: accepted {figures['accepted']:,}, refused as too late {figures['refused']:,}.")
    click.echo(f"A close took p50 {figures['p50'] * 1000:.0f} ms, p99 {figures['p99'] * 1000:.0f} ms.")
    click.echo(f"Rounds with a ballot lost or late: {len(wrong)}.")
    if target:
        target.write_bytes(msgspec.json.format(msgspec.json.encode(figures)) + b"\n")
    if wrong:
        raise click.ClickException("A close and a cast crossed.")


def _closed(house: Standing, after: float) -> Closing:
    place = asyncio.run(open_place(house.servers.database_url, Keys(MASTER_KEY), VOTERS))
    count = "select count(*) from box.ballot where pot_id = $1"
    with Crowd(house, place).load("cast", CONNECTIONS, LOAD_SECONDS) as rows:
        while not house.asked(count, place.pot_id):
            time.sleep(0.01)
        time.sleep(after)
        seconds, kept_at_once = asyncio.run(_close(house, place.round_id, count, place.pot_id))
    statuses = rows[0].statuses
    accepted, refused = statuses.get(201, 0), statuses.get(409, 0)
    return Closing(
        seconds,
        accepted,
        refused,
        sum(statuses.values()) - accepted - refused,
        kept_at_once,
        house.asked(count, place.pot_id),
    )


async def _close(house: Standing, round_id: object, count: str, pot_id: object) -> tuple[float, int]:
    db = await asyncpg.connect(house.servers.database_url)
    try:
        began = time.perf_counter()
        assert await db.fetchval("select box.close_round($1, 'officer')", round_id) == "closed"
        seconds = time.perf_counter() - began
        return seconds, await db.fetchval(count, pot_id)
    finally:
        await db.close()
