"""Proposing: putting a proposal forward, going on with a draft, and changing one's own."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import msgspec
from litestar import post
from litestar.params import FromPath

from schema.errors import Changed, Malformed, NotFound, NotInPhase, NotYours, OffTheMap, Refusal, Settled, TooFast
from schema.passes import Pass
from service.house import House
from service.languages import _, marked, spoken
from service.pages import words
from service.pages.forms import Fields, read_form, shaped
from service.pages.passes import civic_pass
from service.pages.places import outlines_of, point_field, pointed, read_point, spot_of
from service.pages.problems import problem_page
from service.pages.shell import Page, form_page, private_page
from service.people import TheHouse, take_pass
from service.reading import AnyRequest, uuid_or_malformed
from service.store.drafts import Draft
from service.verbs import drafts as draft_verbs
from service.verbs import proposals as verbs
from service.verbs import readings
from service.verbs.proposals import ProposalDraft, ProposalView
from service.verbs.readings import RoundInWords

TYPED = ("title", "about", "author_name", "area", "cost_guess", "theme", "place")
"""What the form of a proposal has fields for, beside its language and its point."""


async def own_drafts(house: House, token: str) -> list[Draft]:
    """The drafts of the bearer of this pass."""
    return await draft_verbs.own_drafts(house, await take_pass(token, house, "civic"))


async def own_proposals(house: House, view: RoundInWords, token: str) -> list[ProposalView]:
    """What the bearer of this pass put forward in the round, hidden ones as well."""
    found = await verbs.own_proposals(house, await take_pass(token, house, "civic"))
    shown, _texts = await readings.read_proposals(house, found, view.texts)
    return shown


@post("/rounds/{round_id:uuid}/proposals/new")
async def open_proposal_form(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """The form for a new proposal, or for going on with a draft."""
    view = await readings.read_round(house, round_id, spoken())
    fields = await read_form(request)
    await civic_pass(house, fields, view.round, "proposal")
    return await begun_form(house, view, fields.text("pass"), fields)


async def begun_form(house: House, view: RoundInWords, token: str, fields: Fields) -> Page:
    """The form with what was typed; with the draft that was chosen, where nothing of it was opened yet."""
    if fields.text("draft") and not fields.text("revision"):
        draft_id = uuid_or_malformed(fields.text("draft"), marked("the draft"))
        draft = await draft_verbs.view_draft(house, await take_pass(token, house, "civic"), draft_id)
        return await proposal_form(house, view, token, _as_fields(draft))
    return await proposal_form(house, view, token, fields)


async def proposal_form(
    house: House,
    view: RoundInWords,
    token: str,
    fields: Fields,
    refusal: Refusal | None = None,
    alike: Sequence[ProposalView] = (),
) -> Page:
    """The form with what was written so far, and ``alike`` what is there already; or why there is none now."""
    if view.round.phase != "proposing":
        not_now = NotInPhase(phase=view.round.phase, needed="proposing")
        return problem_page(not_now, (f"/rounds/{view.round.id}", view.round.name))
    return await _form(
        house,
        view,
        token,
        fields,
        refusal,
        alike=alike,
        compared=fields.text("title").strip() if alike else fields.text("compared"),
        draft=fields.text("draft") or str(uuid4()),
        revision=fields.text("revision") or "0",
        editing=None,
        changed=False,
    )


async def _form(
    house: House, view: RoundInWords, token: str, fields: Fields, refusal: Refusal | None, **facts: object
) -> Page:
    outlines = await outlines_of(house, view)
    before = spot_of(outlines, read_point(fields.text("point")))
    try:
        spot = pointed(outlines, fields)
    except OffTheMap as off:
        spot, refusal = before, off
    wrote = {name: fields.text(name) for name in TYPED}
    if spot.point != before.point and wrote["area"] in {"", before.area}:
        wrote["area"] = spot.area if spot.area in view.areas else ""
    return form_page(
        "propose.html",
        refusal,
        view.round.currency,
        round=view.round,
        areas=view.areas,
        themes=view.themes,
        texts=view.texts,
        spot=spot,
        token=token,
        wrote=wrote,
        language=fields.text("language") or view.round.language,
        **facts,
    )


def _as_fields(draft: Draft) -> Fields:
    texts = {name: str(text) for name, text in msgspec.structs.asdict(draft).items() if name not in {"id", "saved_at"}}
    return Fields({name: [text] for name, text in (texts | {"draft": str(draft.id)}).items() if text})


@post("/rounds/{round_id:uuid}/proposals")
async def submit_proposal(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """Put a proposal forward; or show the form again with what was written, once if others are like it."""
    view = await readings.read_round(house, round_id, spoken())
    fields = await read_form(request)
    claims = await civic_pass(house, fields, view.round, "proposal")
    try:
        draft = _draft(fields)
        if draft.title != fields.text("compared") and (found := await verbs.find_alike(house, round_id, draft.title)):
            alike, _texts = await readings.read_proposals(house, found, view.texts)
            return await proposal_form(house, view, fields.text("pass"), fields, alike=alike)
        kept = uuid_or_malformed(fields.text("draft"), marked("the draft")) if fields.text("draft") else None
        made = await verbs.submit_proposal(house, claims, draft, kept)
    except (Malformed, NotFound, NotInPhase, OffTheMap, TooFast) as refusal:
        return await proposal_form(house, view, fields.text("pass"), fields, refusal)
    (proposal,), _texts = await readings.read_proposals(house, [made], view.texts)
    return private_page("proposed.html", 201, round=view.round, proposal=proposal, token=fields.text("pass"))


@post("/proposals/{proposal_id:uuid}/edit")
async def open_edit_form(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """The form with one's own proposal as it stands."""
    return await _edit(request, house, proposal_id)


@post("/proposals/{proposal_id:uuid}/changes")
async def edit_proposal(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """Change one's own proposal; or show the form again with what was written."""

    async def change(claims: Pass, fields: Fields) -> ProposalView:
        return await verbs.edit_proposal(house, claims, proposal_id, fields.number("revision"), _draft(fields))

    return await _edit(request, house, proposal_id, change)


async def _edit(
    request: AnyRequest,
    house: House,
    proposal_id: UUID,
    change: Callable[[Pass, Fields], Awaitable[ProposalView]] | None = None,
) -> Page:
    fields = await read_form(request)
    proposal, _activity = await verbs.view_proposal(house, proposal_id)
    view = await readings.read_round(house, proposal.round_id, spoken())
    claims = await civic_pass(house, fields, view.round, "edit", proposal_id)
    if change is None:
        return await edit_form(house, view, proposal_id, fields.text("pass"), fields)
    try:
        edited = await change(claims, fields)
    except (Changed, Malformed, NotFound, OffTheMap, TooFast) as refusal:
        return await edit_form(house, view, proposal_id, fields.text("pass"), fields, refusal)
    except (NotInPhase, NotYours, Settled) as refusal:
        return problem_page(refusal, (f"/proposals/{proposal_id}", proposal.title))
    return private_page("edited.html", round=view.round, proposal=edited)


async def edit_form(
    house: House, view: RoundInWords, proposal_id: UUID, token: str, fields: Fields, refusal: Refusal | None = None
) -> Page:
    """The form to change one's own proposal; what was typed, if something was, and else what stands."""
    try:
        stands = await verbs.view_own_proposal(house, await take_pass(token, house, "civic"), proposal_id)
    except NotYours as not_yours:
        return problem_page(not_yours, (f"/proposals/{proposal_id}", _("The proposal")))
    if stands.state != "submitted":
        return problem_page(Settled(state=stands.state), (f"/proposals/{proposal_id}", stands.title))
    typed = fields if fields.text("revision") else _stands(stands)
    # After a change elsewhere the text that stands is shown beside what was typed, and the next press replaces it.
    seen = typed.text("revision") if not isinstance(refusal, Changed) else str(stands.revision)
    return await _form(
        house,
        view,
        token,
        typed,
        refusal,
        alike=(),
        compared="",
        draft="",
        revision=seen,
        editing=stands,
        changed=isinstance(refusal, Changed),
    )


def _stands(proposal: ProposalView) -> Fields:
    texts = {name: str(getattr(proposal, name) or "") for name in (*TYPED, "language", "revision")}
    texts |= {"cost_guess": words.money_field(proposal.cost_guess), "point": point_field(proposal.point)}
    return Fields({name: [text] for name, text in texts.items()})


def _draft(fields: Fields) -> ProposalDraft:
    cost = fields.text("cost_guess").strip()
    texts = {name: fields.text(name).strip() for name in ("title", "about", "author_name", "language")}
    rest = {
        **{name: fields.text(name).strip() or None for name in ("area", "theme", "place")},
        "point": read_point(fields.text("point")),
        "cost_guess": words.read_money(cost, marked("the cost")) if cost else None,
    }
    return shaped({**texts, **rest}, ProposalDraft)


handlers: list[Any] = [open_proposal_form, submit_proposal, open_edit_form, edit_proposal]
