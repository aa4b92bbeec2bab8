"""A pot's outcome, as its published snapshot has it. Nothing is counted here."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.params import FromPath

from schema.comparison import WhatIf, WithoutHeld
from schema.errors import NotCounted, NotFound, NotShown
from schema.snapshot import Snapshot
from service.languages import spoken
from service.pages import charts, figures, rules, telling, ties
from service.pages.problems import problem_page
from service.pages.shell import ORIGINALS, Addresses, Page, here, render, rendered_page, wanted
from service.people import TheHouse
from service.reading import AnyRequest
from service.store.translations import Reading
from service.verbs import readings
from service.verbs import snapshots as verbs

_SNAPSHOT, _WHAT_IF = msgspec.json.Decoder(Snapshot), msgspec.json.Decoder(WhatIf)
_WITHOUT_HELD = msgspec.json.Decoder(WithoutHeld)


@get("/pots/{pot_id:uuid}/results")
async def view_results(request: AnyRequest, house: TheHouse, pot_id: FromPath[UUID]) -> Page:
    """What a pot's money goes to, and why."""
    try:
        published = await verbs.view_snapshot(house, pot_id)
    except NotCounted as refusal:
        found = (await readings.read_pot(house, pot_id, wanted(request))).round
        return problem_page(refusal, (f"/rounds/{found.id}", found.name))
    try:
        what_if = await verbs.view_what_if(house, pot_id)
    except (NotCounted, NotShown):  # it is not worked out yet, or nobody decided to show it
        what_if = None
    try:
        without_held = await verbs.view_without_held(house, pot_id)
    except (NotCounted, NotFound):  # none is held
        without_held = None
    at = here(request)
    facts = Facts(
        content=published.content,
        published_at=published.published_at,
        what_if=what_if,
        without_held=without_held,
        at=at,
        site=house.settings.box_url,
        wanted=wanted(request),
        titles=await readings.titles_of_pot(house, pot_id, wanted(request)),
    )
    return rendered_page(request, at, page(facts, spoken()))


class Facts(msgspec.Struct, frozen=True):
    """All that the page depends on: what was published and when, what is beside it, and where the house is.

    ``wanted`` and ``titles``: in which language its names are read, and how.
    """

    content: bytes
    published_at: datetime
    what_if: bytes | None
    without_held: bytes | None
    at: Addresses
    site: str
    wanted: str
    titles: tuple[Reading, ...] = ()


@lru_cache(maxsize=64)
def page(facts: Facts, _language: str) -> bytes:
    """The page in a language. Everybody reads the same one that day, and what it tells never changes."""
    snapshot, texts = readings.outcome_in_words(_SNAPSHOT.decode(facts.content), facts.titles, facts.wanted)
    funded, others = telling.told(snapshot)
    steps = figures.way_of_the_money(snapshot, funded)
    return render(
        "results.html",
        facts.at,
        "" if facts.wanted else f"{ORIGINALS}&",
        texts=texts,
        site=facts.site,
        snapshot=snapshot,
        published_at=facts.published_at,
        funded=funded,
        others=others,
        flow=charts.flow_bar([step.row.paid for step in steps], snapshot.money),
        steps=steps,
        pointed=telling.by_points(snapshot.outcome),
        beside=figures.side_by_side(funded, others),
        turnout=charts.bar(snapshot.sums.voters, snapshot.sums.electors),
        ways=figures.ways_told(snapshot.sums),
        rule=rules.rule_told(snapshot),
        tie_order=ties.tie_order_told(snapshot),
        ties=ties.ties_told(snapshot),
        terms=figures.sum_told(snapshot.sums),
        without_held=_WITHOUT_HELD.decode(facts.without_held) if facts.without_held else None,
        titles={str(project.number): project.title for project in snapshot.projects},
        by_rules=figures.by_rules(_WHAT_IF.decode(facts.what_if)) if facts.what_if else [],
    )


handlers: list[Any] = [view_results]
