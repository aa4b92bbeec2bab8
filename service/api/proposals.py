"""Proposals and supports over HTTP."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, Router, delete, get, post, put
from litestar.di import Provide
from litestar.params import FromPath

from schema.errors import (
    BadPass,
    Changed,
    Frozen,
    Hidden,
    Malformed,
    NameTaken,
    NoPass,
    NotAllowed,
    NotFound,
    NotInPhase,
    NotSignedIn,
    NotYours,
    OffTheMap,
    PassExpired,
    Settled,
    TooFast,
    TooLarge,
    Unavailable,
    UnknownForm,
)
from service.api.replies import OFFICER, PAGE, PASS, After, Page, page
from service.api.rounds import READ, Revision
from service.caching import NOT_MODIFIED, cached
from service.openapi import json_body
from service.people import TheHouse, TheOfficer, ThePass, provide_civic_pass, refuse_other_round
from service.problems import answers
from service.reading import AnyRequest, read_json
from service.store.projects import Project
from service.store.proposals import Activity
from service.store.translations import Translation
from service.verbs import proposals as verbs
from service.verbs import reviews as review_verbs
from service.verbs import rounds as round_verbs
from service.verbs import translations as translation_verbs
from service.verbs.proposals import ProposalDraft, ProposalView, Shortlisting
from service.verbs.reviews import ReviewDraft

_PROPOSAL = msgspec.json.Decoder(ProposalDraft)
_SHORTLISTING = msgspec.json.Decoder(Shortlisting)
_REVIEW = msgspec.json.Decoder(ReviewDraft)

ONE = answers(NotFound, Hidden, Malformed, Unavailable) | NOT_MODIFIED
BEARER = (NoPass, BadPass, PassExpired, NotFound, Malformed, Unavailable)
SUBMIT = answers(*BEARER, NotInPhase, TooLarge, UnknownForm, TooFast, OffTheMap)
EDIT = answers(*BEARER, NotInPhase, TooLarge, UnknownForm, Changed, NotYours, Settled, TooFast, OffTheMap)
SUPPORT = answers(*BEARER, NotInPhase, Settled, TooFast)
SHORTLIST = answers(
    NotSignedIn, NotAllowed, NotFound, Malformed, TooLarge, UnknownForm, Frozen, NameTaken, Settled, Unavailable
)
REVIEW = answers(NotSignedIn, NotAllowed, NotFound, Malformed, TooLarge, UnknownForm, Settled, Unavailable)


class ProposalWithActivity(msgspec.Struct, frozen=True):
    """A proposal, what happened to it, in order, and its translations."""

    proposal: ProposalView
    activity: list[Activity]
    translations: list[Translation]


@get("/rounds/{round_id:uuid}/proposals", responses=READ, tags=["proposals"])
async def list_proposals(
    request: AnyRequest, house: TheHouse, round_id: FromPath[UUID], after: After = None
) -> Response[Page[ProposalView]]:
    """A round's proposals, in a random order that stays the same."""
    await round_verbs.public_round(house, round_id)
    return cached(request, page(await verbs.list_proposals(house, round_id, after, PAGE + 1)))


@get("/proposals/{proposal_id:uuid}", responses=ONE, tags=["proposals"])
async def view_proposal(
    request: AnyRequest, house: TheHouse, proposal_id: FromPath[UUID]
) -> Response[ProposalWithActivity]:
    """One proposal."""
    found = await verbs.view_proposal(house, proposal_id)
    there = await translation_verbs.list_translations_of_proposal(house, proposal_id)
    return cached(request, ProposalWithActivity(*found, there))


@post(
    "/rounds/{round_id:uuid}/proposals",
    operation_class=json_body(ProposalDraft),
    responses=SUBMIT,
    security=PASS,
    tags=["proposals"],
)
async def submit_proposal(
    request: AnyRequest, house: TheHouse, claims: ThePass, round_id: FromPath[UUID]
) -> ProposalView:
    """Put a proposal forward. Body: ProposalDraft."""
    refuse_other_round(claims, round_id)
    return await verbs.submit_proposal(house, claims, await read_json(request, _PROPOSAL))


@put(
    "/proposals/{proposal_id:uuid}",
    operation_class=json_body(ProposalDraft),
    responses=EDIT,
    security=PASS,
    tags=["proposals"],
)
async def edit_proposal(
    request: AnyRequest, house: TheHouse, claims: ThePass, proposal_id: FromPath[UUID], revision: Revision
) -> ProposalView:
    """Change one's own proposal. Body: ProposalDraft."""
    return await verbs.edit_proposal(house, claims, proposal_id, revision, await read_json(request, _PROPOSAL))


@delete("/proposals/{proposal_id:uuid}", responses=EDIT, security=PASS, tags=["proposals"])
async def withdraw_proposal(house: TheHouse, claims: ThePass, proposal_id: FromPath[UUID]) -> None:
    """Take one's own proposal back."""
    await verbs.withdraw_proposal(house, claims, proposal_id)


@put("/proposals/{proposal_id:uuid}/support", status_code=204, responses=SUPPORT, security=PASS, tags=["proposals"])
async def support_proposal(house: TheHouse, claims: ThePass, proposal_id: FromPath[UUID]) -> None:
    """Support a proposal. Once per person, however often it is sent."""
    await verbs.support_proposal(house, claims, proposal_id)


@delete("/proposals/{proposal_id:uuid}/support", responses=SUPPORT, security=PASS, tags=["proposals"])
async def unsupport_proposal(house: TheHouse, claims: ThePass, proposal_id: FromPath[UUID]) -> None:
    """Take a support back."""
    await verbs.unsupport_proposal(house, claims, proposal_id)


@post(
    "/proposals/{proposal_id:uuid}/shortlisting",
    operation_class=json_body(Shortlisting),
    responses=SHORTLIST,
    security=OFFICER,
    tags=["proposals"],
)
async def shortlist_proposal(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, proposal_id: FromPath[UUID]
) -> Project:
    """Admit a proposal to a ballot as a project with a cost. Body: Shortlisting."""
    return await verbs.shortlist_proposal(house, officer, proposal_id, await read_json(request, _SHORTLISTING))


@post(
    "/proposals/{proposal_id:uuid}/review",
    status_code=200,
    operation_class=json_body(ReviewDraft),
    responses=REVIEW,
    security=OFFICER,
    tags=["proposals"],
)
async def review_proposal(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, proposal_id: FromPath[UUID]
) -> ProposalView:
    """Decline a proposal, hide it, or take either back. Body: ReviewDraft."""
    return await review_verbs.review_proposal(house, officer, proposal_id, await read_json(request, _REVIEW))


router: Any = Router(
    path="",
    route_handlers=[
        list_proposals,
        view_proposal,
        submit_proposal,
        edit_proposal,
        withdraw_proposal,
        support_proposal,
        unsupport_proposal,
        shortlist_proposal,
        review_proposal,
    ],
    dependencies={"claims": Provide(provide_civic_pass)},
)
