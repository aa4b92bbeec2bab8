"""``byalag staff``: officers who may sign in, and what they may do."""

import asyncio
import secrets
from collections.abc import Coroutine, Sequence
from datetime import datetime
from typing import Any, TypeVar, get_args

import asyncpg
import click

from schema.errors import NoDirectory, NotFound, Refusal
from schema.gateways import Directory
from schema.settings import Settings, read_settings
from service.cli.connecting import connected
from service.problems import details
from service.rights import OfficerRole
from service.room import refusal_of
from service.store import roll
from service.store import staff as store
from service.store.staff import Member
from service.verbs.directories import write_link
from service.verbs.sign_in import hash_password

T = TypeVar("T")

ROLES = click.Choice(get_args(OfficerRole))
BEGINNING: tuple[OfficerRole, ...] = ("admin", "officer")


@click.group()
def staff() -> None:
    """Officers who may sign in, and what they may do."""


@staff.command("add")
@click.argument("name")
@click.option("--municipality", required=True, help="Whom the officer works for; made when it is new.")
@click.option(
    "--role", "roles", multiple=True, type=ROLES, help="May be given several times; admin and officer unless said."
)
@click.option("--sign-in", "word", help="The word of a directory in BYALAG_DIRECTORIES to sign in with, by a link.")
def add_officer(name: str, municipality: str, roles: Sequence[OfficerRole], word: str | None) -> None:
    """Make an officer, or give an officer a new password or link. It is shown once.

    An officer who is there already keeps the roles unless --role gives others. A new link ends what was bound before.
    """
    settings = read_settings()
    if word is None:
        password = secrets.token_urlsafe(15)
        made = _done(_write_officer(settings, name, municipality, hash_password(password), roles))
        click.echo(f"{'Officer' if made else 'New password for'} {name}: {password}")
        return
    directory = settings.directories.get(word)
    if directory is None or not directory.serves(municipality):
        raise click.ClickException(details(NoDirectory()).detail)
    link, until = _done(_invite_officer(settings, name, municipality, roles, directory))
    click.echo(f"A link for {name} to sign in with {directory.name}, once, until {until:%Y-%m-%d %H:%M} UTC: {link}")


@staff.command("list")
@click.option("--municipality", help="Only those who work for this one.")
def list_officers(municipality: str | None) -> None:
    """Everybody who works or worked here, with their roles."""
    for member in _done(_members(read_settings(), municipality)):
        ways = f" (signs in with {member.issuer})" if member.issuer else ""
        ways += " (break glass)" if member.break_glass else ""
        click.echo(f"{member.municipality}, {member.name}: {', '.join(sorted(member.roles)) or 'removed'}{ways}")


@staff.command("role")
@click.argument("name")
@click.argument("roles", nargs=-1, required=True, type=ROLES, metavar="ROLE...")
def give_roles(name: str, roles: Sequence[OfficerRole]) -> None:
    """Give an officer these roles and no others. The officer signs in anew."""
    _done(_write_roles(read_settings(), name, roles))
    click.echo(f"{name}: {', '.join(sorted(set(roles)))}")


@staff.command("remove")
@click.argument("name")
def remove_officer(name: str) -> None:
    """Take an officer's roles away, and end every session. The name stays for what was done under it."""
    _done(_write_roles(read_settings(), name, ()))
    click.echo(f"{name} is removed.")


@staff.command("break-glass")
@click.argument("name")
def name_break_glass(name: str) -> None:
    """Let this admin in by password also where the municipality takes none; one for each municipality.

    For the day on which the directory is away: keep the password in a sealed envelope.
    """
    _done(_write_break_glass(read_settings(), name))
    click.echo(f"{name} gets in by password in any case.")


async def _write_break_glass(settings: Settings, name: str) -> None:
    async with connected(settings) as db, db.transaction():
        if not await store.name_break_glass(db, name):
            raise NotFound(what="admin of that name")


async def _invite_officer(
    settings: Settings, name: str, municipality: str, roles: Sequence[OfficerRole], directory: Directory
) -> tuple[str, datetime]:
    async with connected(settings) as db, db.transaction():
        place = await roll.municipality(db, municipality)
        made = await roll.insert_officer(db, place, name, None, roles or BEGINNING)
        if not made and roles:
            await store.update_roles(db, name, roles)
        officer = await roll.officer_by_name(db, name)
        if officer is None or officer.municipality_id != place or not officer.roles:
            raise NotFound(what="officer of that name")
        return await write_link(db, settings.public_url, directory, officer.id)


async def _write_officer(
    settings: Settings, name: str, municipality: str, password_hash: str, roles: Sequence[OfficerRole]
) -> bool:
    async with connected(settings) as db, db.transaction():
        place = await roll.municipality(db, municipality)
        made = await roll.insert_officer(db, place, name, password_hash, roles or BEGINNING)
        if not made:
            await roll.update_password(db, name, password_hash)
            if roles:
                await store.update_roles(db, name, roles)
        return made


async def _members(settings: Settings, municipality: str | None) -> list[Member]:
    async with connected(settings) as db:
        return await store.everybody(db, municipality)


async def _write_roles(settings: Settings, name: str, roles: Sequence[OfficerRole]) -> None:
    async with connected(settings) as db, db.transaction():
        if not await store.update_roles(db, name, roles):
            raise NotFound(what="officer of that name")


def _done(acting: Coroutine[Any, Any, T]) -> T:
    """What came of it; a refusal ends the command with its sentence."""
    try:
        return asyncio.run(acting)
    except (Refusal, asyncpg.PostgresError) as error:
        refusal = refusal_of(error)
        if not isinstance(refusal, Refusal):
            raise
        raise click.ClickException(details(refusal).detail) from None
