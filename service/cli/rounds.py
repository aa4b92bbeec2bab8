"""``byalag round``: what is kept of a round, and deleting what is kept no longer than it must."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

import click

from schema.errors import Refusal
from schema.settings import Settings, read_settings
from service.cli.connecting import connected
from service.problems import details
from service.verbs import retention as verbs
from service.verbs.retention import Holdings


@click.group("round")
def rounds() -> None:
    """Rounds: what is kept of them, and until when."""


@rounds.command()
@click.argument("round_id", metavar="ROUND", type=click.UUID)
@click.option("--delete", is_flag=True, help="Delete what is due. It cannot be taken back.")
@click.option("--act", "act_id", type=click.UUID, help="With --delete: what two officers decided on the round's page.")
def retention(round_id: UUID, delete: bool, act_id: UUID | None) -> None:
    """Show what is kept of a round, what of it is due to be deleted, and why.

    Confirming the act deletes already, unless there is too much for a request: then this does it. The ledger, the
    outcomes and the counted ballots stay, and still verify. Backups hold the rest until they expire.
    """
    if delete != (act_id is not None):
        raise click.UsageError("To delete, give --delete and --act: two officers have to decide it.")
    try:
        found = asyncio.run(_act(read_settings(), round_id, act_id))
    except Refusal as refusal:
        raise click.ClickException(details(refusal).detail) from None
    for line in _lines(found):
        click.echo(line)


async def _act(settings: Settings, round_id: UUID, act_id: UUID | None) -> Holdings:
    async with connected(settings, "byalag_box") as box, connected(settings, "byalag_roll") as roll:
        if act_id is None:
            return await verbs.view_holdings(box, roll, round_id)
        return await verbs.delete_openings(box, roll, round_id, act_id)


def _lines(found: Holdings) -> Iterator[str]:
    box, roll = found.box, found.roll
    yield f"{box.municipality}, {box.name}"
    if box.appeal_ends_at is None:
        yield "The outcome is not published: everything stays."
    else:
        tense = "ended" if box.due else "ends"
        yield f"The {box.appeal_days} days for appeals {tense} on {box.appeal_ends_at.date().isoformat()}."
    when = "due" if box.due else "later"
    yield _line(
        "done" if roll.destroyed_at else when,
        "the round's key",
        "without it nobody can join persons and ballots",
        f"destroyed on {roll.destroyed_at.date().isoformat()}, decision {roll.key_decision}"
        if roll.destroyed_at
        else "byalag keys destroy-round",
    )
    deleted = f"deleted on {box.deleted_at.date().isoformat()}, decision {box.decision}" if box.deleted_at else ""
    for number, what, why in (
        (box.ballots, f"{box.ballots:,} ballots and changes, with nonces and pseudonyms", "they could be joined"),
        (box.openings, f"{box.openings:,} auditors' copies of them", "the audit is over"),
        (roll.codes, f"{roll.codes:,} letter codes", "nobody signs in any more"),
        (roll.entries, f"{roll.entries:,} entries of who may vote where", "the register has what is needed"),
        (roll.participations, f"{roll.participations:,} lists of who took part", "nobody needs to know any more"),
    ):
        yield _line(when if number else "done", what, why, deleted if not number else "byalag round retention --delete")
    yield _line("stays", f"the ledger: {box.leaves:,} leaves, {box.heads:,} signed heads", "it names nobody", "")
    yield _line("stays", f"{roll.turnout_lines:,} sums of who took part, by area", "each of many people", "")
    yield _line("stays", f"{box.snapshots:,} outcomes with their counted ballots", "anybody may count again", "")


def _line(when: str, what: str, why: str, how: str) -> str:
    return f"{when:<6} {what:<58} {why}{f'  [{how}]' if how else ''}"
