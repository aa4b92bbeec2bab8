"""``byalag register``: importing who lives where, from a file or from another service."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import click

from schema.database import pool
from schema.errors import FaultyRegister, Malformed, NotFound, Refusal
from schema.keys import Keys
from schema.settings import read_settings
from service.cli.connecting import identities
from service.problems import details
from service.room import Room
from service.sources.places import file_rows, http_rows
from service.sources.rows import Column, read_names
from service.store import roll
from service.store.imports import Import
from service.verbs import imports as verbs
from service.verbs.imports import Desk

T = TypeVar("T")
WHO = "the operator"
TOKEN = "BYALAG_REGISTER_TOKEN"  # noqa: S105  # the name of the variable that holds it

of_municipality = click.option("--municipality", required=True, help="Whose register it is.")


@click.group("register")
def register() -> None:
    """The register: who lives, works, studies or rents where."""


def _names(_: click.Context, __: click.Parameter, pairs: tuple[str, ...]) -> dict[Column, str]:
    try:
        return read_names(pairs)
    except Malformed as refusal:
        raise click.BadParameter(str(refusal.facts["fault"])) from None


@register.command("import")
@click.argument("source", metavar="FILE|URL")
@of_municipality
@click.option("--map", "names", multiple=True, callback=_names, help="COLUMN=NAME: what the source calls a column.")
@click.option("--dry-run", is_flag=True, help="Show the difference, and forget what was read.")
@click.option("--apply", "at_once", is_flag=True, help="Apply it without asking.")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Write faults there as CSV instead of here."
)
def import_register(
    source: str, municipality: str, names: dict[Column, str], dry_run: bool, at_once: bool, report: Path | None
) -> None:
    """Read a register and show how it differs from the one that holds; apply it with --apply, or later.

    The source is a CSV file, a file of JSON lines (.jsonl), or the https address of a service that answers either, to
    which the token in BYALAG_REGISTER_TOKEN is shown. Columns: identity, area, and if wanted birth_year, birth_month,
    language, relations (lives works studies rents member), email, phone.
    """
    if dry_run and at_once:
        raise click.UsageError("Choose one of --dry-run and --apply.")

    async def importing(desk: Desk) -> Import:
        try:
            staged = await _stage(desk, source, names)
        except FaultyRegister as refusal:
            await _tell_faults(desk, refusal, report)
            raise
        for line in difference(staged):
            click.echo(line)
        if dry_run:
            return await verbs.discard_import(desk, staged.id)
        return await verbs.apply_import(desk, staged.id) if at_once else staged

    _say(_at_desk(municipality, importing), municipality)


async def _stage(desk: Desk, source: str, names: dict[Column, str]) -> Import:
    if source.startswith(("http://", "https://")):
        return await verbs.stage_import(
            desk, source.partition("?")[0], http_rows(source, os.environ.get(TOKEN, ""), names)
        )
    return await verbs.stage_import(desk, Path(source).name, file_rows(Path(source), names))


@register.command("apply")
@click.argument("import_id", metavar="IMPORT", type=click.UUID)
@of_municipality
def apply_import(import_id: UUID, municipality: str) -> None:
    """Apply what was imported before."""
    _say(_at_desk(municipality, lambda desk: verbs.apply_import(desk, import_id)), municipality)


def difference(staged: Import) -> list[str]:
    """What an import changes, a line for each kind."""
    said = {"added": staged.added, "moved": staged.moved, "left": staged.left, "changed": staged.changed}
    lines = [f"{name:<8} {number:>12,}" for name, number in (said | {"the same": staged.same}).items()]
    return [*lines, f"{'in all':<8} {staged.persons:>12,}"]


def _say(done: Import, municipality: str) -> None:
    match done.state:
        case "applied" if done.differs:
            click.echo(f"Applied: the register is at version {done.version} now.")
        case "applied":
            click.echo(f"Nothing differs: the register stays at version {done.version}.")
        case "staged":
            click.echo(f"Nothing is changed yet. Apply it on the page /officer/register, or with:\n"
                       f"byalag register apply {done.id} --municipality {municipality!r}")  # fmt: skip
        case _:
            click.echo("Nothing was changed, and what was read is forgotten.")


async def _tell_faults(desk: Desk, refusal: FaultyRegister, report: Path | None) -> None:
    """Every fault, in a file or here."""
    with click.open_file(str(report or "-"), "w", encoding="utf-8") as told:
        async for lines in verbs.all_faults(desk, UUID(str(refusal.facts["import_id"]))):
            told.write(lines)


def _at_desk(municipality: str, act: Callable[[Desk], Awaitable[T]]) -> T:
    async def acted() -> T:
        async with _desk(municipality) as desk:
            return await act(desk)

    try:
        return asyncio.run(acted())
    except FaultyRegister as refusal:
        raise click.ClickException(f"Nothing was imported: {refusal.facts['number']} lines are wrong.") from None
    except Refusal as refusal:
        raise click.ClickException(details(refusal).detail) from None


@asynccontextmanager
async def _desk(municipality: str) -> AsyncIterator[Desk]:
    """The desk of the operator. Nobody is told at once: the clock does that a moment later."""
    settings = read_settings()
    command = click.get_current_context().command_path
    opened = await pool(settings.database_url, "byalag_roll", size=2, seconds=60, command=command)
    try:
        room = Room(opened)
        async with room.enter() as db:
            person_ref = await identities(db, Keys(settings.master_key))
            municipality_id = await roll.known_municipality(db, municipality)
        if municipality_id is None:
            raise NotFound(what=f"municipality called {municipality}")
        yield Desk(room, person_ref, municipality_id, WHO, lambda _: None, settings.calling_code)
    finally:
        await opened.close()
