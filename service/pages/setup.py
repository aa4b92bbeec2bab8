"""An officer sets a round up: what is missing before it can be scheduled, and another round like it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath

from schema.errors import Refusal
from service.languages import _
from service.pages import words
from service.pages.drafting import NEEDED, TIMES
from service.pages.forms import Fields, read_form, shaped
from service.pages.shell import Page, officer_form, see_other
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest
from service.store.roll import Officer
from service.store.rounds import Round, Shortcoming
from service.verbs import rounds as round_verbs
from service.verbs import setup as verbs
from service.verbs.rounds import RoundView
from service.verbs.setup import Likeness


class Step(msgspec.Struct, frozen=True):
    """Something that a round needs before it can be scheduled, and where that is done."""

    done: bool
    what: str
    address: str


def steps(view: RoundView, shortcomings: Iterable[Shortcoming]) -> list[Step]:
    """What a round needs before it can be scheduled, in the order in which it is best done."""
    found = view.round
    here = f"/officer/rounds/{found.id}"
    lacks = {(each.kind, each.pot_id) for each in shortcomings}
    declared = "declared" in found.sources
    where = "/officer/register" if "register" in found.sources else f"{here}/roll"
    return [
        Step(("pot", None) not in lacks, _("a pot"), f"{here}/pots/new"),
        *(
            Step(
                ("project", pot.id) not in lacks,
                _("a project in the pot “{name}”", name=pot.name),
                f"/officer/pots/{pot.id}/projects",
            )
            for pot in view.pots
        ),
        *(
            Step(
                False,
                _(
                    "the project {project} in the pot “{name}”, which its rule excludes",
                    project=each.project,
                    name=pot.name,
                ),
                f"/officer/pots/{pot.id}/projects",
            )
            for pot in view.pots
            for each in shortcomings
            if each.kind == "stranger" and each.pot_id == pot.id
        ),
        Step(("roll", None) not in lacks, _("a roll built from the newest register and rules"), where),
        *(
            Step(
                ("elector", pot.id) not in lacks,
                _("somebody who may vote in the pot “{name}”", name=pot.name),
                f"{here}/roll#areas",
            )
            for pot in view.pots
            if not declared
        ),
        Step(("time", None) not in lacks, _("a voting time that is not over"), f"{here}/draft"),
        *([Step(False, _("a key, which whoever runs this house can make"), here)] if ("key", None) in lacks else []),
    ]


@get("/rounds/{round_id:uuid}/copy")
async def view_copy(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """The form for another round like this one."""
    view = await round_verbs.view_own_round(house, officer, round_id)
    return _copy_page(officer, view.round, Fields({"name": [view.round.name]}))


@post("/rounds/{round_id:uuid}/copy")
async def draft_copy(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """Draft a round like this one, and lead to it."""
    fields = await read_form(request)
    try:
        sent = {"name": fields.text("name"), **{name: fields.moment(name) for name in NEEDED}}
        view = await verbs.draft_like(house, officer, round_id, shaped(sent, Likeness))
    except Refusal as refusal:
        found = (await round_verbs.view_own_round(house, officer, round_id)).round
        return _copy_page(officer, found, fields, refusal)
    return see_other(f"/officer/rounds/{view.round.id}?done=copy")


def _copy_page(officer: Officer, found: Round, typed: Fields, refusal: Refusal | None = None) -> Page:
    return officer_form(
        "officer_copy.html",
        refusal,
        found.currency,
        officer=officer,
        round=found,
        times={name: TIMES[name] for name in NEEDED},
        zone=words.zone_name(),
        typed=typed,
    )


handlers: list[Any] = [view_copy, draft_copy]
