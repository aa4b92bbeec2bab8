"""``byalag bench close``: a close in the middle of a crowd, again and again."""

import sys
import time
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import click
import msgspec

from schema.local.figures import keep, percentile, to_json
from service.bench.crowd import Crowd
from service.bench.place import Place, close_place
from service.bench.standing import Standing, at, standing

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
@to_json
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
        "p50": percentile(took, 0.5),
        "p99": percentile(took, 0.99),
        "accepted": sum(closing.accepted for closing in closings),
        "refused": sum(closing.refused for closing in closings),
        "wrong": len(wrong),
    }
    click.echo(f"{times} rounds: accepted {figures['accepted']:,}, refused as too late {figures['refused']:,}.")
    click.echo(f"A close took p50 {figures['p50'] * 1000:.0f} ms, p99 {figures['p99'] * 1000:.0f} ms.")
    click.echo(f"Rounds with a ballot lost or late: {len(wrong)}.")
    keep(target, figures)
    if wrong:
        raise click.ClickException("A close and a cast crossed.")


def _closed(house: Standing, after: float) -> Closing:
    place = house.another_place(VOTERS)
    count = "select count(*) from box.ballot where pot_id = $1"
    with Crowd(house, place).load("cast", CONNECTIONS, LOAD_SECONDS) as rows:
        while not house.asked(count, place.pot_id):
            time.sleep(0.01)
        time.sleep(after)
        seconds, kept_at_once = at(house.servers, lambda db: _close(db, place, count))
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


async def _close(db: asyncpg.Connection, place: Place, count: str) -> tuple[float, int]:
    """Close a round; the seconds that it took, and what the box held right afterwards."""
    began = time.perf_counter()
    await close_place(db, place)
    seconds = time.perf_counter() - began
    return seconds, await db.fetchval(count, place.pot_id)
