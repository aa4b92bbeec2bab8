"""Compare: what other rules would have made of a counted pot's ballots, side by side with its own.

In a lane of its own, after the snapshot: a comparison that fails or takes long holds up no count.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg

from schema.comparison import WhatIf
from schema.snapshot import Group, canonical
from workers.profile import instance_of, profile_of
from workers.store import ballots, snapshots
from workers.store.snapshots import Pot, Project
from workers.tally import Case, count_case
from workers.tally.comparison import alternatives, compare

CURRENCY_UNIT = 100
"""Minor units that Add1 raises the shares by."""


class NoSnapshot(Exception):
    """An event says that a pot was counted, and the box knows of no snapshot: nothing is compared (P8)."""


async def compare_pots(db: asyncpg.Connection, pot_ids: Collection[UUID]) -> None:
    """Keep the comparison of each of these pots; one that was kept before stays as it is. Raises NoSnapshot."""
    for pot_id in sorted(pot_ids):
        pot = await snapshots.counted_pot(db, pot_id)
        if pot is None:
            raise NoSnapshot
        found = side_by_side(pot, await snapshots.projects(db, pot_id), await ballots.groups(db, pot_id))
        await snapshots.insert_what_if(db, pot, canonical(found))


def side_by_side(pot: Pot, projects: Sequence[Project], groups: Sequence[Group]) -> WhatIf:
    """Count a pot by its own rule first and by the others after it. Pure: the same facts, the same figures."""
    costs = [(project.number, project.cost) for project in projects]
    case = Case.of(instance_of(pot.money, costs), profile_of(pot.style, groups), pot.ties)
    rules = dict.fromkeys((pot.rule, *alternatives(CURRENCY_UNIT)))
    areas = {str(project.number): project.area for project in projects if project.area}
    return compare(case, [(rule, count_case(case, rule)) for rule in rules], areas or None)
