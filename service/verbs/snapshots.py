"""Reading published outcomes, as stored."""

import csv
import io
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import msgspec

from schema.errors import BallotsWithheld, NotCounted, NotFound, NotShown
from schema.outcome import code, granted
from schema.pb import format_amount
from schema.queries import Db
from schema.snapshot import Snapshot
from service.house import House
from service.store import snapshots
from service.store.roll import Officer
from service.store.snapshots import Published, RoundOutcome, WhatIfPublication
from service.verbs.rounds import own_round, public_pot, public_round

T = TypeVar("T")

COLUMNS = ("number", "title", "cost", "funded", "got", "currency", "votes", "score", "reason")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that a spreadsheet would compute."""


async def view_snapshot(house: House, pot_id: UUID) -> Published:
    """A pot's published snapshot."""
    return await _published(house, pot_id, snapshots.published_snapshot)


async def view_table(house: House, pot_id: UUID) -> bytes:
    """A pot's published outcome as CSV, a project a line."""
    published = await view_snapshot(house, pot_id)
    return outcome_csv(msgspec.json.decode(published.content, type=Snapshot))


def outcome_csv(snapshot: Snapshot) -> bytes:
    """Each project in the order of the outcome's reasons: cost and what it got in whole units, and a reason's name.

    It begins with the mark by which spreadsheets know UTF-8, and no title of it is a formula.
    """
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    projects = {str(project.number): project for project in snapshot.projects}
    for reason in snapshot.outcome.explanations:
        project, got = projects[reason.project], granted(reason)
        whole = reason.project in snapshot.outcome.funded
        writer.writerow(
            [
                project.number,
                f"'{project.title}" if project.title.startswith(FORMULA) else project.title,
                format_amount(project.cost),
                "yes" if whole else "in part" if got else "no",
                format_amount(got),
                snapshot.currency,
                project.supporters,
                getattr(reason, "score", ""),
                code(reason),
            ]
        )
    return written.getvalue().encode("utf-8-sig")


async def list_outcomes(house: House, round_ids: list[UUID]) -> list[RoundOutcome]:
    """What was published of these rounds, in two figures each."""
    async with house.box.enter() as db:
        return await snapshots.outcomes(db, round_ids)


async def view_pb(house: House, pot_id: UUID) -> bytes:
    """A pot's counted ballots as a ``.pb`` file. Raises BallotsWithheld where they are too few to be shown."""
    ballots = await _published(house, pot_id, snapshots.published_pb)
    if ballots.pb is None:
        raise BallotsWithheld()
    return ballots.pb


async def view_bundle(house: House, round_id: UUID) -> bytes:
    """All that is needed to check a round's published outcomes, a ZIP file. Raises NotFound, NotCounted."""
    async with house.box.enter() as db:
        found = await snapshots.published_bundle(db, round_id)
    if found is None:
        await public_round(house, round_id)
        raise NotCounted()
    return found


async def view_what_if(house: House, pot_id: UUID) -> bytes:
    """What other rules would have made of a pot's ballots, as canonical JSON.

    Raises NotCounted before publication and before it is worked out, and in between NotShown where the round did not
    say beforehand that it is shown, and no officer has decided so. Auditors wait with everybody else: nobody decides
    about a comparison that only some have read, and whoever has the ballots can make it.
    """
    found = await _published(house, pot_id, snapshots.published_what_if)
    if not found.shown:
        raise NotShown()
    if found.content is None:
        raise NotCounted()
    return found.content


async def view_what_if_publication(house: House, round_id: UUID) -> WhatIfPublication | None:
    """Who decided to show what other rules would have made of a round's ballots, if somebody did."""
    async with house.box.enter() as db:
        return await snapshots.what_if_publication(db, round_id)


async def publish_what_if(house: House, officer: Officer, round_id: UUID) -> WhatIfPublication:
    """Show, for good, what other rules would have made of a round's ballots; twice is once. Raises NotPublished."""
    async with house.box.write() as db:
        await own_round(db, officer, round_id)
        await snapshots.publish_what_if(db, round_id, officer.name)
        made = await snapshots.what_if_publication(db, round_id)
    assert made is not None
    return made


async def view_without_held(house: House, pot_id: UUID) -> bytes:
    """What a pot's published outcome would be without the ballots in quarantine, as canonical JSON.

    Raises NotCounted before publication, and NotFound when no ballot of the pot is held.
    """
    async with house.box.enter() as db:
        found = await snapshots.published_without_held(db, pot_id)
    if found is None:
        await view_snapshot(house, pot_id)
        raise NotFound(what="ballot in quarantine in this pot, so no other outcome,")
    return found


async def _published(house: House, pot_id: UUID, find: Callable[[Db, UUID], Awaitable[T | None]]) -> T:
    """What the store finds for a pot. Raises NotFound for one that is not public, NotCounted before publication."""
    async with house.box.enter() as db:
        found = await find(db, pot_id)
    if found is None:
        await public_pot(house, pot_id)
        raise NotCounted()
    return found
