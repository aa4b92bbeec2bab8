"""Proposals: the list, one of them, putting one forward, and supporting."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import msgspec
from litestar import get, post
from litestar.params import FromPath, QueryParameter

from schema.errors import Changed, Malformed, NotFound, NotInPhase, NotYours, OffTheMap, Refusal, Settled, TooFast
from schema.passes import Pass
from service.house import House
from service.languages import _, marked, spoken
from service.pages import words
from service.pages.arguments import is_debated
from service.pages.forms import Fields, read_form, shaped
from service.pages.maps import drawn
from service.pages.passes import NO_PASS, ask_again, civic_pass
from service.pages.places import outlines_of, point_field, pointed, read_point, spot_of
from service.pages.problems import problem_page
from service.pages.rounds import SIZE, After
from service.pages.shell import Page, form_page, private_page, public_page, see_other, wanted
from service.pages.tongues import LANGUAGES
from service.people import TheHouse, take_pass
from service.reading import AnyRequest, uuid_or_malformed
from service.store.drafts import Draft
from service.verbs import arguments as argument_verbs
from service.verbs import drafts as draft_verbs
from service.verbs import proposals as verbs
from service.verbs import readings
from service.verbs.proposals import ProposalDraft, ProposalView, Sought
from service.verbs.rounds import RoundView

TYPED = ("title", "about", "author_name", "area", "cost_guess", "theme", "place")
"""What the form of a proposal has fields for, beside its language and its point."""
_HAPPENED = {
    "submitted": marked("Put forward"),
    "edited": marked("Text changed"),
    "pictured": marked("A picture was added"),
    "unpictured": marked("A picture was taken away"),
    "withdrawn": marked("Taken back by its author"),
    "shortlisted": marked("Admitted to the ballot"),
    "declined": marked("Declined"),
    "hidden": marked("Hidden"),
    "reopened": marked("A decision about it was taken back"),
    "supported": marked("Supported"),
    "unsupported": marked("A support was taken back"),
    "argument-written": marked("Something was said about it"),
    "argument-withdrawn": marked("Something that was said was taken back"),
    "argument-hidden": marked("Something that was said was hidden"),
    "argument-reopened": marked("Something that was said is shown again"),
}

SHOWN = 10
"""Arguments of each side on a proposal's page: the newest."""


Words = Annotated[str, QueryParameter(max_length=100)]
Area = Annotated[str, QueryParameter(max_length=120)]
Theme = Annotated[str, QueryParameter(max_length=40)]
Seed = Annotated[int | None, QueryParameter(ge=0, le=2**31 - 1)]


class Backing(msgspec.Struct, frozen=True):
    """A page of proposals with the supports of who is asking; ``token`` is their pass, ``more`` the next page."""

    proposals: list[ProposalView]
    supported: set[UUID]
    token: str
    after: UUID | None
    more: UUID | None


async def backing(house: House, token: str, after: UUID | None) -> Backing:
    """The proposals after the one named, and which of them the bearer supports."""
    claims = await take_pass(token, house, "civic")
    found = await verbs.list_proposals(house, claims.round_id, after, SIZE + 1)
    shown, _texts = await readings.read_proposals(house, found[:SIZE], spoken())
    more = shown[-1].id if len(found) > SIZE else None
    return Backing(shown, await verbs.supported_proposals(house, claims), token, after, more)


async def own_drafts(house: House, token: str) -> list[Draft]:
    """The drafts of the bearer of this pass."""
    return await draft_verbs.own_drafts(house, await take_pass(token, house, "civic"))


async def own_proposals(house: House, token: str) -> list[ProposalView]:
    """What the bearer of this pass put forward, hidden ones as well."""
    found = await verbs.own_proposals(house, await take_pass(token, house, "civic"))
    shown, _texts = await readings.read_proposals(house, found, spoken())
    return shown


@get("/rounds/{round_id:uuid}/proposals")
async def list_proposals(
    request: AnyRequest,
    house: TheHouse,
    round_id: FromPath[UUID],
    after: After = None,
    q: Words = "",
    area: Area = "",
    theme: Theme = "",
    seed: Seed = None,
) -> Page:
    """A round's proposals, all or those that are sought, in a random order that the links keep."""
    view = await readings.read_round(house, round_id, wanted(request))
    sought = Sought(_today() if seed is None else seed, " ".join(q.split()), area or None, theme or None)
    found = await verbs.find_proposals(house, round_id, sought, after, SIZE + 1)
    shown, texts = await readings.read_proposals(house, found[:SIZE], wanted(request))
    kept = {"seed": sought.seed, "q": sought.text, "area": area} | ({"theme": theme} if view.themes else {})
    kept |= {} if texts.language else {"original": "yes"}
    marks = await verbs.find_marks(house, round_id, sought) if after is None else []
    there = drawn(await outlines_of(house, view)) if marks else None
    return public_page(
        request,
        "proposals.html",
        round=view.round,
        areas=view.areas,
        themes=view.themes,
        sought=sought,
        texts=texts,
        map=there,
        marks=[(mark, there.on_plane(mark.point)) for mark in marks if there and there.frame.holds(mark.point)],
        proposals=shown,
        first=after is None,
        more=urlencode(kept | {"after": found[SIZE - 1].id}) if len(found) > SIZE else None,
    )


def _today() -> int:
    """The seed of who brings none: the same for a day, so that a page can be kept and found again."""
    return datetime.now(UTC).toordinal()


@get("/proposals/{proposal_id:uuid}")
async def view_proposal(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """One proposal and what happened to it; the same thing many times over is told once."""
    found, activity = await verbs.view_proposal(house, proposal_id)
    (proposal,), texts = await readings.read_proposals(house, [found], wanted(request))
    view = await readings.read_round(house, proposal.round_id, wanted(request))
    spot = spot_of(await outlines_of(house, view), proposal.point) if proposal.point else None
    runs = [list(run) for _what, run in groupby(activity, key=lambda each: each.what)]
    return public_page(
        request,
        "proposal.html",
        round=view.round,
        texts=texts,
        proposal=proposal,
        spot=spot,
        words=words,
        debate=await argument_verbs.view_debate(house, proposal_id, SHOWN),
        is_open=is_debated(view, proposal),
        project=next((each for each in view.projects if each.proposal_id == proposal_id), None),
        happened=[(_(_HAPPENED.get(run[0].what, run[0].what)), len(run), run[-1].noted_at) for run in runs],
    )


@get(["/rounds/{round_id:uuid}/proposals/new", "/rounds/{round_id:uuid}/supports"])
async def lead_to_sign_in(round_id: FromPath[UUID]) -> Page:
    """These open with a pass; who types the address is led to where the way begins."""
    return see_other(f"/rounds/{round_id}/sign-in")


@get(
    [
        "/proposals/{proposal_id:uuid}/support",
        "/proposals/{proposal_id:uuid}/unsupport",
        "/proposals/{proposal_id:uuid}/edit",
        "/proposals/{proposal_id:uuid}/changes",
    ]
)
async def lead_to_proposal(proposal_id: FromPath[UUID]) -> Page:
    """Supporting and changing need a pass; who types the address is shown the proposal."""
    return see_other(f"/proposals/{proposal_id}")


@post("/rounds/{round_id:uuid}/proposals/new")
async def open_proposal_form(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """The form for a new proposal, or for going on with a draft."""
    view = await readings.read_round(house, round_id, spoken())
    fields = await read_form(request)
    try:
        await civic_pass(house, fields, round_id)
    except NO_PASS as refusal:
        return ask_again(view.round, "proposal", fields, refusal)
    return await begun_form(house, view, fields.text("pass"), fields)


async def begun_form(house: House, view: RoundView, token: str, fields: Fields) -> Page:
    """The form with what was typed; with the draft that was chosen, where nothing of it was opened yet."""
    if fields.text("draft") and not fields.text("revision"):
        draft_id = uuid_or_malformed(fields.text("draft"), marked("the draft"))
        draft = await draft_verbs.view_draft(house, await take_pass(token, house, "civic"), draft_id)
        return await proposal_form(house, view, token, _as_fields(draft))
    return await proposal_form(house, view, token, fields)


async def proposal_form(
    house: House,
    view: RoundView,
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
    house: House, view: RoundView, token: str, fields: Fields, refusal: Refusal | None, **facts: object
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
        spot=spot,
        token=token,
        wrote=wrote,
        languages=LANGUAGES,
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
    try:
        claims = await civic_pass(house, fields, round_id)
    except NO_PASS as refusal:
        return ask_again(view.round, "proposal", fields, refusal)
    try:
        draft = _draft(fields)
        if draft.title != fields.text("compared") and (found := await verbs.find_alike(house, round_id, draft.title)):
            alike, _texts = await readings.read_proposals(house, found, spoken())
            return await proposal_form(house, view, fields.text("pass"), fields, alike=alike)
        kept = uuid_or_malformed(fields.text("draft"), marked("the draft")) if fields.text("draft") else None
        made = await verbs.submit_proposal(house, claims, draft, kept)
    except (Malformed, NotFound, NotInPhase, OffTheMap, TooFast) as refusal:
        return await proposal_form(house, view, fields.text("pass"), fields, refusal)
    (proposal,), _texts = await readings.read_proposals(house, [made], spoken())
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
    try:
        claims = await civic_pass(house, fields, view.round.id)
    except NO_PASS as refusal:
        return ask_again(view.round, "edit", fields, refusal, proposal=str(proposal_id))
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
    house: House, view: RoundView, proposal_id: UUID, token: str, fields: Fields, refusal: Refusal | None = None
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


@post("/rounds/{round_id:uuid}/supports")
async def list_supports(request: AnyRequest, house: TheHouse, round_id: FromPath[UUID]) -> Page:
    """The proposals with buttons to support them, a page at a time."""
    fields = await read_form(request)
    return await _support_page(house, fields, round_id, None)


@post("/proposals/{proposal_id:uuid}/support")
async def support_proposal(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """Support a proposal; twice is once."""
    return await _change_support(request, house, proposal_id, verbs.support_proposal, marked("You support “{title}”."))


@post("/proposals/{proposal_id:uuid}/unsupport")
async def unsupport_proposal(request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]) -> Page:
    """Take a support back; twice is once."""
    return await _change_support(
        request, house, proposal_id, verbs.unsupport_proposal, marked("You no longer support “{title}”.")
    )


async def _change_support(request: AnyRequest, house: House, proposal_id: UUID, verb: Any, said: str) -> Page:
    fields = await read_form(request)
    found, _activity = await verbs.view_proposal(house, proposal_id)
    (proposal,), _texts = await readings.read_proposals(house, [found], spoken())
    view = await readings.read_round(house, proposal.round_id, spoken())
    try:
        await verb(house, await civic_pass(house, fields, view.round.id), proposal_id)
    except NO_PASS as refusal:
        return ask_again(view.round, "support", fields, refusal)
    except (NotInPhase, Settled, TooFast) as refusal:
        return problem_page(refusal, (f"/rounds/{view.round.id}", view.round.name))
    return await _support_page(house, fields, view.round.id, _(said, title=proposal.title))


async def _support_page(house: House, fields: Fields, round_id: UUID, said: str | None) -> Page:
    view = await readings.read_round(house, round_id, spoken())
    try:
        await civic_pass(house, fields, round_id)
    except NO_PASS as refusal:
        return ask_again(view.round, "support", fields, refusal)
    after = uuid_or_malformed(fields.text("after"), marked("the place in the list")) if fields.text("after") else None
    shown = await backing(house, fields.text("pass"), after)
    return private_page("support.html", round=view.round, backing=shown, said=said)


handlers: list[Any] = [
    list_proposals,
    view_proposal,
    lead_to_sign_in,
    lead_to_proposal,
    open_proposal_form,
    submit_proposal,
    open_edit_form,
    edit_proposal,
    list_supports,
    support_proposal,
    unsupport_proposal,
]
