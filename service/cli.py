"""Commands of the service: ``byalag service`` and ``byalag staff``."""

import asyncio
import gc
import secrets

import asyncpg
import click
import uvicorn
from litestar import Litestar

from schema.logs import configure_logs
from schema.migrate import refuse_wrong_version
from schema.settings import Settings, read_settings
from service.app import make_app
from service.floorplan import ROLES, Part
from service.store import roll
from service.verbs.sign_in import hash_password


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8400, show_default=True, help="Port to listen on.")
@click.option(
    "--proxy", default="127.0.0.1", show_default=True, help="Address of the proxy whose headers are believed."
)
@click.option(
    "--room",
    type=click.Choice(list(ROLES)),
    default="both",
    show_default=True,
    help="What to serve: the roll, where people sign in and officers work; the box, where ballots are cast; or both.",
)
def service(host: str, port: int, proxy: str, room: Part) -> None:
    """Serve the API and the pages."""
    settings = read_settings()
    configure_logs()
    asyncio.run(_refuse_wrong_version(settings))
    serve(make_app(settings, room), host, port, proxy)


def serve(app: Litestar, host: str, port: int, proxy: str) -> None:
    """Serve an app until it is told to stop."""
    # What is there now stays for ever, and what a request leaves is seldom a ring: looking for rings a hundred times
    # a second, as Python would, costs a twentieth of all time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)
    uvicorn.run(
        app,
        host=host,
        port=port,
        forwarded_allow_ips=proxy,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=512,
        timeout_graceful_shutdown=20,
    )


async def _refuse_wrong_version(settings: Settings) -> None:
    db = await asyncpg.connect(settings.database_url)
    try:
        await refuse_wrong_version(db)
    finally:
        await db.close()


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
    db = await asyncpg.connect(settings.database_url)
    try:
        async with db.transaction():
            place = await roll.municipality(db, municipality)
            made = await roll.insert_officer(db, place, name, password_hash)
            if not made:
                await roll.update_password(db, name, password_hash)
            return made
    finally:
        await db.close()
