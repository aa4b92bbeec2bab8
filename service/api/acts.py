"""Acts of two officers over HTTP."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Router, delete, get, post
from litestar.params import FromPath

from schema.errors import (
    ActSettled,
    Appealable,
    DirectoryDemanded,
    Malformed,
    NotAllowed,
    NotCounted,
    NotFound,
    NotInPhase,
    NotLater,
    NotPublished,
    NotSignedIn,
    NotYours,
    RoundKeyMissing,
    SameOfficer,
    TooLarge,
    Unavailable,
    Undecided,
    UnknownForm,
)
from service.api.replies import OFFICER
from service.openapi import json_body
from service.people import TheHouse, TheOfficer, TheSession
from service.problems import answers
from service.reading import AnyRequest, read_json
from service.store.acts import Act
from service.verbs import acts as verbs
from service.verbs.acts import ActDraft

_DRAFT = msgspec.json.Decoder(ActDraft)
_VAIN = (NotInPhase, NotLater, NotCounted, NotPublished, Appealable)


@post(
    "/rounds/{round_id:uuid}/acts",
    operation_class=json_body(ActDraft),
    responses=answers(
        *(NotSignedIn, NotAllowed, DirectoryDemanded, NotFound, *_VAIN),
        *(Malformed, TooLarge, UnknownForm, Unavailable),
    ),
    security=OFFICER,
    tags=["acts"],
)
async def request_act(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, session: TheSession, round_id: FromPath[UUID]
) -> Act:
    """Ask for an act that takes two officers; nothing is done before another one confirms it. Body: ActDraft."""
    return await verbs.request_act(house, officer, session, round_id, await read_json(request, _DRAFT))


@get(
    "/rounds/{round_id:uuid}/acts",
    responses=answers(NotSignedIn, NotAllowed, NotFound, Malformed, Unavailable),
    security=OFFICER,
    tags=["acts"],
)
async def list_acts(house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]) -> list[Act]:
    """What was asked for in a round and what became of it, the newest first."""
    return await verbs.list_acts(house, officer, round_id)


@post(
    "/acts/{act_id:uuid}/confirmation",
    status_code=200,
    responses=answers(
        *(NotSignedIn, NotAllowed, DirectoryDemanded, SameOfficer, NotFound, ActSettled, Undecided, RoundKeyMissing),
        *(*_VAIN, Malformed, Unavailable),
    ),
    security=OFFICER,
    tags=["acts"],
)
async def confirm_act(house: TheHouse, officer: TheOfficer, session: TheSession, act_id: FromPath[UUID]) -> Act:
    """Confirm what another officer asked for: it is done at once."""
    return await verbs.confirm_act(house, officer, session, act_id)


@delete(
    "/acts/{act_id:uuid}",
    responses=answers(
        *(NotSignedIn, NotAllowed, DirectoryDemanded, NotYours, NotFound, ActSettled, Malformed, Unavailable)
    ),
    security=OFFICER,
    tags=["acts"],
)
async def withdraw_act(house: TheHouse, officer: TheOfficer, session: TheSession, act_id: FromPath[UUID]) -> None:
    """Take back what one asked for, while it waits."""
    await verbs.withdraw_act(house, officer, session, act_id)


router: Any = Router(path="", route_handlers=[request_act, list_acts, confirm_act, withdraw_act])
