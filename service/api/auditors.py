"""Auditors over HTTP: who may check every ballot of a round, and what is handed to them."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.params import FromPath

from schema.errors import (
    Malformed,
    NotAllowed,
    NotCounted,
    NotFound,
    NotSignedIn,
    OpeningsDeleted,
    TooLarge,
    Unavailable,
    UnknownForm,
)
from service.api.replies import OFFICER
from service.openapi import json_body
from service.people import TheHouse, TheOfficer
from service.problems import answers
from service.reading import AnyRequest, read_json
from service.store.auditors import Auditor
from service.verbs import auditors as verbs
from service.verbs import rounds as round_verbs
from service.verbs.auditors import AuditorDraft

_DRAFT = msgspec.json.Decoder(AuditorDraft)


@post(
    "/rounds/{round_id:uuid}/auditors",
    status_code=200,
    operation_class=json_body(AuditorDraft),
    responses=answers(
        NotSignedIn, NotAllowed, NotFound, OpeningsDeleted, Malformed, TooLarge, UnknownForm, Unavailable
    ),
    security=OFFICER,
    tags=["auditors"],
)
async def name_auditor(
    request: AnyRequest, house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID]
) -> list[Auditor]:
    """Name somebody who may check every ballot; answers all who were named. Body: AuditorDraft."""
    return await verbs.name_auditor(house, officer, round_id, await read_json(request, _DRAFT))


@delete(
    "/rounds/{round_id:uuid}/auditors/{auditor_id:uuid}",
    status_code=200,
    responses=answers(NotSignedIn, NotAllowed, NotFound, Malformed, Unavailable),
    security=OFFICER,
    tags=["auditors"],
)
async def revoke_auditor(
    house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID], auditor_id: FromPath[UUID]
) -> list[Auditor]:
    """Take back that an auditor was named, and what lies ready for them; answers all who were named."""
    return await verbs.revoke_auditor(house, officer, round_id, auditor_id)


@get("/rounds/{round_id:uuid}/auditors", responses=answers(NotFound, Malformed, Unavailable), tags=["auditors"])
async def list_auditors(house: TheHouse, round_id: FromPath[UUID]) -> list[Auditor]:
    """Who may check every ballot of a round, and since when they can."""
    await round_verbs.public_round(house, round_id)
    return await verbs.list_auditors(house, round_id)


@get(
    "/rounds/{round_id:uuid}/auditors/{auditor_id:uuid}/openings",
    responses=answers(NotSignedIn, NotAllowed, NotFound, NotCounted, Malformed, Unavailable),
    security=OFFICER,
    tags=["auditors"],
    media_type="application/octet-stream",
)
async def view_openings(
    house: TheHouse, officer: TheOfficer, round_id: FromPath[UUID], auditor_id: FromPath[UUID]
) -> Response[bytes]:
    """What only this auditor can read: every ballot with its place in the ledger. Ready soon after publication."""
    locked = await verbs.view_openings(house, officer, round_id, auditor_id)
    headers = {"Content-Disposition": f'attachment; filename="openings-{auditor_id}.age"'}
    return Response(locked, headers=headers, media_type="application/octet-stream")


router: Any = Router(path="", route_handlers=[name_auditor, revoke_auditor, list_auditors, view_openings])
