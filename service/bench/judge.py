"""``byalag bench judge``: how soon an accepted ballot has its verdict, and how fast a backlog is worked off."""

import sys
import time
from pathlib import Path

import click

from schema.doorbell import connect_redis, ring
from schema.local.figures import keep, percentile, to_json
from service.bench.crowd import Crowd
from service.bench.standing import Standing, standing

VOTERS = 20_000
CONNECTIONS = 16
LANE = (("workers", "--lane", "judge"), ("clock",))
BACKLOG = """
with casts as (
    select array_agg(tag) as tags, count(*) as size, array_agg(n) as numbers
    from (select sha256(int8send(n)) as tag, n, n / 500 as batch from generate_series(1, $3::bigint) n) t group by batch
)
select count(a.place) from casts c, box.cast_ballots($1, array_fill($2::uuid, array[c.size::integer]), c.tags,
    array(select lpad(n::text, 12, '0') from unnest(c.numbers) n), array_fill(0, array[c.size::integer]),
    array_fill('{3,17,28,39,50}'::text, array[c.size::integer]), array_fill('{}'::text, array[c.size::integer]),
    array_fill(false, array[c.size::integer]),
    array(select sha256(int8send(n + 1000000000)) from unnest(c.numbers) n),
    array(select sha256(int8send(n + 2000000000)) from unnest(c.numbers) n)) a
"""
WAITING = "select count(*) from post.outbox where lane = 'judge'"
AGE = """
select coalesce(extract(epoch from clock_timestamp() - min(waiting_since)), 0)::float from post.outbox
where lane = 'judge'
"""


@click.command()
@click.option("--seconds", type=click.FloatRange(min=0.5), default=8.0, show_default=True, help="Length of the load.")
@click.option("--backlog", type=click.IntRange(1), default=100_000, show_default=True, help="Ballots that wait.")
@to_json
def judge(seconds: float, backlog: int, target: Path | None) -> None:
    """Judge ballots as fast as one worker does, beside a service under full load, and from a backlog.

    While ballots are cast, the age of the oldest that waits for its verdict is looked at twenty times a second. Then so
    many ballots are put before the worker at once.
    """
    with standing(VOTERS, LANE) as house:
        crowd = Crowd(house, house.place)
        click.echo("Casting ...", err=True)
        with crowd.load("cast", CONNECTIONS, seconds) as rows:
            ages = sorted(_ages(house, seconds))
        _wait(house, "The rest of the load", None)
        made = house.asked(BACKLOG, house.place.round_id, house.place.pot_id, backlog)
        began = time.monotonic()
        ring(connect_redis(house.servers.redis_url), "judge")  # as the service does after a commit
        _wait(house, f"A backlog of {made:,}", made)
        drained = time.monotonic() - began
    figures = {
        "accepted_per_second": rows[0].per_second,
        "oldest_p50": percentile(ages, 0.5),
        "oldest_p99": percentile(ages, 0.99),
        "backlog": made,
        "drained": drained,
        "judged_per_second": made / drained,
    }
    click.echo(
        f"Accepted {rows[0].per_second:,.0f}/s by one process, {CONNECTIONS} connections, while a worker judged."
    )
    click.echo(
        f"Oldest that waits for a verdict: p50 {figures['oldest_p50']:.2f} s, p99 {figures['oldest_p99']:.2f} s."
    )
    click.echo(f"A backlog of {made:,} in {drained:.1f} s: {made / drained:,.0f}/s.")
    keep(target, figures)


def _ages(house: Standing, seconds: float) -> list[float]:
    """Seconds that the oldest event waited, again and again."""
    ages = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ages.append(house.asked(AGE))
        time.sleep(0.05)
    return ages


def _wait(house: Standing, what: str, size: int | None) -> None:
    """Until nothing waits any more."""
    with click.progressbar(length=size or 1, label=what, file=sys.stderr) as progress:
        left = house.asked(WAITING)
        while left:
            time.sleep(0.1)
            now = house.asked(WAITING)
            progress.update(max(0, left - now) if size else 0)
            left = now
