"""``byalag print``: ballots for paper, and lists for booths."""

import asyncio
from pathlib import Path
from uuid import UUID

import click

from schema.errors import Refusal
from schema.keys import Keys
from schema.settings import Settings, read_settings
from service.cli.connecting import connected, identities
from service.printing.words import FALLBACK, languages
from service.problems import details
from service.verbs import printing as verbs

_LANGUAGE = click.option("--language", type=click.Choice(list(languages())), default=FALLBACK, show_default=True)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file (PDF).")


@click.group("print")
def printing() -> None:
    """Paper: ballots, and lists for booths."""


@printing.command("ballots")
@click.argument("round_id", metavar="ROUND", type=click.UUID)
@click.argument("pot_id", metavar="POT", type=click.UUID)
@_LANGUAGE
@_OUT
def ballots(round_id: UUID, pot_id: UUID, language: str, out: Path) -> None:
    """One ballot of a pot, to be copied: projects by number, with a box beside each."""

    async def act() -> bytes:
        async with connected(read_settings(), "byalag_box") as box:
            return await verbs.print_pot(box, round_id, pot_id, language)

    try:
        out.write_bytes(asyncio.run(act()))
    except Refusal as refusal:
        raise click.ClickException(details(refusal).detail) from None
    click.echo(f"{out}")


@printing.command("booth")
@click.argument("round_id", metavar="ROUND", type=click.UUID)
@click.option("--file", "people", required=True, type=_FILE, help="CSV with identity and name. Read and forgotten.")
@_LANGUAGE
@_OUT
def booth(round_id: UUID, people: Path, language: str, out: Path) -> None:
    """The people of a file, and in which pots each of them may vote, with a box to tick."""
    try:
        out.write_bytes(asyncio.run(_booth(read_settings(), round_id, people, language)))
    except Refusal as refusal:
        raise click.ClickException(details(refusal).detail) from None
    click.echo(f"{out}: it names people. Destroy it when the booth has closed.")


async def _booth(settings: Settings, round_id: UUID, people: Path, language: str) -> bytes:
    async with connected(settings, "byalag_roll") as roll:
        person_ref = await identities(roll, Keys(settings.master_key))
        with people.open(encoding="utf-8", newline="") as file:
            return await verbs.print_booth(roll, round_id, file, person_ref, language)
