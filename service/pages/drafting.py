"""Drafting a round through pages: what it is called, when it runs and who takes part. ``pots.py`` has its pots.

Each form reads the whole round, changes its part and writes the whole again at the revision that its officer saw, as
the API does.
"""

from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import FromPath

from schema.errors import Changed, Frozen, Malformed, ProposalsClosed, Refusal
from service.languages import marked
from service.pages import words
from service.pages.forms import Fields, read_form, shaped
from service.pages.shell import Page, officer_form, see_other
from service.people import TheHouse, TheOfficer
from service.reading import AnyRequest
from service.store.roll import Officer
from service.verbs import rounds as verbs
from service.verbs.rounds import RoundDraft, RoundView
from service.verbs.setup import as_draft

MENDABLE = (Malformed, Changed, Frozen, ProposalsClosed)
"""Refusals after which the form comes back with what was typed."""

TIMES = {
    "proposing_at": marked("Proposing begins"),
    "reviewing_at": marked("Reviewing begins"),
    "supporting_at": marked("Supporting begins"),
    "voting_at": marked("Voting opens"),
    "closes_at": marked("Voting closes"),
}
"""The times of a round in their order."""
NEEDED = ("voting_at", "closes_at")
"""Times that every round has."""

LISTS = ("areas", "themes")
"""Fields with a name on each line."""

SOURCES = {
    "register": marked("The register of the municipality"),
    "declared": marked(
        "Residents who declare that they belong here; somebody with two e-mail addresses can take part twice"
    ),
    "codes": marked("Codes that name nobody, handed out by you"),
}


@get("/rounds/new")
async def new_round(house: TheHouse, officer: TheOfficer) -> Page:
    """An empty form for a round."""
    usual = {"currency": ["SEK"], "sources": ["register"], "language": [house.settings.language]}
    return _round_form(officer, None, Fields(usual))


@post("/rounds/new")
async def draft_round(request: AnyRequest, house: TheHouse, officer: TheOfficer) -> Page:
    """Draft the round, and lead to it."""
    fields = await read_form(request)
    try:
        drafted = await verbs.draft_round(house, officer, shaped(_round_values(fields) | {"pots": []}, RoundDraft))
    except Malformed as refusal:
        return _round_form(officer, None, fields, refusal)
    return see_other(f"/officer/rounds/{drafted.round.id}?done=copy")


@get("/rounds/{round_id:uuid}/draft")
async def open_draft(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """The form with what the round is now."""
    view = await verbs.view_own_round(house, officer, round_id)
    return _round_form(officer, view, _round_fields(view))


@post("/rounds/{round_id:uuid}/draft")
async def edit_round(request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> Page:
    """Write the round with its new name, times and areas; its pots stay."""
    view = await verbs.view_own_round(house, officer, round_id)
    fields = await read_form(request)
    try:
        draft = shaped(msgspec.to_builtins(as_draft(view)) | _round_values(fields), RoundDraft)
        await verbs.edit_round(house, officer, round_id, fields.number("revision"), draft)
    except MENDABLE as refusal:
        return _round_form(officer, view, fields, refusal)
    return see_other(f"/officer/rounds/{round_id}?done=draft")


def _round_form(officer: Officer, view: RoundView | None, typed: Fields, refusal: Refusal | None = None) -> Page:
    return officer_form(
        "officer_draft.html",
        refusal,
        "",
        officer=officer,
        round=view.round if view else None,
        typed=typed,
        times=TIMES,
        zone=words.zone_name(),
        needed=NEEDED,
        sources=SOURCES,
    )


def _round_values(fields: Fields) -> dict[str, Any]:
    values: dict[str, Any] = {name: fields.text(name).strip() for name in ("name", "about")}
    return values | {
        "currency": fields.text("currency").strip().upper(),
        "language": fields.text("language") or None,
        **{name: [line.strip() for line in fields.text(name).splitlines() if line.strip()] for name in LISTS},
        "sources": fields.texts("sources"),
        "ballots_floor": fields.number_or("ballots_floor", 200),
        "appeal_days": fields.number_or("appeal_days", 45),
        "shows_what_if": bool(fields.text("shows_what_if")),
        "lot_seed": fields.text("lot_seed").strip() or None,
        **{name: fields.moment(name) for name in TIMES},
    }


def _round_fields(view: RoundView) -> Fields:
    found = view.round
    times = {name: at for name in TIMES if (at := getattr(found, name))}
    return Fields(
        {
            "name": [found.name],
            "about": [found.about],
            "currency": [found.currency],
            "language": [found.language],
            **{name: ["\n".join(getattr(view, name))] for name in LISTS},
            "sources": list(found.sources),
            "ballots_floor": [str(found.ballots_floor)],
            "appeal_days": [str(found.appeal_days)],
            "shows_what_if": ["on" if found.shows_what_if else ""],
            "lot_seed": [found.lot_seed],
            "revision": [str(found.revision)],
            **{name: [words.moment_field(at)] for name, at in times.items()},
        }
    )


handlers: list[Any] = [new_round, draft_round, open_draft, edit_round]
