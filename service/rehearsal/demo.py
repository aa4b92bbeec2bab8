"""``byalag demo``: a housing company's round in a minute, and then a house to look around in."""

import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import click
import msgspec
import uvloop

from schema.snapshot import Snapshot
from service.pages.telling import Told, told
from service.pages.words import money, rule_name
from service.rehearsal import suburb
from service.rehearsal.bundle import bundle_path
from service.rehearsal.client import Client, Refused
from service.rehearsal.report import WIDTH, check_lines
from service.rehearsal.season import RESIDENTS, Season
from service.rehearsal.stage import Stage, own_stage, stay
from service.rehearsal.wire import NoAnswer, Wire

AT_ONCE = 8
GUESTS = 5
"""Residents at the same time, and letters for those who want to try."""


class Shown(msgspec.Struct, frozen=True):
    """Whether everything ``held``; the round that is over; the one that is open, with letter codes nobody used."""

    held: bool
    round_id: UUID
    snapshots: list[Snapshot]
    open_id: UUID
    codes: list[str]


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the house.  [default: a temporary one]")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8400, show_default=True, help="Port to listen on; 0 for a free one.")
@click.option(
    "--bundle",
    "kept",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("byalag-demo-bundle.zip"),
    show_default=True,
    help="Where the bundle of the finished round is kept, for `byalag verify`.",
)
@click.option("--exit", "leave", is_flag=True, help="Stop at the end; exit code 0 only if everything held.")
@click.option(
    "--seed", default=1, show_default=True, help="The same seed makes the same residents and the same outcome."
)
def demo(data: Path | None, host: str, port: int, kept: Path, leave: bool, seed: int) -> None:
    """See a whole round in about a minute, then look around in it.

    Starts a house on this machine, lets the residents of a housing company that we made up propose, support and vote
    over HTTP, counts, explains the outcome, and leaves a small second round open in which you can vote yourself.
    """
    click.echo(f"{suburb.COMPANY} asks its {RESIDENTS} residents what to do with two sums of money.\n")
    with own_stage(data, host, port, suburb.OFFICERS, suburb.COMPANY) as stage:
        try:
            shown = uvloop.run(_perform(stage, seed, kept))
        except (Refused, NoAnswer) as fault:
            raise click.ClickException(str(fault)) from fault
        if not leave:
            click.echo(f"\n{_links(stage, shown)}\n\n{_invitation(stage, shown)}")
            stay()
    raise SystemExit(0 if shown.held else 1)


async def _perform(stage: Stage, seed: int, kept: Path) -> Shown:
    """Play both rounds, and tell what came of the first."""
    async with Wire(stage.url, AT_ONCE) as wire:
        client = Client(wire)
        await client.sign_in_officers(stage.officer, stage.second)
        season = Season(client, seed, AT_ONCE)
        await season.open_round()
        await season.propose()
        await season.support()
        await season.vote()
        finished = await season.finish()
        guests = Random(seed).sample([who.identity for who in season.residents], GUESTS)  # noqa: S311 - made up
        summer, codes = await _leave_open(client, guests)
        kept.write_bytes(await client.bundle(season.view.round.id))  # noqa: ASYNC240 - nobody waits meanwhile
    click.echo(f"\nOn the way\n{check_lines(season.checks)}")
    for pot in finished:
        click.echo(f"\n{_outcome(pot.snapshot)}\nChecked:\n{check_lines(pot.checks)}")
    click.echo(f"\nThe whole round\n{check_lines([season.verified])}\n  {stage.url}{bundle_path(season.view.round.id)}")
    click.echo(f"  Kept for you; see for yourself: byalag verify {kept}")
    every = (*season.checks, *(check for pot in finished for check in pot.checks), season.verified)
    held = all(check.holds for check in every)
    return Shown(held, season.view.round.id, [pot.snapshot for pot in finished], summer, codes)


async def _leave_open(client: Client, guests: Sequence[str]) -> tuple[UUID, list[str]]:
    """A second round that is open for a week, and letter codes for it that nobody used."""
    now = datetime.now(UTC)
    view = await client.draft_round(
        {
            "name": f"{suburb.SUMMER_ROUND} {now.year + 1}",
            "about": "En liten omröstning som är öppen nu. A small vote that is open now.",
            "currency": suburb.CURRENCY,
            "language": "sv",
            "pots": [suburb.SUMMER_POT],
            "voting_at": now - timedelta(minutes=1),
            "closes_at": now + timedelta(days=7),
        }
    )
    for number, (title, about, cost) in enumerate(suburb.SUMMER_PROJECTS, 1):
        words = {"title": title, "about": about, "number": number}
        await client.add_project(view.round.id, {**words, "pot_id": view.pots[0].id, "cost": cost * suburb.KRONA})
    await client.wait_for_roll(view.round.id)
    codes = await client.issue_codes(view.round.id, guests)
    await client.schedule(view.round.id)
    return view.round.id, list(codes.values())


def _outcome(snapshot: Snapshot) -> str:
    """A pot's outcome: each project with its cost and why it is funded or not."""
    sums = snapshot.sums
    funded, others = told(snapshot)
    lines = [
        f"{snapshot.pot}: {money(snapshot.money, snapshot.currency)}. {rule_name(snapshot.rule)}.",
        f"{sums.counted} of {sums.electors} voted. Funded:",
        *(line for row in funded for line in _told(row, snapshot.currency)),
        "Not funded:",
        *(line for row in others for line in _told(row, snapshot.currency)),
    ]
    return "\n".join(lines)


def _told(row: Told, currency: str) -> list[str]:
    title = f"{money(row.project.cost, currency):>12}  {row.project.title}"
    return [title, textwrap.fill(row.why, WIDTH, initial_indent=" " * 14, subsequent_indent=" " * 14)]


def _links(stage: Stage, shown: Shown) -> str:
    rows = [("All rounds", "/"), ("This round", f"/rounds/{shown.round_id}")]
    rows += [(f"Outcome, {snapshot.pot}", f"/pots/{snapshot.pot_id}/results") for snapshot in shown.snapshots]
    rows += [("Who took part, by area", f"/rounds/{shown.round_id}/turnout")]
    rows += [("All there is to check (ZIP)", bundle_path(shown.round_id))]
    rows += [("For programs (OpenAPI)", "/api/openapi.json"), ("Officers", "/officer")]
    width = max(len(name) for name, _ in rows)
    lines = [f"  {name:<{width}}  {stage.url}{path}" for name, path in rows]
    logins = [f"  {'':<{width}}  {each.name}, password: {each.password}" for each in (stage.officer, stage.second)]
    return "\n".join(["Look around", *lines, *logins])


def _invitation(stage: Stage, shown: Shown) -> str:
    where = f"  {stage.url}/rounds/{shown.open_id}/sign-in"
    codes = [f"  {code}" for code in shown.codes]
    return "\n".join(["Vote yourself, in the round that is open, with the code of one of these letters", where, *codes])
