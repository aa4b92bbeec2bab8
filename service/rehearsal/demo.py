"""``byalag demo``: a housing company's round in a minute, and then a house to look around in."""

import textwrap
from pathlib import Path
from uuid import UUID

import click
import msgspec
import uvloop

from schema.snapshot import Snapshot
from service.pages.telling import Told, told
from service.pages.words import money, rule_name
from service.rehearsal import suburb
from service.rehearsal.bundle import bundle_path
from service.rehearsal.client import Refused
from service.rehearsal.neighbours import Neighbours
from service.rehearsal.open_rounds import Open, leave_proposing, leave_voting
from service.rehearsal.report import WIDTH, check_lines
from service.rehearsal.season import RESIDENTS, Season
from service.rehearsal.stage import Stage, own_stage, stay
from service.rehearsal.wire import NoAnswer, Wire

AT_ONCE = 8
GUESTS = 5
"""Residents at the same time, and letters for those who want to try."""


class Shown(msgspec.Struct, frozen=True):
    """Whether everything ``held``; the round that is over, with its most ``argued`` proposal; those that are open."""

    held: bool
    round_id: UUID
    snapshots: list[Snapshot]
    argued: UUID
    voting: Open
    proposing: Open


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
    over HTTP, counts, explains the outcome, and leaves two more rounds open in which you can vote and propose yourself.
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
        client = Neighbours(wire)
        await client.sign_in_officers(stage.officer, stage.second)
        season = Season(client, seed, AT_ONCE)
        await season.open_round()
        await season.propose()
        await season.debate()
        await season.translate()
        await season.support()
        await season.vote()
        finished = await season.finish()
        await season.tell(finished[0].snapshot)
        await season.look()
        people = [who.identity for who in season.residents]
        guests, others = people[-GUESTS:], people[:-GUESTS]
        voting = await leave_voting(client, guests)
        proposing = await leave_proposing(client, guests, others, AT_ONCE)
        kept.write_bytes(await client.bundle(season.view.round.id))  # noqa: ASYNC240 - nobody waits meanwhile
    click.echo(f"\nOn the way\n{check_lines(season.checks)}")
    for pot in finished:
        click.echo(f"\n{_outcome(pot.snapshot)}\nChecked:\n{check_lines(pot.checks)}")
    click.echo(f"\nThe whole round\n{check_lines([season.verified])}\n  {stage.url}{bundle_path(season.view.round.id)}")
    click.echo(f"  Kept for you; see for yourself: byalag verify {kept}")
    every = (*season.checks, *(check for pot in finished for check in pot.checks), season.verified)
    held = all(check.holds for check in every)
    snapshots = [pot.snapshot for pot in finished]
    return Shown(held, season.view.round.id, snapshots, season.argued, voting, proposing)


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
    this = f"/rounds/{shown.round_id}"
    rows = [("All rounds", "/"), ("This round, with a map", this), ("The same in Arabic", f"{this}?lang=ar")]
    rows += [("Proposals, with pictures and places", f"{this}/proposals")]
    rows += [("What was said of one of them", f"/proposals/{shown.argued}")]
    rows += [(f"Outcome, {snapshot.pot}", f"/pots/{snapshot.pot_id}/results") for snapshot in shown.snapshots]
    rows += [("Who took part, by area", f"{this}/turnout"), ("What becomes of what was funded", f"{this}/delivery")]
    rows += [("All there is to check (ZIP)", bundle_path(shown.round_id))]
    rows += [("For programs (OpenAPI)", "/api/openapi.json"), ("Officers", "/officer")]
    rows += [("Officers: what is reported", f"/officer/rounds/{shown.proposing.id}/arguments")]
    rows += [("Officers: what is not translated", f"/officer/rounds/{shown.proposing.id}/translations?of=proposals")]
    width = max(len(name) for name, _ in rows)
    lines = [f"  {name:<{width}}  {stage.url}{path}" for name, path in rows]
    logins = [f"  {'':<{width}}  {each.name}, password: {each.password}" for each in (stage.officer, stage.second)]
    return "\n".join(["Look around", *lines, *logins])


def _invitation(stage: Stage, shown: Shown) -> str:
    vote = "Vote yourself, in the round that is open, with the code of one of these letters"
    propose = "Propose and argue yourself, in next year's round; a draft waits behind the first of these codes"
    parts = ((vote, shown.voting), (propose, shown.proposing))
    return "\n\n".join(
        "\n".join([words, f"  {stage.url}/rounds/{left.id}/sign-in", *(f"  {code}" for code in left.codes)])
        for words, left in parts
    )
