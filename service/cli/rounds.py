"""``byalag round``: what is kept of a round, and deleting what is kept no longer than it must."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

import click

from schema.errors import Refusal
from schema.settings import Settings, read_settings
from service.cli.connecting import connected
from service.cli.officers import passwords_of
from service.problems import details
from service.verbs import retention as verbs
from service.verbs.retention import Holdings


@click.group("round")
def rounds() -> None:
    """Rounds: what is kept of them, and until when."""


@rounds.command()
@click.argument("round_id", metavar="ROUND", type=click.UUID)
@click.option("--delete", is_flag=True, help="Delete what is due. It cannot be taken back.")
@click.option("--decision", help="With --delete: where the decision is written down, such as a number in the diary.")
@click.option("--officer", "officers", multiple=True, help="With --delete, twice: the two who decide it.")
def retention(round_id: UUID, delete: bool, decision: str | None, officers: tuple[str, ...]) -> None:
    """Show what is kept of a round, what of it is due to be deleted, and why.

    With --delete both passwords are asked for, or read from two lines of the input when that is no terminal. The
    ledger, the outcomes and the counted ballots stay, and still verify. Backups hold the rest until they expire.
    """
    if delete and (not decision or len(officers) != 2):
        raise click.UsageError("To delete, give --decision, and --officer twice: two people have to agree.")
    try:
        found = asyncio.run(_act(read_settings(), round_id, decision if delete else None, officers))
    except Refusal as refusal:
        raise click.ClickException(details(refusal).detail) from None
    for line in _lines(found):
        click.echo(line)


async def _act(settings: Settings, round_id: UUID, decision: str | None, officers: tuple[str, ...]) -> Holdings:
    async with connected(settings, "byalag_box") as box, connected(settings, "byalag_roll") as roll:
        if decision is None:
            return await verbs.view_holdings(box, roll, round_id)
        first, second = officers
        return await verbs.delete_openings(box, roll, round_id, decision, (first, second), passwords_of(first, second))


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
    yield _line("stays", f"{box.snapshots:,} outcomes with their counted ballots", "anybody may count again", "")


def _line(when: str, what: str, why: str, how: str) -> str:
    return f"{when:<6} {what:<58} {why}{f'  [{how}]' if how else ''}"
