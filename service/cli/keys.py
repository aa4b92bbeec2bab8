"""``byalag keys``: making, rotating and listing the house's keys, and destroying a round's."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import asyncpg
import click

from schema.database import Role
from schema.errors import Refusal
from schema.keys import SIGNING, Keys, Signing
from schema.settings import Settings, read_settings
from service.cli.connecting import connected
from service.problems import details
from service.store.keys import Destroyed, RoundKey
from service.verbs import keys as verbs
from service.verbs.keys import KeyList

T = TypeVar("T")


@click.group()
def keys() -> None:
    """Keys: wrapped in the database under the master key, and never shown."""


@keys.command("init")
def init_keys() -> None:
    """Make the keys that are missing. Doing it again does nothing."""
    settings = read_settings()
    made = asyncio.run(_ask(settings, lambda db: verbs.make_keys(db, Keys(settings.master_key))))
    click.echo(f"Made the keys of {', '.join(made)}." if made else "All keys are there.")


@keys.command("rotate")
@click.argument("purpose", type=click.Choice(SIGNING))
def rotate_key(purpose: Signing) -> None:
    """Retire the key that signs these, and make a new one. What was signed before stays good."""
    settings = read_settings()
    old, new = asyncio.run(_ask(settings, lambda db: verbs.rotate_key(db, Keys(settings.master_key), purpose)))
    click.echo(f"The key {old} is retired; {new} signs {purpose} from now on, in a few seconds everywhere.")


@keys.command("list")
def list_keys() -> None:
    """Every key there ever was, and what became of each round's. Nothing secret."""
    for line in _lines(asyncio.run(_ask(read_settings(), verbs.list_keys, "byalag_roll"))):
        click.echo(line)


@keys.command("destroy-round")
@click.argument("round_id", metavar="ROUND", type=click.UUID)
@click.option("--act", "act_id", type=click.UUID, required=True, help="What two officers decided on the round's page.")
def destroy_round_key(round_id: UUID, act_id: UUID) -> None:
    """Destroy a round's key, once nobody can appeal any more. It cannot be taken back.

    Confirming the act does it already; this does it again where that went wrong. Backups hold the wrapped key until
    they expire.
    """

    async def destroy(db: asyncpg.Connection) -> Destroyed:
        return await verbs.destroy_round_key(db, round_id, act_id)

    try:
        done = asyncio.run(_ask(read_settings(), destroy, "byalag_roll"))
    except Refusal as refusal:
        raise click.ClickException(details(refusal).detail) from None
    click.echo(f"The key of the round {round_id} was destroyed at {_time(done.destroyed_at)}.")


def _lines(found: KeyList) -> list[str]:
    lines = [f"{'purpose':<12} {'id':<16} {'made':<20} {'retired':<20} public key (Ed25519)"]
    if found.identity:
        lines.append(f"{'identity':<12} {found.identity[0]:<16} {_time(found.identity[1]):<20} {'-':<20} -")
    for key in found.signing:
        retired = _time(key.retired_at) if key.retired_at else "-"
        times = f"{_time(key.made_at):<20} {retired:<20}"
        lines.append(f"{key.purpose:<12} {key.key_id:<16} {times} {key.public_key.hex()}")
    return [*lines, "", "keys of rounds:", *(_round_line(each) for each in found.rounds)]


def _round_line(found: RoundKey) -> str:
    what = "wrapped" if found.present else "missing"
    if found.destroyed_at and found.officers:
        by = " and ".join(found.officers)
        what = f"destroyed {_time(found.destroyed_at)} by {by}, decision: {found.decision}"
    return f"{found.round_id} {found.municipality}, {found.name}: {what}"


def _time(at: datetime) -> str:
    return f"{at.isoformat()[:19]}Z"


async def _ask(settings: Settings, act: Callable[[asyncpg.Connection], Awaitable[T]], role: Role | None = None) -> T:
    async with connected(settings, role) as db:
        return await act(db)
