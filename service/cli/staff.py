"""``byalag staff``: officers who may sign in."""

import asyncio
import secrets

import click

from schema.settings import Settings, read_settings
from service.cli.connecting import connected
from service.store import roll
from service.verbs.sign_in import hash_password


@click.group()
def staff() -> None:
    """Officers who may sign in."""


@staff.command("add")
@click.argument("name")
@click.option("--municipality", required=True, help="Whom the officer works for; made when it is new.")
def add_officer(name: str, municipality: str) -> None:
    """Make an officer, or give an officer a new password. The password is shown once."""
    password = secrets.token_urlsafe(15)
    made = asyncio.run(_write_officer(read_settings(), name, municipality, hash_password(password)))
    click.echo(f"{'Officer' if made else 'New password for'} {name}: {password}")


async def _write_officer(settings: Settings, name: str, municipality: str, password_hash: str) -> bool:
    async with connected(settings) as db, db.transaction():
        place = await roll.municipality(db, municipality)
        made = await roll.insert_officer(db, place, name, password_hash)
        if not made:
            await roll.update_password(db, name, password_hash)
        return made
