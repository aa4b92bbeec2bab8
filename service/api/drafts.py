"""Drafts of proposals over HTTP, for their author alone, under ids that her program chooses."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Router, delete, get, put
from litestar.di import Provide
from litestar.params import FromPath, QueryParameter

from schema.errors import Changed, NotInPhase, TooFast, TooLarge, TooManyDrafts, UnknownForm
from service.api.proposals import BEARER
from service.api.replies import PASS
from service.openapi import json_body
from service.people import TheHouse, ThePass, provide_civic_pass, refuse_other_round
from service.problems import answers
from service.reading import AnyRequest, read_json
from service.store.drafts import Draft
from service.verbs import drafts as verbs
from service.verbs.drafts import DraftWords

_WORDS = msgspec.json.Decoder(DraftWords)

READ = answers(*BEARER)
KEEP = answers(*BEARER, TooLarge, UnknownForm, NotInPhase, Changed, TooManyDrafts, TooFast)
DELETE = answers(*BEARER, TooFast)

Seen = Annotated[int, QueryParameter(ge=0, le=2**31 - 1, description="the revision that you saw, 0 for a new draft")]


@get("/rounds/{round_id:uuid}/drafts", responses=READ, security=PASS, tags=["proposals"])
async def list_drafts(house: TheHouse, claims: ThePass, round_id: FromPath[UUID]) -> list[Draft]:
    """One's own drafts."""
    refuse_other_round(claims, round_id)
    return await verbs.own_drafts(house, claims)


@put(
    "/rounds/{round_id:uuid}/drafts/{draft_id:uuid}",
    operation_class=json_body(DraftWords),
    responses=KEEP,
    security=PASS,
    tags=["proposals"],
)
async def save_draft(
    request: AnyRequest,
    house: TheHouse,
    claims: ThePass,
    round_id: FromPath[UUID],
    draft_id: FromPath[UUID],
    revision: Seen = 0,
) -> Draft:
    """Keep a proposal as far as it is written; the same again is the same draft. Body: DraftWords."""
    refuse_other_round(claims, round_id)
    await verbs.save_draft(house, claims, draft_id, revision, await read_json(request, _WORDS))
    return await verbs.view_draft(house, claims, draft_id)


@delete("/rounds/{round_id:uuid}/drafts/{draft_id:uuid}", responses=DELETE, security=PASS, tags=["proposals"])
async def delete_draft(house: TheHouse, claims: ThePass, round_id: FromPath[UUID], draft_id: FromPath[UUID]) -> None:
    """Delete one's own draft; twice is once."""
    refuse_other_round(claims, round_id)
    await verbs.delete_draft(house, claims, draft_id)


router: Any = Router(
    path="",
    route_handlers=[list_drafts, save_draft, delete_draft],
    dependencies={"claims": Provide(provide_civic_pass)},
)
