"""Compare: what other rules would have made of a counted pot's ballots, and what its own makes without the held ones.

In a lane of its own, after the snapshot: a comparison that fails or takes long holds up no count. It is made of the
snapshot's own inputs, so a correction has one of its own.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg
import msgspec
from msgspec.structs import replace

from schema.comparison import WhatIf, WithoutHeld
from schema.snapshot import Group, Inputs, canonical
from workers.profile import count_inputs, instance_of, profile_of
from workers.store import ballots, snapshots
from workers.store.snapshots import Kept, Pot, Project
from workers.tally import Case, count_case
from workers.tally.comparison import alternatives, compare

CURRENCY_UNIT = 100
"""Minor units that Add1 raises the shares by."""


class NoSnapshot(Exception):
    """An event says that a pot was counted, and the box knows of no snapshot: nothing is compared (P8)."""


async def compare_pots(db: asyncpg.Connection, pot_ids: Collection[UUID]) -> None:
    """Keep the comparison of each of these pots; one that was kept before stays as it is. Raises NoSnapshot."""
    for pot_id in sorted(pot_ids):
        pot, counted = await snapshots.counted_pot(db, pot_id), await snapshots.newest(db, pot_id)
        if pot is None or counted is None:
            raise NoSnapshot
        found = side_by_side(pot, await snapshots.projects(db, pot_id), _inputs(counted).ballots)
        await snapshots.insert_what_if(db, counted.id, canonical(found))
        await _leave_out(db, pot_id, counted)


async def leave_out_held(db: asyncpg.Connection, round_ids: Collection[UUID]) -> None:
    """Work out the outcome of every counted pot of these rounds without the ballots that are held now."""
    for round_id in sorted(round_ids):
        if await ballots.are_deleted(db, round_id):
            continue  # what was worked out stays
        for pot_id in await snapshots.counted_pots(db, round_id):
            counted = await snapshots.newest(db, pot_id)
            assert counted is not None
            await _leave_out(db, pot_id, counted)


async def _leave_out(db: asyncpg.Connection, pot_id: UUID, counted: Kept) -> None:
    held = await ballots.held_groups(db, pot_id)
    content = canonical(without_held(_inputs(counted), held)) if held else None
    await snapshots.write_without_held(db, counted.id, content)


def _inputs(counted: Kept) -> Inputs:
    return msgspec.json.decode(counted.inputs, type=Inputs)


def without_held(inputs: Inputs, held: Sequence[Group]) -> WithoutHeld:
    """The outcome by the same rule without the held ballots. Pure."""
    ballot_of = {(group.choices, group.points): group.voters for group in inputs.ballots}
    rest = Counter(ballot_of) - Counter({(group.choices, group.points): group.voters for group in held})
    groups = sorted(Group(choices, voters, points) for (choices, points), voters in rest.items())
    outcome = count_inputs(replace(inputs, ballots=tuple(groups)))
    return WithoutHeld(
        held=sum(ballot_of.values()) - rest.total(),
        counted=rest.total(),
        funded=outcome.funded,
        partly=outcome.partly,
        spent=outcome.spent,
    )


def side_by_side(pot: Pot, projects: Sequence[Project], groups: Sequence[Group]) -> WhatIf:
    """Count a pot by its own rule first and by the others after it. Pure: the same facts, the same figures."""
    costs = [(project.number, project.cost) for project in projects]
    case = Case.of(instance_of(pot.money, costs), profile_of(pot.style, groups), pot.ties)
    rules = dict.fromkeys((pot.rule, *alternatives(CURRENCY_UNIT)))
    areas = {str(project.number): project.area for project in projects if project.area}
    return compare(case, [(rule, count_case(case, rule)) for rule in rules], areas or None)
