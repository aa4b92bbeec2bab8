"""``byalag replay``: a real election once more, every voter over HTTP, and the outcome beside the one published."""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from random import Random

import click
import msgspec
import uvloop

from service.rehearsal.chaos import Chaos
from service.rehearsal.client import Client, Refused
from service.rehearsal.election import Election, read_election
from service.rehearsal.play import play
from service.rehearsal.report import Result, check_lines, headline, table, verdict
from service.rehearsal.stage import Login, Stage, own_stage, stay
from service.rehearsal.wire import NoAnswer, Wire

OFFICERS, MUNICIPALITY = ("Replay", "Replay, the second"), "Replay"


class Manner(msgspec.Struct, frozen=True):
    """How to replay: ``revisions`` per voter on average, ``connections`` at once, what chance starts from."""

    revisions: float
    connections: int
    seed: int
    chaos: bool


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", help="Replay in a house that runs there, instead of starting one.")
@click.option(
    "--officer",
    "officers",
    multiple=True,
    help="With --url, twice: two officers' names. The register of their municipality is replaced!",
)
@click.option(
    "--password", "passwords", multiple=True, help="With --url, twice: their passwords; asked for when not given."
)
@click.option(
    "--revisions",
    type=click.FloatRange(1, 5),
    default=1.0,
    show_default=True,
    help="Ballots per voter: with 1.3 three in ten first cast another one and then change it.",
)
@click.option(
    "--connections", type=click.IntRange(1, 256), default=16, show_default=True, help="Voters at the same time."
)
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the house.  [default: a temporary one]")
@click.option("--exit/--stay", "leave", default=False, help="Stop the house at the end, or keep it up for a look.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same changed ballots.")
@click.option("--chaos", is_flag=True, help="Kill a worker every 5 s and empty Redis every 7 s meanwhile.")
def replay(
    files: tuple[Path, ...],
    url: str | None,
    officers: tuple[str, ...],
    passwords: tuple[str, ...],
    revisions: float,
    connections: int,
    data: Path | None,
    leave: bool,
    seed: int,
    chaos: bool,
) -> None:
    """Replay real elections from Pabulib files, and compare the outcomes with those published.

    Every voter signs in with a code and casts over HTTP; then the round is closed, counted by the file's own rule and
    published. Exit code 0: everything held; 1: an outcome differs or a check failed; 2: it could not be tried.
    """
    if chaos and url:
        raise click.UsageError("--chaos is for a house that replay starts itself: leave out --url.")
    if chaos and os.environ.get("REDIS_URL"):
        raise click.UsageError("--chaos empties Redis, also of what others keep there: unset REDIS_URL.")
    if url and len(officers) != 2:
        raise click.UsageError(
            "--url needs --officer twice: one drafts the round, and two have to close and publish it."
        )
    elections = [read_election(file) for file in files]
    manner = Manner(revisions, connections, seed, chaos)
    with _stage(url, officers, passwords, data) as stage:
        held = uvloop.run(_replay_all(stage, elections, manner))
        if stage.house and not leave:
            click.echo(f"\nSign in at {stage.url}/officer as {stage.officer.name}, password {stage.officer.password}")
            stay()
    raise SystemExit(0 if held else 1)


def _stage(
    url: str | None, officers: tuple[str, ...], passwords: tuple[str, ...], data: Path | None
) -> contextlib.AbstractContextManager[Stage]:
    if url is None:
        return own_stage(data, "127.0.0.1", 0, OFFICERS, MUNICIPALITY)
    known = dict(zip(officers, passwords, strict=False))
    first, second = (
        Login(name, known.get(name) or click.prompt(f"Password of {name}", hide_input=True)) for name in officers
    )
    return contextlib.nullcontext(Stage(url.rstrip("/"), first, second))


async def _replay_all(stage: Stage, elections: Sequence[Election], manner: Manner) -> bool:
    """Replay one after the other; whether all of it held."""
    results: list[Result | None] = []
    async with Wire(stage.url, manner.connections) as wire:
        client = Client(wire)
        await client.sign_in_officers(stage.officer, stage.second)
        for election in elections:
            try:
                results.append(await _replay(stage, client, election, manner))
            except (Refused, NoAnswer) as fault:
                click.echo(f"{election.name} was not finished: {fault}", err=True)
                results.append(None)
    finished = [result for result in results if result]
    if len(elections) > 1:
        click.echo(f"\n{table(finished)}")
    return all(result is not None and result.held for result in results)


async def _replay(stage: Stage, client: Client, election: Election, manner: Manner) -> Result:
    """Replay one election, and say what came of it."""
    click.echo(f"\n{headline(election)}")
    for note in election.notes:
        click.echo(f"  note: {note}")
    resent = client.resent
    async with contextlib.AsyncExitStack() as stack:
        if manner.chaos and stage.house:
            chaos = Chaos(stage.house, Random(manner.seed))  # noqa: S311 - any worker will do
            await stack.enter_async_context(chaos.reigns())
        result = await play(client, election, manner.revisions, manner.seed, manner.connections)
    click.echo(check_lines(result.checks))
    if manner.chaos:
        click.echo(f"  {chaos.kills} workers were killed and Redis was emptied {chaos.flushes} times meanwhile.")
    if client.resent > resent:
        click.echo(f"  {client.resent - resent} requests were sent again after no answer or a busy one.")
    click.echo(f"{verdict(result)}\n  {stage.url}{result.page}\n  {stage.url}{result.bundle}")
    return result
