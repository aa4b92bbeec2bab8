"""A pot's outcome, as its published snapshot has it. Nothing is counted here."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import FromPath

from schema.comparison import WhatIf
from schema.errors import NotCounted
from schema.snapshot import Snapshot
from service.house import House
from service.pages import figures, rules, telling, ties
from service.pages.problems import problem_page
from service.pages.shell import Page, public_page
from service.people import TheHouse
from service.reading import AnyRequest
from service.verbs import rounds as round_verbs
from service.verbs import snapshots as verbs

_SNAPSHOT, _WHAT_IF = msgspec.json.Decoder(Snapshot), msgspec.json.Decoder(WhatIf)


@get("/pots/{pot_id:uuid}/results")
async def view_results(request: AnyRequest, house: TheHouse, pot_id: FromPath[UUID]) -> Page:
    """What a pot's money goes to, and why."""
    try:
        published = await verbs.view_snapshot(house, pot_id)
    except NotCounted as refusal:
        found, _, _ = await round_verbs.public_pot(house, pot_id)
        return problem_page(refusal, (f"/rounds/{found.id}", found.name))
    snapshot = _SNAPSHOT.decode(published.content)
    funded, others = telling.told(snapshot)
    return public_page(
        request,
        "results.html",
        snapshot=snapshot,
        published_at=published.published_at,
        funded=funded,
        others=others,
        rule=rules.rule_told(snapshot),
        tie_order=ties.tie_order_told(snapshot),
        ties=ties.ties_told(snapshot),
        terms=figures.sum_told(snapshot.sums),
        by_rules=await _by_rules(house, pot_id),
    )


async def _by_rules(house: House, pot_id: UUID) -> list[figures.ByRule]:
    """What other rules would have made of the ballots; nothing while that is not worked out yet."""
    try:
        return figures.by_rules(_WHAT_IF.decode(await verbs.view_what_if(house, pot_id)))
    except NotCounted:
        return []


handlers: list[Any] = [view_results]
